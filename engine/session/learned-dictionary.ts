// Learns one dictionary from states that are kept on disk, with a curve, and from where an earlier run of it stopped.
import { existsSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { SaeTrainSettings, TrainingPoint } from "../choices/dictionary.ts";
import { meanOf } from "../dictionary/nulls.ts";
import type { SitePlace } from "../dictionary/states.ts";
import { DictionaryTrainer, type StepFigures, type TrainerSettings } from "../dictionary/trainer.ts";
import { identityOf, readTraining, writeTraining } from "../dictionary/training-file.ts";
import type { DictionaryWeights } from "../dictionary/weights.ts";
import type { WorkHooks } from "./dictionary-work.ts";
import type { Gathered } from "./gathered-states.ts";

export interface SaeTrainHooks extends WorkHooks {
  readonly onProgress?: (stage: "states" | "training", done: number, total: number) => void;
  readonly onPoint?: (point: TrainingPoint) => void;
  /** A folder for states and the run's own file; a run that finds its file there goes on from it. */
  readonly folder: string;
}

/** Steps between two points of the curve. */
const pointEvery = 20;
/** Between two writings of the run's file: steps at most, and fewer where each moves many numbers. */
const saveEveryAtMost = 200;
const movedBetweenSaves = 5e7;

interface Learned {
  readonly weights: DictionaryWeights;
  readonly curve: readonly TrainingPoint[];
}

/** States are scaled to a mean norm of √width while it learns; the scale is folded into the weights. */
export async function learn(
  settings: SaeTrainSettings,
  about: Gathered & {
    readonly places: readonly SitePlace[];
    readonly widths: readonly number[];
    readonly features: number;
    readonly model: string;
    /** Of the run, which goes on from it. */
    readonly file: string;
  },
  { signal, onProgress, onPoint }: SaeTrainHooks,
): Promise<Learned> {
  const { buffer, widths, scales, rows, features, file } = about;
  const trainerSettings: TrainerSettings = {
    kind: settings.kind,
    k: settings.k,
    sparsity: settings.sparsity,
    bandwidth: settings.bandwidth,
    dIn: widths[0],
    dSae: features,
    dOut: widths.at(-1)!,
    transcodes: settings.target !== undefined,
    steps: settings.steps,
    batch: settings.batch,
    rate: settings.rate,
    warmUp: Math.min(100, Math.floor(settings.steps / 10)),
    sparsityWarmUp: Math.min(400, Math.floor(settings.steps / 5)),
    deadAfter: Math.max(5_000, Math.min(20_000, Math.floor(rows / 4))),
    seed: settings.seed,
  };
  const identity = identityOf({ trainerSettings, places: about.places, rows, scales, model: about.model });
  const known = existsSync(file) ? readTraining(file, identity, trainerSettings) : undefined;
  const scaled = (step: number) => batchOf(buffer.batch(step, settings.batch), widths, scales);
  const trainer = await DictionaryTrainer.begin(
    trainerSettings,
    meanOf(scaled(0).at(-1)!, widths.at(-1)!),
    known?.state,
  );
  const curve: TrainingPoint[] = [...(known?.curve ?? [])];
  const points = Math.max(1, Math.round(movedBetweenSaves / (features * widths[0] * pointEvery)));
  const saveEvery = Math.min(saveEveryAtMost, pointEvery * points);
  try {
    let since: StepFigures[] = [];
    for (let { step } = trainer.state; step < settings.steps; step++) {
      if (signal?.aborted)
        throw new EngineError("cancelled", say`Stopped on request; the same command goes on from here.`);
      const batch = scaled(step);
      since.push(await trainer.step(batch[0], batch.at(-1)!));
      if (!since.every(({ loss }) => Number.isFinite(loss))) {
        throw new EngineError("usage", say`The loss is no number any more at step ${step}; give a smaller --rate.`);
      }
      if ((step + 1) % pointEvery === 0 || step + 1 === settings.steps) {
        curve.push(pointOf(step + 1, since));
        onPoint?.(curve.at(-1)!);
        since = [];
      }
      if ((step + 1) % saveEvery === 0 || step + 1 === settings.steps)
        writeTraining(file, identity, { state: trainer.state, curve });
      onProgress?.("training", step + 1, settings.steps);
    }
    return { weights: unscaled(trainer.weights(), scales), curve };
  } finally {
    await trainer.dispose();
    buffer.close();
  }
}

/** The input's rows, and behind them the target's where there is one; the only ones are scaled in place. */
function batchOf(rows: Float32Array, widths: readonly number[], scales: readonly number[]): Float32Array[] {
  if (widths.length === 1) {
    for (let at = 0; at < rows.length; at++) rows[at] *= scales[0];
    return [rows];
  }
  const width = widths.reduce((sum, w) => sum + w, 0);
  const count = rows.length / width;
  let offset = 0;
  return widths.map((own, p) => {
    const out = new Float32Array(count * own);
    for (let r = 0; r < count; r++) {
      for (let i = 0; i < own; i++) out[r * own + i] = rows[r * width + offset + i] * scales[p];
    }
    offset += own;
    return out;
  });
}

/** Features keep the scale of training; matrices take in what scaled the states. */
function unscaled(weights: DictionaryWeights, scales: readonly number[]): DictionaryWeights {
  const [input, output] = [scales[0], scales.at(-1)!];
  return {
    ...weights,
    wEnc: weights.wEnc.map((w) => w * input),
    wDec: weights.wDec.map((w) => w / output),
    bDec: weights.bDec.map((b) => b / output),
  };
}

function pointOf(step: number, figures: readonly StepFigures[]): TrainingPoint {
  const mean = (of: (one: StepFigures) => number) => figures.reduce((sum, one) => sum + of(one), 0) / figures.length;
  return { step, loss: mean((f) => f.loss), l0: mean((f) => f.l0), ev: mean((f) => f.ev), dead: figures.at(-1)!.dead };
}
