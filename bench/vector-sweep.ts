// A direction at every layer and five coefficients of SmolLM2 over 32 prompts: one sweep that shares what is below the layer, against a run
// of every setting by itself.
import { Executor } from "../engine/activations/executor.ts";
import type { FreeChange } from "../engine/evaluate/neutral-effect.ts";
import { openModel } from "../engine/model/open.ts";
import { changesOf } from "../engine/vector/act.ts";
import { scoresUnder } from "../engine/vector/score.ts";
import { randomVectors } from "../engine/vector/ways/random.ts";
import { benchExamples } from "./prompts.ts";
import { timed } from "./timed.ts";

export interface VectorSweepFigures {
  readonly settings: number;
  readonly prompts: number;
  readonly sharedSeconds: number;
  readonly aloneSeconds: number;
  /** Largest difference of a score between the two. */
  readonly difference: number;
}

const coefficients = [-2, -1, 1, 2, 4];
/** Every so manieth layer is run by itself, and its time counted for the layers up to the next. */
const layerStep = 5;

export async function measureVectorSweep(threads: number): Promise<VectorSweepFigures> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const { nLayers, dModel } = model.config;
  const prompts = benchExamples("S2 only").map(({ clean }) => clean);
  const [vector] = randomVectors(dModel, 30, 1, 1);
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const directions = { method: "random", layers, vectors: layers.map(() => vector), about: {} } as const;
  const score = { plus: model.tokenizer.encodePlain(" Mary"), minus: model.tokenizer.encodePlain(" John") };
  const at = (layer: number): FreeChange[][] =>
    coefficients.map((scale) =>
      changesOf(directions, { action: "add", layers: [layer], scale, unit: "vector", positions: "all" }, model.config),
    );
  const all = layers.flatMap(at);
  const chosen = layers.filter((layer) => layer % layerStep === Math.floor(layerStep / 2));
  await scoresUnder(executor, prompts, score, all.slice(0, 1));
  const shared = await timed(() => scoresUnder(executor, prompts, score, all));
  let alone = 0;
  let difference = 0;
  for (const layer of chosen) {
    for (const [c, changes] of at(layer).entries()) {
      const run = await timed(() => scoresUnder(executor, prompts, score, [changes]));
      alone += run.seconds;
      const together = shared.value[layer * coefficients.length + c];
      run.value[0].forEach((x, p) => (difference = Math.max(difference, Math.abs(x - together[p]))));
    }
  }
  await executor.dispose();
  model.close();
  return {
    settings: all.length,
    prompts: prompts.length,
    sharedSeconds: shared.seconds,
    aloneSeconds: (alone * layers.length) / chosen.length,
    difference,
  };
}
