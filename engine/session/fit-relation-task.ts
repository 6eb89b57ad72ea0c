// From relation files and a model to fitted relations, and from a fitted relation to what it says about one subject.
import { type Note, say, type Sentence } from "../base/sentence.ts";
import type { EstimatorName } from "../choices/lists.ts";
import type { LikelyToken, RelationApplication, RelationEdit } from "../contract/relations.ts";
import type { Executor } from "../activations/executor.ts";
import { stacked } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { fewSentence } from "../base/interval.ts";
import { Random } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { logSumExp, probabilityOf } from "../readout/distribution.ts";
import { logitsOf } from "../readout/logits.ts";
import { rankOf, topIds } from "../readout/ranking.ts";
import { editedState, logitsAfter } from "../relation/edit.ts";
import { ESTIMATORS } from "../relation/estimators/registry.ts";
import { type FittedRelation, fitRelation, type GivenSettings } from "../relation/fit-relation.ts";
import { allLayers } from "../relation/jacobian.ts";
import { difference, type LinearMap, predicted } from "../relation/linear-map.ts";
import { type PromptForm, subjectPrompt, subjectPrompts } from "../relation/prompts.ts";
import type { RelationContent } from "../relation/relation-file.ts";
import { stateAt, subjectStates } from "../relation/states.ts";
import { Study } from "../relation/study.ts";
import { decompose, unreachable } from "../relation/svd.ts";
import { pathOf } from "./recorded-model.ts";
import { didYouMean } from "../base/did-you-mean.ts";
import type { RelationTask } from "../task/task.ts";
import type { BosChoice } from "../choices/lists.ts";

export interface FitSettings {
  readonly estimators: readonly EstimatorName[];
  readonly samples: number;
  readonly seeds: number;
  /** Default: the task's. */
  readonly seed?: number;
  /** Layers to choose among, −1 for the embedding; default: all of a small model, about ten of a deep one. */
  readonly layers?: readonly number[];
  /** Which of the file's prompt templates, from 1. */
  readonly template: number;
  /** Samples written out before each question; default: none, or a few where the model answers too little without. */
  readonly shots?: number;
  /** Whether prompts begin with the beginning-of-text token; default: the task's. */
  readonly bos?: BosChoice;
  readonly given: GivenSettings;
}

export interface RelationOutcome {
  readonly fitted: FittedRelation;
  readonly content: RelationContent;
  readonly notes: readonly Note[];
}

export interface RelationHooks {
  readonly signal?: AbortSignal;
  /** Called while Jacobians are computed. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called when an estimator is done, and before the first with 0. */
  readonly onFitted?: (done: number) => void;
}

/** Samples that are written out where the model answers too little without. */
const helpfulShots = 4;

/** Fits each estimator to one relation; states and Jacobians are computed once. @throws EngineError as `Study.of` */
export async function relateTask(
  executor: Executor,
  task: RelationTask,
  settings: FitSettings,
  hooks: RelationHooks = {},
): Promise<RelationOutcome[]> {
  if (settings.shots !== undefined) return relateWith(settings.shots, executor, task, settings, hooks);
  try {
    return await relateWith(0, executor, task, settings, hooks);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "degenerate-task") throw error;
    const outcomes = await relateWith(helpfulShots, executor, task, settings, hooks).catch((second: unknown) => {
      throw second instanceof EngineError && second.code === "degenerate-task" ? error : second;
    });
    const note = say`${helpfulShots} samples stand before each question; without them ${executor.model.name} answers too little.`;
    return outcomes.map((outcome) => ({ ...outcome, notes: [...outcome.notes, note] }));
  }
}

async function relateWith(
  shots: number,
  executor: Executor,
  task: RelationTask,
  settings: FitSettings,
  hooks: RelationHooks,
): Promise<RelationOutcome[]> {
  const { model } = executor;
  const seed = settings.seed ?? task.seed;
  const { form, samples } = promptForm(task, settings, shots, seed);
  const { prompts, notes } = subjectPrompts(samples, form, model.tokenizer, model.config.nContext);
  const study = await Study.of(executor, prompts, {
    samples: settings.samples,
    seeds: settings.seeds,
    seed,
    layers: layersOf(model, settings.layers),
    needsJacobians: settings.estimators.some((name) => ESTIMATORS[name].needsJacobians),
    file: task.file,
    ...hooks,
  });
  const outcomes: RelationOutcome[] = [];
  hooks.onFitted?.(0);
  for (const name of settings.estimators) {
    const fitted = await fitRelation(study, task.name, name, settings.given);
    const content = await contentOf(study, task, form, fitted);
    outcomes.push({ fitted, content, notes: [...task.notes, ...notes, ...fewNotes(study)] });
    hooks.onFitted?.(outcomes.length);
  }
  return outcomes;
}

/** Subjects and draws were both sampled; the fewer of them say how far the interval is to be trusted. */
function fewNotes({ split: { test, seeds } }: Study): Sentence[] {
  const few =
    test.length <= seeds.length
      ? fewSentence(test.length, say`test subjects`)
      : fewSentence(seeds.length, say`draws of training subjects`);
  return few === undefined ? [] : [few];
}

function promptForm(
  task: RelationTask,
  { template, bos = task.bos }: Pick<FitSettings, "template" | "bos">,
  shots: number,
  seed: number,
) {
  const text = task.promptTemplates[template - 1];
  if (text === undefined) {
    throw new EngineError(
      "usage",
      say`${task.file}: there is no template ${template}; the file has ${task.promptTemplates.length}.`,
      { place: { file: task.file } },
    );
  }
  const demonstrations = Random.seeded(seed, "relation demonstrations").sample(task.samples, shots);
  const shown = new Set(demonstrations.map(({ subject }) => subject));
  const form: PromptForm = { template: text, demonstrations, bos };
  return { form, samples: task.samples.filter(({ subject }) => !shown.has(subject)) };
}

/** Layers of a deep model that are tried unless others are asked for. */
const mostLayers = 12;

function layersOf({ config, name }: Model, asked: readonly number[] | undefined): number[] {
  const all = allLayers(config.nLayers);
  const wrong = asked?.find((layer) => !all.includes(layer));
  if (wrong !== undefined) {
    throw new EngineError(
      "usage",
      say`there is no layer ${wrong}; ${name} has −1 (embedding) to ${config.nLayers - 1}.`,
    );
  }
  if (asked) return [...new Set(asked)].sort((a, b) => a - b);
  const step = Math.ceil(all.length / mostLayers);
  return all.filter((_, i) => i % step === 0);
}

async function contentOf(
  study: Study,
  task: RelationTask,
  { template, demonstrations, bos }: PromptForm,
  { record, controls, editRank, sweeps, choice, map }: FittedRelation,
): Promise<RelationContent> {
  const { model } = study.executor;
  return {
    format: "secateur.relation",
    version: 1,
    model: {
      name: model.name,
      architecture: model.config.architecture,
      source: pathOf(model) ?? model.source,
      sha256: model.sha256,
      nLayers: model.config.nLayers,
      dModel: model.config.dModel,
      precision: model.precision,
    },
    task: {
      name: task.name,
      file: task.file,
      sha256: task.sha256,
      template,
      demonstrations: [...demonstrations],
      bos,
      seed: study.settings.seed,
      seeds: study.settings.seeds,
    },
    figures: record,
    controls,
    editRank,
    sweeps: { layers: [...sweeps.layers], ranks: [...sweeps.ranks], samples: [...sweeps.samples] },
    subjects: await subjectRows(study, map, choice.layer, choice.beta),
  };
}

/** What model and map say about every subject of the file. */
async function subjectRows(
  study: Study,
  map: LinearMap,
  layer: number,
  beta: number,
): Promise<RelationContent["subjects"]> {
  const { executor, known, split, settings, subjects } = study;
  const { tokenizer } = executor.model;
  const named = (indices: readonly number[]) => new Set(indices.map((i) => known[i]));
  const [train, test] = [named(split.seeds[0].order.slice(0, settings.samples)), named(split.test)];
  const answered = new Set(known);
  const rows: RelationContent["subjects"] = [];
  for (const states of subjects) {
    const logits = await logitsOf(
      executor,
      stacked(executor.precision, [predicted(map, stateAt(states, layer), beta)]),
    );
    const [answer] = topIds(logits, 1);
    const group = train.has(states) ? "train" : test.has(states) ? "test" : "validation";
    rows.push({
      subject: states.prompt.subject,
      object: states.prompt.object,
      split: answered.has(states) ? group : "unanswered",
      model: tokenizer.token(states.answer),
      map: tokenizer.token(answer),
      rank: rankOf(logits, states.prompt.objectToken),
    });
  }
  return rows;
}

export interface OpenRelation {
  readonly file: RelationContent;
  readonly map: LinearMap;
}

/** @throws EngineError "usage" where the model is another one than the map was fitted on */
export function requireFittedOn(file: RelationContent, model: Model, path: string): void {
  if (file.model.sha256 === model.sha256) return;
  throw new EngineError(
    "usage",
    say`${path}: was fitted on ${file.model.name} (${file.model.sha256.slice(0, 12)}), and ${model.name} has other weights (${model.sha256.slice(0, 12)}). Give --model ${file.model.source}.`,
    { place: { file: path } },
  );
}

const shownTokens = 5;

/** What the map says about any subject, beside what the model says. @throws EngineError "invalid-task" */
export async function applyRelation(
  executor: Executor,
  { file, map }: OpenRelation,
  subject: string,
): Promise<RelationApplication> {
  const [states] = await subjectStates(executor, [promptOf(executor, file, subject)]);
  const { layer, beta } = file.figures;
  const own = await logitsOf(executor, states.object);
  const mapped = await logitsOf(executor, stacked(executor.precision, [predicted(map, stateAt(states, layer), beta)]));
  return { subject, model: likely(executor, own), map: likely(executor, mapped) };
}

/**
 * Moves the subject's state so that the map gives the object, and lets the model answer. The state aimed at is that of a subject of
 * the file that has the object, one that the model answers if there is any.
 *
 * @throws EngineError "usage" where no subject of the file has the object
 */
export async function editRelation(
  executor: Executor,
  { file, map }: OpenRelation,
  subject: string,
  object: string,
  rank = file.editRank,
): Promise<RelationEdit> {
  const holders = file.subjects.filter((row) => row.object === object && row.subject !== subject);
  const holder = holders.find((row) => row.split !== "unanswered") ?? holders[0];
  if (!holder) {
    const objects = new Set(file.subjects.map((row) => row.object));
    throw new EngineError(
      "usage",
      say`no other subject of ${file.task.name} has the object "${object}"; an edit aims at one.${didYouMean(object, objects)}`,
    );
  }
  const prompts = [promptOf(executor, file, subject), promptOf(executor, file, holder.subject)];
  const [states, target] = await subjectStates(executor, prompts);
  const { layer } = file.figures;
  const decomposition = decompose(map.weight, map.bias.length);
  const edited = editedState(decomposition, rank, { subject: states, target }, layer);
  const own = stateAt(states, layer);
  return {
    subject,
    object,
    target: holder.subject,
    layer,
    rank,
    length: norm(difference(edited, own)) / norm(own),
    unreachable: unreachable(decomposition, rank, difference(target.object, states.object)),
    before: likely(executor, await logitsOf(executor, states.object)),
    after: likely(executor, await logitsAfter(executor, prompts[0], layer, edited)),
  };
}

function promptOf({ model }: Executor, { task }: RelationContent, subject: string) {
  return subjectPrompt({ subject, object: "" }, task, model.tokenizer, model.config.nContext, task.file);
}

const norm = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));

function likely({ model }: Executor, logits: ArrayLike<number>): LikelyToken[] {
  const normaliser = logSumExp(logits);
  return topIds(logits, shownTokens).map((id) => ({
    token: model.tokenizer.token(id),
    probability: probabilityOf([id], logits, normaliser),
  }));
}
