// The logit lens at END of every layer against PyTorch (test/reference/lens says how it was made). Tolerances as measured there between
// float32 and float64, with room: log-probabilities and entropy 1e-4, KL of a layer from the last 5e-4, the other way round 3e-3 (it
// reaches 137 nats); the first five tokens and ranks up to 10 the same, larger ranks to 1e-3 of themselves.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { capture } from "../../engine/activations/capture.ts";
import { Executor } from "../../engine/activations/executor.ts";
import { Packing, stacked, takeRows } from "../../engine/activations/packing.ts";
import { openModel } from "../../engine/model/open.ts";
import { type Reading, readStates } from "../../engine/readout/readings.ts";
import { smollm2IsHere, smollm2Reason } from "../reference/smollm2.ts";

interface Reference {
  readonly prompts: readonly {
    readonly name: string;
    readonly ids: readonly number[];
    readonly chosen_ids: Readonly<Record<string, number>>;
    readonly resid_pre: {
      readonly top5_ids: readonly (readonly number[])[];
      readonly top5_logp: readonly (readonly number[])[];
      readonly entropy: readonly number[];
      readonly kl_layer_final: readonly number[];
      readonly kl_final_layer: readonly number[];
      readonly logsumexp: readonly number[];
      readonly chosen: Readonly<Record<string, { readonly rank: readonly number[]; readonly logp: readonly number[] }>>;
    };
  }[];
}

/** Readings by prompt, then layer, the last one the model's own output. */
async function lens(model: string, prompts: Reference["prompts"]): Promise<Reading[][]> {
  const opened = openModel(model);
  const executor = new Executor(opened);
  const { nLayers, dModel } = opened.config;
  const packing = Packing.ofLengths(prompts.map(({ ids }) => ids.length));
  const ids = prompts.flatMap((prompt) => [...prompt.ids]);
  const { residual, at } = await capture(executor, packing, executor.embed(ids, packing.positions), { sites: ["residPre"] });
  const layers = [...at.residPre!, residual];
  const rows = prompts.flatMap((_, p) => layers.map((states) => takeRows(states, dModel, [packing.endRows[p]])));
  const readings = await readStates(executor, stacked(executor.precision, rows), {
    top: 5,
    tokens: prompts.flatMap(({ chosen_ids }) => layers.map(() => Object.values(chosen_ids))),
    against: prompts.flatMap((_, p) => layers.map(() => (p + 1) * (nLayers + 1) - 1)),
  });
  await executor.dispose();
  opened.close();
  return prompts.map((_, p) => readings.slice(p * (nLayers + 1), (p + 1) * (nLayers + 1)));
}

describe.each(["sprig", "smollm2"])("the lens of %s", (model) => {
  test.skipIf(model === "smollm2" && !smollm2IsHere)(
    `agrees with PyTorch at every layer of every prompt${model === "smollm2" ? smollm2Reason : ""}`,
    async () => {
      const file = new URL(`../reference/lens/${model}.json`, import.meta.url);
      const { prompts } = JSON.parse(readFileSync(file, "utf8")) as Reference;
      const read = await lens(model, prompts);
      prompts.forEach(({ name, chosen_ids, resid_pre: expected }, p) => {
        expect(read[p]).toHaveLength(expected.entropy.length);
        read[p].forEach(({ top, tokens, entropy, kl }, layer) => {
          const place = `${name}, layer ${layer}`;
          const near = (found: number, value: number, tolerance: number) =>
            expect(Math.abs(found - value), place).toBeLessThanOrEqual(tolerance);
          expect(top.map(({ id }) => id), place).toEqual(expected.top5_ids[layer]);
          top.forEach(({ logit, logProbability }, i) => {
            near(logProbability, expected.top5_logp[layer][i], 1e-4);
            near(logit - logProbability, expected.logsumexp[layer], 1e-4);
          });
          near(entropy, expected.entropy[layer], 1e-4);
          near(kl.to, expected.kl_layer_final[layer], 5e-4);
          near(kl.from, expected.kl_final_layer[layer], 3e-3);
          Object.keys(chosen_ids).forEach((word, i) => {
            const rank = expected.chosen[word].rank[layer];
            near(tokens[i].rank, rank, rank <= 10 ? 0 : 1e-3 * rank);
            near(tokens[i].logProbability, expected.chosen[word].logp[layer], 1e-4);
          });
        });
      });
    },
  );
});
