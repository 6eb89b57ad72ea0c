// A dictionary of features as numbers: matrices, biases, and how its features are computed from a state.
import type { Note } from "../base/sentence.ts";
import type { Site } from "../transformer/sites.ts";

/** Which of the values before it a feature is: see `SparseDictionary.encode`. */
export type Selection =
  | { readonly kind: "relu" }
  /** The k largest, then ReLU, so that fewer than k may be left; `rescale` compares and stores them times the decoder row's norm. */
  | { readonly kind: "topk"; readonly k: number; readonly rescale: boolean }
  /** Above a threshold for each feature, strictly, and above 0. */
  | { readonly kind: "jumprelu"; readonly threshold: Float32Array }
  /** ReLU of u·exp(rMag) + bMag where u + bGate is above 0, u without a bias. */
  | { readonly kind: "gated"; readonly rMag: Float32Array; readonly bMag: Float32Array };

/**
 * - layer-norm: (x − mean) / (sd + 1e-5), sd with n − 1; what is decoded is multiplied by sd and shifted by the mean
 * - constant-norm: x √n / ‖x‖, undone behind
 */
export const NORMALISATIONS = ["none", "layer-norm", "constant-norm"] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

export interface DictionaryWeights {
  readonly dIn: number;
  readonly dSae: number;
  /** As `dIn` but for transcoders. */
  readonly dOut: number;
  /** "dIn dSae" */
  readonly wEnc: Float32Array;
  /** Of a gated one: of the gate. */
  readonly bEnc: Float32Array;
  /** "dSae dOut" */
  readonly wDec: Float32Array;
  readonly bDec: Float32Array;
  /** "dIn dOut": what the state itself adds to the output of a transcoder. */
  readonly wSkip?: Float32Array;
  readonly selection: Selection;
  readonly normalisation: Normalisation;
  /** Whether the input is taken without b_dec. */
  readonly centred: boolean;
  /** A transcoder gives another site's values, and its output is not multiplied back. */
  readonly transcodes: boolean;
}

/** Where a dictionary belongs, as far as its file says. */
export interface DictionaryPlace {
  /** The file's own words: "blocks.8.hook_resid_post". */
  readonly hook: string | undefined;
  readonly site: Site | undefined;
  readonly layer: number | undefined;
  readonly model: string | undefined;
}

export interface LoadedDictionary {
  readonly weights: DictionaryWeights;
  readonly place: DictionaryPlace;
  /** The form of the file. */
  readonly form: DictionaryForm;
  readonly file: string;
  /** As `dictionaryHash` says it. */
  readonly sha256: string;
  /** What a person should know before using it. */
  readonly notes: readonly Note[];
}

export const DICTIONARY_FORMS = [
  "saelens",
  "gemma-scope",
  "gemma-scope-2",
  "sparsify",
  "dictionary_learning",
  "openai",
] as const;
export type DictionaryForm = (typeof DICTIONARY_FORMS)[number];
