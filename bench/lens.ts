// The logit lens over all layers of SmolLM2 at the last token of 32 prompts, short and longer ones, against the plain pass that it needs
// anyway.
import { capture } from "../engine/activations/capture.ts";
import { Executor } from "../engine/activations/executor.ts";
import { Packing } from "../engine/activations/packing.ts";
import type { Point } from "../engine/lens/points.ts";
import { readLens } from "../engine/lens/read.ts";
import { openModel } from "../engine/model/open.ts";
import { passMultiplyAdds } from "./limit.ts";
import { benchExamples } from "./prompts.ts";
import { timed } from "./timed.ts";

export interface LensFigures {
  /** Tokens of each of the 32 prompts. */
  readonly length: number;
  readonly passSeconds: number;
  readonly lensSeconds: number;
  /** (multiply-adds of the pass and of the read-out) / those of the pass: the least that the ratio can be at one MatMul rate. */
  readonly leastRatio: number;
}

/** The pass and the lens take turns. */
const rounds = 5;
/** Prompts with their answers that stand before the one that is read. */
const before = [0, 1, 2, 3] as const;

/** Prompts alone, and each behind others with their answers. */
export async function measureLens(threads: number): Promise<LensFigures[]> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const examples = benchExamples("S2 only");
  const alone = examples.map(({ clean: { ids } }) => ids);
  const answered = examples.map(({ clean, answers }) => [...clean.ids, answers[0]]);
  const figures: LensFigures[] = [];
  for (const count of before) {
    const others = (i: number) => Array.from({ length: count }, (_, k) => answered[(i + k + 1) % answered.length]);
    figures.push(
      await measureOn(
        executor,
        alone.map((ids, i) => [...others(i).flat(), ...ids]),
      ),
    );
  }
  await executor.dispose();
  model.close();
  return figures;
}

async function measureOn(executor: Executor, ofIds: readonly (readonly number[])[]): Promise<LensFigures> {
  const { config } = executor.model;
  const prompts = ofIds.map((ids) => ({ ids }));
  const places = prompts.map(({ ids }, prompt) => ({ prompt, position: ids.length - 1 }));
  const points: Point[] = [
    { site: "residPre", layer: 0 },
    ...Array.from({ length: config.nLayers }, (_, layer): Point => ({ site: "residPost", layer })),
  ];
  const packing = Packing.ofLengths(prompts.map(({ ids }) => ids.length));
  const embedded = executor.embed(
    prompts.flatMap(({ ids }) => [...ids]),
    packing.positions,
  );
  const pass = () => capture(executor, packing, embedded, { sites: [] });
  const lens = () => readLens(executor, prompts, places, { points, top: 5 });
  await pass();
  await lens();
  const times = { pass: [] as number[], lens: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.pass.push((await timed(pass)).seconds);
    times.lens.push((await timed(lens)).seconds);
  }
  const readOut = places.length * points.length * config.dModel * config.dVocab;
  return {
    length: packing.rows / prompts.length,
    passSeconds: median(times.pass),
    lensSeconds: median(times.lens),
    leastRatio: 1 + readOut / passMultiplyAdds(config, packing.rows),
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
