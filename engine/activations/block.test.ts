import { afterAll, describe, expect, test } from "vitest";
import { GATED, PARALLEL, PLAIN, randomModel, VARIED } from "../../test/random-model.ts";
import type { ModelConfig } from "../model/model.ts";
import { type Site, sites } from "../transformer/sites.ts";
import { runBlock } from "./block.ts";
import { Executor } from "./executor.ts";
import { Packing, type Reals } from "./packing.ts";

describe.each([
  ["GPT-2's form", PLAIN],
  ["Llama's form", GATED],
  ["GPT-NeoX's form", PARALLEL],
  ["a sliding window", { ...GATED, slidingWindow: 3 }],
  ["layers that differ", VARIED],
] as const satisfies readonly (readonly [string, ModelConfig])[])("runBlock() of %s", (_, config) => {
  const executor = new Executor(randomModel(config, 5), { threads: 1 });
  afterAll(() => executor.dispose());
  const packing = Packing.ofLengths([5, 7]);
  const embedded = executor.embed([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], packing.positions);

  const run = async (changed: readonly Site[], layer = 1) => {
    const at = new Map<Site, Reals>();
    const order: Site[] = [];
    const residPost = await runBlock(executor, layer, packing, embedded, {
      wanted: sites,
      keep: (site, value) => void at.set(site, value),
      changed,
      change: (site, value) => (order.push(site), value.slice()),
    });
    return { at, order, residPost };
  };

  // Oracle: the layer's two programs, float32.
  test("a layer that is opened anywhere and left as it is gives the same bits at every site", async () => {
    // Layer after layer with one packing, so that what one layer leaves behind would be seen in the next.
    for (let layer = 0; layer < config.nLayers; layer++) {
      const whole = await run([], layer);
      expect([...whole.at.keys()].sort()).toEqual([...sites].sort());
      for (const changed of [...sites.map((site) => [site]), sites]) {
        const opened = await run(changed, layer);
        expect(opened.residPost, `layer ${layer}, ${changed}`).toEqual(whole.residPost);
        for (const site of sites)
          expect(opened.at.get(site), `layer ${layer}, ${site}, opened at ${changed}`).toEqual(whole.at.get(site));
      }
    }
  });

  test("sites are changed in the order of the computation", async () => {
    expect((await run(sites)).order).toEqual(sites);
  });
});
