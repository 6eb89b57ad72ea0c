// One relation on one model, measured once: the states of all subjects, which of them the model answers, the split, Jacobians.
import type { Executor } from "../activations/executor.ts";
import { type Reals, stacked } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { topTokens } from "../readout/logits.ts";
import { jacobians } from "./jacobian.ts";
import type { SubjectPrompt } from "./prompts.ts";
import { leastKnown, type RelationSplit, splitSubjects } from "./split.ts";
import { stateAt, type SubjectStates, subjectStates } from "./states.ts";
import { principalAxes } from "./svd.ts";
import type { PrincipalAxes, TrainingSet } from "./training-set.ts";

export interface StudySettings {
  readonly samples: number;
  readonly seeds: number;
  readonly seed: number;
  /** Layers to choose among; −1 is the embedding. */
  readonly layers: readonly number[];
  readonly needsJacobians: boolean;
  /** The file, for messages. */
  readonly file: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Bounds the subjects whose Jacobians are computed, by their entries at every layer gone through: 16 on a model of 135 M weights. */
const mostJacobianEntries = 1.6e8;

export class Study {
  private readonly axesOf = new Map<number, PrincipalAxes>();

  private constructor(
    readonly executor: Executor,
    readonly settings: StudySettings,
    /** Every subject of the file, answered or not. */
    readonly subjects: readonly SubjectStates[],
    /** Subjects whose object the model itself gives, each once. */
    readonly known: readonly SubjectStates[],
    readonly split: RelationSplit,
    /** By index in `known`, then in `settings.layers`. */
    private readonly jacobiansOf: ReadonlyMap<number, readonly Reals[]>,
  ) {}

  /** @throws EngineError "degenerate-task" where the model answers too few subjects; "cancelled" */
  static async of(executor: Executor, prompts: readonly SubjectPrompt[], settings: StudySettings): Promise<Study> {
    const subjects = await subjectStates(executor, prompts, settings.signal);
    const known = answered(subjects);
    requireKnown(known.length, prompts, settings, executor.model.name);
    const { dModel, nLayers } = executor.model.config;
    const entries = dModel * dModel * nLayers;
    const split = splitSubjects(
      known.map(({ answer }) => answer),
      { ...settings, pool: settings.needsJacobians ? jacobianPool(settings, entries) : Infinity },
    );
    const pool = settings.needsJacobians ? [...split.seeds[0].order].sort((a, b) => a - b) : [];
    const found = await jacobians(
      executor,
      pool.map((i) => known[i].prompt),
      settings.layers,
      settings,
    );
    return new Study(executor, settings, subjects, known, split, new Map(pool.map((i, at) => [i, found[at]])));
  }

  /** @param order how the objects are assigned to the subjects; other than as they are: the null */
  trainingSet(layer: number, subjects: readonly number[], order: readonly number[] = subjects): TrainingSet {
    const at = this.settings.layers.indexOf(layer);
    return {
      subjects: subjects.map((i) => stateAt(this.known[i], layer)),
      objects: order.map((i) => this.known[i].object),
      objectTokens: order.map((i) => this.known[i].answer),
      jacobians: subjects.flatMap((i) => this.jacobiansOf.get(i)?.[at] ?? []),
      axes: () => this.axes(layer),
      answers: (states) => topTokens(this.executor, stacked(this.executor.precision, states)),
    };
  }

  /** Of all subjects but the tested ones, and of the tokens of their objects. */
  private axes(layer: number): PrincipalAxes {
    const found = this.axesOf.get(layer);
    if (found) return found;
    const tested = new Set(this.split.test.map((i) => this.known[i].prompt.subject));
    const others = this.subjects.filter(({ prompt }) => !tested.has(prompt.subject));
    const tokens = [...new Set(others.map(({ prompt }) => prompt.objectToken))];
    const { dModel } = this.executor.model.config;
    const rows = this.executor.model.unembedRows(tokens);
    const axes = {
      subject: principalAxes(others.map((subject) => stateAt(subject, layer))),
      object: principalAxes(tokens.map((_, t) => rows.subarray(t * dModel, (t + 1) * dModel))),
    };
    this.axesOf.set(layer, axes);
    return axes;
  }
}

/** One draw needs no more Jacobians than it fits on; several share as many as fit. */
function jacobianPool({ samples, seeds }: StudySettings, entries: number): number {
  return seeds === 1 ? samples : Math.floor(mostJacobianEntries / entries);
}

/** A subject with several objects in the file counts once, with the one that the model gives. */
function answered(subjects: readonly SubjectStates[]): SubjectStates[] {
  const right = subjects.filter(({ prompt, answer }) => prompt.objectToken === answer);
  return [...new Map(right.map((states) => [states.prompt.subject, states])).values()];
}

function requireKnown(known: number, prompts: readonly SubjectPrompt[], settings: StudySettings, model: string): void {
  const needed = leastKnown(settings.samples);
  if (known >= needed) return;
  const all = new Set(prompts.map(({ subject }) => subject)).size;
  throw new EngineError(
    "degenerate-task",
    say`${settings.file}: ${model} itself answers ${known} of ${all} subjects, and ${needed} are needed to fit on ${settings.samples}, choose and test. Try another --template, --shots, fewer --samples or another model.`,
    { place: { file: settings.file } },
  );
}
