// Fitted linear relations, and what such a map says about one subject.
import type { Note } from "../base/sentence.ts";
import type { EstimatorName } from "../choices/lists.ts";

/** How W and b are fitted; the first is the default. */
export const RELATION_ESTIMATORS = [
  "jacobian",
  "ridge",
  "ridge-translation",
  "ridge-jacobian",
  "subspace",
  "translation",
] as const satisfies readonly EstimatorName[];

/** A fitted relation without W and b, which lie in its file. Shares are of test subjects, 0 to 1. */
export interface RelationFit {
  /** `*.relation.json`, with W and b beside it: what is applied and edited with. */
  readonly file: string;
  readonly figures: {
    readonly relation: string;
    readonly estimator: EstimatorName;
    /** Of the subject's state; −1 is the embedding. */
    readonly layer: number;
    readonly beta: number;
    /** Of W. */
    readonly rank: number;
    /** Subjects fitted on. */
    readonly samples: number;
    /** Subjects that the model itself answers. */
    readonly known: number;
    readonly faithfulness: { readonly mean: number; readonly interval?: readonly [number, number] | undefined };
    /** Of test subjects whose object was among those fitted on, and of the others; null where there is none. */
    readonly seenObject: number | null;
    readonly unseenObject: number | null;
    readonly majority: number;
    readonly logitLens: number;
    readonly translation: number;
    readonly shuffled: { readonly mean: number };
    /** Share of edits after which the model gives the other object. */
    readonly causality: {
      readonly mean: number;
      readonly baselines: { readonly subject: number; readonly object: number; readonly embedding: number };
    };
  };
  readonly controls: {
    /** The same estimator from the embedding; null where that layer was not tried. */
    readonly embedding: number | null;
    /** The object whose unembedding lies next to the subject's. */
    readonly nearest: number;
    /** W = 0. */
    readonly biasOnly: number;
    /** Answers held against those of other subjects. */
    readonly shuffledSubjects: number;
  };
  /** Of W†. */
  readonly editRank: number;
  /** Share right on validation subjects, by layer and β. */
  readonly sweeps: {
    readonly layers: readonly { readonly layer: number; readonly beta: number; readonly validation: number }[];
  };
  readonly subjects: readonly {
    readonly subject: string;
    readonly object: string;
    readonly split: "train" | "validation" | "test" | "unanswered";
    /** First tokens of the model's and the map's answers. */
    readonly model: string;
    readonly map: string;
    /** Of the object's first token in the map's answer, 1 = first. */
    readonly rank: number;
  }[];
  readonly notes: readonly Note[];
}

export interface RelationResult {
  readonly modelName: string;
  /** One for each file and estimator, in their order, without relations of which the model answers too little. */
  readonly relations: readonly [RelationFit, ...RelationFit[]];
  readonly notes: readonly Note[];
}

export interface LikelyToken {
  readonly token: string;
  readonly probability: number;
}

/** Top tokens, strongest first. */
export interface RelationApplication {
  readonly subject: string;
  readonly model: readonly LikelyToken[];
  readonly map: readonly LikelyToken[];
}

export interface RelationEdit {
  readonly subject: string;
  readonly object: string;
  /** Subject whose object's state is aimed at. */
  readonly target: string;
  readonly layer: number;
  /** Of W†. */
  readonly rank: number;
  /** ‖Δs‖ / ‖s‖. */
  readonly length: number;
  /** Share of z' − z that the map cannot reach, 0 to 1. */
  readonly unreachable: number;
  readonly before: readonly LikelyToken[];
  readonly after: readonly LikelyToken[];
}
