import { describe, expect, test } from "vitest";
import { TINY_MODELS } from "../../test/reference/tiny-models.ts";
import { Random } from "../base/random.ts";
import { openModel } from "../model/open.ts";
import type { Site } from "../transformer/sites.ts";
import { capture } from "./capture.ts";
import { Executor } from "./executor.ts";
import { backward, type LayerGradients, throughUnembedding } from "./gradients.ts";
import { Packing, type Reals } from "./packing.ts";

/** The sites where `backward` gives a gradient. */
const gradientAt: Partial<Record<Site, (gradients: LayerGradients) => Reals>> = {
  residPre: (gradients) => gradients.residPre,
  z: (gradients) => gradients.z,
  attnOut: (gradients) => gradients.residMid,
  hidden: (gradients) => gradients.hidden,
  mlpOut: (gradients) => gradients.residPost,
};
const gradientSites = Object.keys(gradientAt) as readonly Site[];

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
const random = (seed: string, length: number) => {
  const source = Random.seeded(7, seed);
  return Float64Array.from({ length }, () => source.normal());
};

// Objective: Σ w · logits with random w over all tokens and rows. Oracle: its central difference of fourth order
// along a random direction at each site, in float64; step 1e-4, relative tolerance 1e-6.
describe.each(TINY_MODELS)("backward() on tiny $name", (tiny) => {
  test("gives the slope of the logits at every site of every layer", async () => {
    const model = openModel(tiny.folder);
    const executor = new Executor(model, { threads: 1, precision: "float64" });
    const { nLayers } = model.config;
    const prompts = tiny.prompts.slice(0, 2);
    const packing = Packing.ofLengths(prompts.map(({ ids }) => ids.length));
    const embedded = executor.embed(
      prompts.flatMap(({ ids }) => [...ids]),
      packing.positions,
    );
    const run = await capture(executor, packing, embedded, { sites: gradientSites });
    const weights = random("weights", packing.rows * model.config.dVocab);
    const objective = async (residual: Reals) =>
      dot(await executor.logits(await executor.finalNorm(residual)), weights);

    const cotangent = await executor.finalNormGradient(run.residual, await throughUnembedding(executor, weights));
    const found: LayerGradients[] = [];
    const atInput = await backward(executor, [{ packing, residPre: run.at.residPre!, cotangent }], {
      visit: (layer, _, gradients) => void (found[layer] = gradients),
    });
    expect(atInput[0]).toEqual(found[0].residPre);

    for (const site of gradientSites) {
      for (let layer = 0; layer < nLayers; layer++) {
        const value = run.at[site]![layer];
        const direction = random(`${site}/${layer}`, value.length);
        const where = new Uint8Array(value.length).fill(1);
        const moved = async (by: number) => {
          const patch = { where, value: Float64Array.from(value, (x, i) => x + by * direction[i]) };
          const { residual } = await capture(executor, packing, embedded, {
            sites: [],
            patchSites: [site],
            patch: (_, at) => (at === layer ? patch : undefined),
          });
          return objective(residual);
        };
        const step = 1e-4;
        const [far, near] = [
          (await moved(2 * step)) - (await moved(-2 * step)),
          (await moved(step)) - (await moved(-step)),
        ];
        const difference = (8 * near - far) / (12 * step);
        const slope = dot(gradientAt[site]!(found[layer]), direction);
        const tolerance = 1e-6 * Math.max(1, Math.abs(difference));
        expect(Math.abs(slope - difference), `${site} of layer ${layer}: ${slope} against ${difference}`).toBeLessThan(
          tolerance,
        );
      }
    }
    await executor.dispose();
    model.close();
  });
});
