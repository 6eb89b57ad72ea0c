// What the engine can be asked to do as a job: of every verb its settings, its result, and what it tells on the way.
//
// How a verb is added stands in docs/verbs.md.
import type { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import type { Command } from "../choices/command.ts";
import { type Curves, curvesSettings } from "../choices/curves.ts";
import { edgeSettings } from "../choices/edges.ts";
import {
  type SaeEvalResult,
  saeEvalSettings,
  type SaeFeaturesResult,
  saeFeaturesSettings,
  type SaeShowResult,
  saeShowSettings,
  type SaeSteerResult,
  saeSteerSettings,
  type SaeTrainResult,
  saeTrainSettings,
  type TrainingPoint,
} from "../choices/dictionary.ts";
import { type GeneratePart, type GenerateResult, generateSettings } from "../choices/generate.ts";
import { type FitLensResult, fitLensSettings, type LensResult, lensSettings } from "../choices/lens.ts";
import {
  type PatchscopeResult,
  patchscopeSettings,
  type TransplantResult,
  transplantSettings,
} from "../choices/patchscope.ts";
import { type MemoriesResult, memoriesSettings } from "../choices/memories.ts";
import { type EditResult, editSettings } from "../choices/edit.ts";
import { type TwoHopResult, twoHopSettings } from "../choices/two-hop.ts";
import { neuronSettings } from "../choices/neurons.ts";
import { type SweepPart, type SweepResult, sweepSettings } from "../choices/sweep.ts";
import { pruneSettings } from "../choices/prune.ts";
import { type PatchResult, patchSettings } from "../choices/patch.ts";
import { relationSettings } from "../choices/relation.ts";
import { type ScoreResult, scoreSettings } from "../choices/score.ts";
import { evaluateSettings, transferSettings } from "../choices/evaluate.ts";
import { stabilitySettings } from "../choices/stability.ts";
import type { Stability } from "../circuit/circuit-schema.ts";
import type { Evaluation, StabilityPart, TransferCell, TransferResult } from "./statistics.ts";
import type { EdgesMeasured } from "./edges.ts";
import type { NeuronsResult } from "./neurons.ts";
import type { PrunePart, PruneResult } from "./prune.ts";
import type { RelationResult } from "./relations.ts";
import { type NeuronStudyResult, neuronStudySettings } from "../choices/neuron.ts";
import {
  type VectorApplyPart,
  type VectorApplyResult,
  vectorApplySettings,
  type VectorJudgeResult,
  vectorJudgeSettings,
  type VectorMakeResult,
  vectorMakeSettings,
  type VectorSweepResult,
  vectorSweepSettings,
} from "../choices/vector.ts";

/** A type that a row of the table names beside values. */
interface Of<Type> {
  readonly type?: Type;
}

function of<Type>(): Of<Type> {
  return {};
}

/** What stands of a verb in the table. */
interface VerbRow {
  readonly settings: z.ZodType;
  /** Plain data, which goes over a wire and into a file. */
  readonly result: Of<unknown>;
  /** One piece of what it has found so far; of a verb without it the result alone is told. */
  readonly part?: Of<unknown>;
  /** What it does one after the other; each has words in both languages. */
  readonly stages: readonly string[];
  /** What the one figure of its card can say, by code → the values that it says it with. */
  readonly headlines: Readonly<Record<string, readonly string[]>>;
}

/** Name of the verb → its row; a name of two words is a command of a group, "secateur vector make". */
export const VERB_ROWS = {
  "vector make": {
    settings: vectorMakeSettings,
    result: of<VectorMakeResult>(),
    stages: ["states", "heads", "layers", "test", "null"],
    headlines: { vector: ["method", "layer", "file", "norm"], "vector-task": ["method", "layer", "file", "right"] },
  },
  "vector sweep": {
    settings: vectorSweepSettings,
    result: of<VectorSweepResult>(),
    stages: ["scores", "neutral text", "null"],
    headlines: { "vector-sweep": ["layer", "coefficient", "change", "kl"], "vector-sweep-none": [] },
  },
  "vector judge": {
    settings: vectorJudgeSettings,
    result: of<VectorJudgeResult>(),
    stages: ["scores"],
    headlines: { "vector-judge": ["set", "change", "rank", "draws"] },
  },
  "vector apply": {
    settings: vectorApplySettings,
    result: of<VectorApplyResult>(),
    part: of<VectorApplyPart>(),
    stages: ["writing", "doses", "neutral text"],
    headlines: { "vector-apply": ["text", "vector", "scale"] },
  },
  lens: {
    settings: lensSettings,
    result: of<LensResult>(),
    stages: ["reading"],
    headlines: { lens: ["token", "point"] },
  },
  "fit-lens": {
    settings: fitLensSettings,
    result: of<FitLensResult>(),
    stages: ["training"],
    headlines: { "fit-lens": ["kl", "logit"] },
  },
  patchscope: {
    settings: patchscopeSettings,
    result: of<PatchscopeResult>(),
    stages: ["patching"],
    headlines: { patchscope: ["word", "share", "null"] },
  },
  transplant: {
    settings: transplantSettings,
    result: of<TransplantResult>(),
    stages: ["states", "patching"],
    headlines: { transplant: ["layer", "share"] },
  },
  "two-hop": {
    settings: twoHopSettings,
    result: of<TwoHopResult>(),
    stages: ["asking", "patching"],
    headlines: { "two-hop": ["right", "n", "mended", "of"] },
  },
  edit: {
    settings: editSettings,
    result: of<EditResult>(),
    stages: ["neurons", "edits"],
    headlines: { edit: ["share", "null"] },
  },
  memories: {
    settings: memoriesSettings,
    result: of<MemoriesResult>(),
    stages: ["layers"],
    headlines: { memories: ["share", "unit", "token"] },
  },
  generate: {
    settings: generateSettings,
    result: of<GenerateResult>(),
    part: of<GeneratePart>(),
    stages: ["writing"],
    headlines: { generate: ["text", "n"] },
  },
  curves: {
    settings: curvesSettings,
    result: of<Curves>(),
    stages: ["curves", "searches"],
    headlines: { curves: ["kept", "units", "f"] },
  },
  patch: {
    settings: patchSettings,
    result: of<PatchResult>(),
    stages: ["effects"],
    headlines: { patch: ["place", "effect"] },
  },
  score: {
    settings: scoreSettings,
    result: of<ScoreResult>(),
    stages: ["scores"],
    headlines: { score: ["id", "score", "of"] },
  },
  evaluate: {
    settings: evaluateSettings,
    result: of<Evaluation>(),
    stages: ["constants", "discovery", "held-out", "random", "completeness", "minimality"],
    headlines: { evaluate: ["f", "kl"] },
  },
  stability: {
    settings: stabilitySettings,
    result: of<Stability>(),
    part: of<StabilityPart>(),
    stages: ["searching"],
    headlines: { stability: ["holds", "n", "enough"] },
  },
  transfer: {
    settings: transferSettings,
    result: of<TransferResult>(),
    part: of<TransferCell>(),
    stages: ["measuring"],
    headlines: { transfer: ["holding", "measured", "of"] },
  },
  prune: {
    settings: pruneSettings,
    result: of<PruneResult>(),
    part: of<PrunePart>(),
    stages: [
      "constants",
      "masks",
      "effects",
      "pruning",
      "validation",
      "second-search",
      "node-effects",
      "connections",
      "roles",
      "held-out",
      "random",
      "completeness",
      "minimality",
      "alternatives",
    ],
    headlines: { prune: ["kept", "f"] },
  },
  edges: {
    settings: edgeSettings,
    result: of<EdgesMeasured>(),
    stages: ["scores", "curve", "pruning"],
    headlines: { edges: ["kept", "edges", "f"] },
  },
  relation: {
    settings: relationSettings,
    result: of<RelationResult>(),
    stages: ["jacobians", "maps"],
    headlines: { relation: ["relation", "f", "edit"] },
  },
  "sae train": {
    settings: saeTrainSettings,
    result: of<SaeTrainResult>(),
    part: of<TrainingPoint>(),
    stages: ["states", "training"],
    headlines: { "sae-train": ["ev", "l0"] },
  },
  "sae show": {
    settings: saeShowSettings,
    result: of<SaeShowResult>(),
    stages: ["states"],
    headlines: { "sae-show": ["features", "ev", "l0"] },
  },
  "sae eval": {
    settings: saeEvalSettings,
    result: of<SaeEvalResult>(),
    stages: ["states", "splicing", "nulls"],
    headlines: { "sae-eval": ["ev", "l0", "recovered"] },
  },
  neuron: {
    settings: neuronStudySettings,
    result: of<NeuronStudyResult>(),
    stages: ["correlation", "places", "effects", "sets", "selectivity", "explanation"],
    headlines: { neuron: ["id", "event", "auroc"], "neuron-removal": ["id", "event", "change"] },
  },
  neurons: {
    settings: neuronSettings,
    result: of<NeuronsResult>(),
    stages: ["neurons"],
    headlines: { neurons: ["id", "total"] },
  },
  "sae features": {
    settings: saeFeaturesSettings,
    result: of<SaeFeaturesResult>(),
    stages: ["states"],
    headlines: { "sae-features": ["n"] },
  },
  "sae steer": {
    settings: saeSteerSettings,
    result: of<SaeSteerResult>(),
    stages: ["doses"],
    headlines: { "sae-steer": ["feature", "effect", "kl"] },
  },
  sweep: {
    settings: sweepSettings,
    result: of<SweepResult>(),
    part: of<SweepPart>(),
    stages: ["jobs"],
    headlines: { sweep: ["name", "verb", "finished", "of"] },
  },
} as const satisfies Readonly<Record<string, VerbRow>>;

type Rows = typeof VERB_ROWS;
export type VerbName = keyof Rows;
/** Those that a sweep can do in its cells. */
export type CellVerb = Exclude<VerbName, "sweep">;
export const VERB_NAMES = Object.keys(VERB_ROWS) as [VerbName, ...VerbName[]];

/** A verb as `commandLine` writes it. */
export function commandOf<Name extends VerbName>(name: Name): Command<Rows[Name]["settings"]> {
  return { name, settings: VERB_ROWS[name].settings };
}

export type SettingsOf<Name extends VerbName> = Frozen<z.output<Rows[Name]["settings"]>>;
/** What may be left out is left out. */
export type AskedOf<Name extends VerbName> = Frozen<z.input<Rows[Name]["settings"]>>;
export type ResultOf<Name extends VerbName> = NonNullable<Rows[Name]["result"]["type"]>;
export type PartOf<Name extends VerbName> = Rows[Name] extends { readonly part: Of<infer Part> } ? Part : never;
export type StageOf<Name extends VerbName> = Rows[Name]["stages"][number];

/** The one figure of a card, as a code with values that each language puts into words. */
export type HeadlineOf<Name extends VerbName> = Headlines<Rows[Name]["headlines"]>;

type Headlines<Codes extends VerbRow["headlines"]> = {
  readonly [Code in keyof Codes]: {
    readonly code: Code;
    readonly values: Readonly<Record<Codes[Code][number], number | string>>;
    /** Of which half of the examples the figure is; a verb with held-out examples tells theirs. */
    readonly split?: "discovery" | "heldOut";
  };
}[keyof Codes];
