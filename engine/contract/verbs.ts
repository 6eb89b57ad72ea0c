// What the engine can be asked to do as a job: of every verb its settings, its result, and what it tells on the way.
//
// How a verb is added stands in docs/verbs.md.
import type { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
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

/** Name of the verb → schema of its settings; a name of two words is a command of a group, "secateur vector make". */
export const VERB_SETTINGS = {
  "vector make": vectorMakeSettings,
  "vector sweep": vectorSweepSettings,
  "vector judge": vectorJudgeSettings,
  "vector apply": vectorApplySettings,
  lens: lensSettings,
  "fit-lens": fitLensSettings,
  patchscope: patchscopeSettings,
  transplant: transplantSettings,
  "two-hop": twoHopSettings,
  edit: editSettings,
  memories: memoriesSettings,
  generate: generateSettings,
  curves: curvesSettings,
  patch: patchSettings,
  score: scoreSettings,
  evaluate: evaluateSettings,
  stability: stabilitySettings,
  transfer: transferSettings,
  prune: pruneSettings,
  edges: edgeSettings,
  relation: relationSettings,
  "sae train": saeTrainSettings,
  "sae show": saeShowSettings,
  "sae eval": saeEvalSettings,
  neuron: neuronStudySettings,
  neurons: neuronSettings,
  "sae features": saeFeaturesSettings,
  "sae steer": saeSteerSettings,
  sweep: sweepSettings,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type VerbName = keyof typeof VERB_SETTINGS;
/** Those that a sweep can do in its cells. */
export type CellVerb = Exclude<VerbName, "sweep">;
export const VERB_NAMES = Object.keys(VERB_SETTINGS) as [VerbName, ...VerbName[]];

/** Name of the verb → its result: plain data, which goes over a wire and into a file. */
export interface VerbResults {
  readonly "vector make": VectorMakeResult;
  readonly "vector sweep": VectorSweepResult;
  readonly "vector judge": VectorJudgeResult;
  readonly "vector apply": VectorApplyResult;
  readonly lens: LensResult;
  readonly "fit-lens": FitLensResult;
  readonly patchscope: PatchscopeResult;
  readonly transplant: TransplantResult;
  readonly "two-hop": TwoHopResult;
  readonly edit: EditResult;
  readonly memories: MemoriesResult;
  readonly generate: GenerateResult;
  readonly curves: Curves;
  readonly patch: PatchResult;
  readonly score: ScoreResult;
  readonly evaluate: Evaluation;
  readonly stability: Stability;
  readonly transfer: TransferResult;
  readonly prune: PruneResult;
  readonly edges: EdgesMeasured;
  readonly relation: RelationResult;
  readonly "sae train": SaeTrainResult;
  readonly "sae show": SaeShowResult;
  readonly "sae eval": SaeEvalResult;
  readonly neuron: NeuronStudyResult;
  readonly neurons: NeuronsResult;
  readonly "sae features": SaeFeaturesResult;
  readonly "sae steer": SaeSteerResult;
  readonly sweep: SweepResult;
}

/** Name of the verb → one piece of what it has found so far; verbs that are not here tell their result alone. */
export interface VerbParts {
  readonly "vector apply": VectorApplyPart;
  readonly generate: GeneratePart;
  readonly stability: StabilityPart;
  readonly transfer: TransferCell;
  readonly prune: PrunePart;
  readonly "sae train": TrainingPoint;
  readonly sweep: SweepPart;
}

export type SettingsOf<Name extends VerbName> = Frozen<z.output<(typeof VERB_SETTINGS)[Name]>>;
/** What may be left out is left out. */
export type AskedOf<Name extends VerbName> = Frozen<z.input<(typeof VERB_SETTINGS)[Name]>>;
export type ResultOf<Name extends VerbName> = VerbResults[Name];
export type PartOf<Name extends VerbName> = Name extends keyof VerbParts ? VerbParts[Name] : never;
