// Trains a dictionary of features on a model's states over a corpus, and writes it as SAELens reads it.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { makeFolder } from "../base/make-folder.ts";
import type { Reconstruction, SaeTrainResult, SaeTrainSettings, TrainingPoint } from "../choices/dictionary.ts";
import type { Corpus } from "../corpus/corpus.ts";
import { meanOf } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { type SitePlace, statesOf, widthAt } from "../dictionary/states.ts";
import { DictionaryTrainer, type StepFigures, type TrainerSettings } from "../dictionary/trainer.ts";
import { identityOf, readTraining, writeTraining } from "../dictionary/training-file.ts";
import type { DictionaryWeights } from "../dictionary/weights.ts";
import { writeDictionary } from "../dictionary/write.ts";
import { excludedNote, exclusionsOf, openCorpus, requireLayer, type WorkHooks, withModel } from "./dictionary-work.ts";
import { type Gathered, gatheredStates } from "./gathered-states.ts";

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
/** States that the reported figures are of, at most. */
const judgedOn = 20_000;
const featuresPerNumber = 8;

/**
 * States are scaled to a mean norm of √width while the dictionary learns; the scale is folded into what is written.
 *
 * @throws EngineError "usage" for a site or layer that cannot be, k above the number of features, a corpus that gives too few states;
 *   "cancelled", after which the same call goes on to the same bytes
 */
export async function saeTrainTask(settings: SaeTrainSettings, hooks: SaeTrainHooks): Promise<SaeTrainResult> {
  const started = performance.now();
  return withModel(settings.model, hooks, async (executor) => {
    const places = placesOf(executor, settings);
    const widths = places.map((place) => widthAt(executor, place));
    const features = settings.features ?? featuresPerNumber * widths[0];
    requireKind(settings, features);
    const corpus = await openCorpus(executor.model, settings, hooks.signal);
    makeFolder(hooks.folder);
    const folder = resolve(settings.out ?? join(hooks.folder, "dictionary"));
    // What refuses the folder is said before the work of learning.
    makeFolder(folder);
    const held = await gatheredStates(executor, corpus, settings, places, hooks);
    const run = await learn(settings, { places, widths, features, ...held, model: executor.model.sha256 }, hooks);
    writeDictionary(folder, run.weights, {
      model: executor.model.name,
      place: places[0],
      target: places.at(1),
      contextSize: executor.model.config.nContext,
      prependBos: executor.model.tokenizer.withBos(settings.bos).front.length > 0,
      training: trainingWords(settings, held.rows, corpus),
    });
    const heldOut = await judged(executor, corpus, settings, places, run.weights, hooks.signal);
    return {
      modelName: executor.model.name,
      folder,
      place: places[0],
      kind: settings.kind,
      features,
      states: held.rows,
      width: widths[0],
      excluded: held.excluded,
      curve: run.curve,
      heldOut,
      seconds: (performance.now() - started) / 1000,
      notes: [excludedNote(held.excluded), ...notesOn(settings, heldOut, widths[0])],
    };
  });
}

function placesOf(executor: Executor, { site, layer, target }: SaeTrainSettings): SitePlace[] {
  const at = requireLayer(executor, layer ?? Math.floor(executor.model.config.nLayers / 2));
  return [{ site, layer: at }, ...(target === undefined ? [] : [{ site: target, layer: at }])];
}

function requireKind({ kind, k, target }: SaeTrainSettings, features: number): void {
  if ((kind === "topk" || kind === "batchtopk") && k > features) {
    throw new EngineError(
      "usage",
      `--k is ${k}, more than the ${features} features; give a smaller --k or more --features.`,
    );
  }
  if (kind === "topk" && target !== undefined) {
    throw new EngineError(
      "usage",
      "SAELens has no form for a transcoder of kind topk; take batchtopk, l1 or jumprelu.",
    );
  }
}

interface Learned {
  readonly weights: DictionaryWeights;
  readonly curve: readonly TrainingPoint[];
}

async function learn(
  settings: SaeTrainSettings,
  about: Gathered & {
    readonly places: readonly SitePlace[];
    readonly widths: readonly number[];
    readonly features: number;
    readonly model: string;
  },
  { folder, signal, onProgress, onPoint }: SaeTrainHooks,
): Promise<Learned> {
  const { buffer, widths, scales, rows, features } = about;
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
  const file = join(folder, "training.bin");
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
        throw new EngineError("cancelled", "Stopped on request; the same command goes on from here.");
      const batch = scaled(step);
      since.push(await trainer.step(batch[0], batch.at(-1)!));
      if (!since.every(({ loss }) => Number.isFinite(loss))) {
        throw new EngineError("usage", `The loss is no number any more at step ${step}; give a smaller --rate.`);
      }
      if ((step + 1) % pointEvery === 0 || step + 1 === settings.steps) {
        curve.push(pointOf(step + 1, since));
        onPoint?.(curve.at(-1)!);
        since = [];
      }
      if ((step + 1) % saveEvery === 0) writeTraining(file, identity, { state: trainer.state, curve });
      onProgress?.("training", step + 1, settings.steps);
    }
    return { weights: unscaled(trainer.weights(), scales), curve };
  } finally {
    await trainer.dispose();
    buffer.close();
  }
}

/** The input's rows, and behind them the target's where there is one. */
function batchOf(rows: Float32Array, widths: readonly number[], scales: readonly number[]): Float32Array[] {
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

async function judged(
  executor: Executor,
  corpus: Corpus,
  settings: SaeTrainSettings,
  places: readonly SitePlace[],
  weights: DictionaryWeights,
  signal?: AbortSignal,
): Promise<Reconstruction> {
  const dictionary = new SparseDictionary(weights);
  let sums: ReconstructionSums | undefined;
  let seen = 0;
  try {
    const exclude = exclusionsOf(executor.model, settings);
    for await (const { rows, tokens } of statesOf(executor, corpus.texts("heldOut"), places, {
      ...settings,
      exclude,
      signal,
    })) {
      const features = await dictionary.encode(rows[0]);
      const target = rows.at(-1)!;
      sums ??= new ReconstructionSums(weights.dOut, weights.dSae, meanOf(target, weights.dOut));
      sums.add(target, dictionary.decode(features, rows[0]), features);
      seen += tokens.length;
      if (seen >= judgedOn) break;
    }
  } finally {
    await dictionary.dispose();
  }
  if (signal?.aborted) throw new EngineError("cancelled", "Stopped on request.");
  return (sums ?? new ReconstructionSums(weights.dOut, weights.dSae, weights.bDec)).figures();
}

function trainingWords(settings: SaeTrainSettings, states: number, corpus: Corpus): Record<string, string | number> {
  const { kind, k, sparsity, steps, batch, rate, seed } = settings;
  return { kind, k, sparsity, steps, batch, rate, seed, states, corpus: corpus.sha256 ?? corpus.file };
}

function notesOn({ kind, sparsity }: SaeTrainSettings, { l0 }: Reconstruction, width: number): string[] {
  if (kind !== "l1" || sparsity > 0) return [];
  return [
    `Without a pull towards few features nothing asks for meaning: ${l0.toFixed(0)} fire in a state of ${width} numbers. The unit basis and its opposite would reconstruct everything.`,
  ];
}
