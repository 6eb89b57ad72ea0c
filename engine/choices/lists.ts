// The closed lists that a person chooses from: every face and every file takes its names from here.
import { say, type Sentence } from "../base/sentence.ts";

/** What pruning removes of a model, in the order in which a list names them. */
export const MODEL_UNITS = ["head", "mlp", "neuron"] as const;
/** The same, and what it removes of dictionaries laid on the model. */
export const UNIT_KINDS = [...MODEL_UNITS, "feature", "error"] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];
/** Units of a kind in a sentence. */
export const UNITS_SAID: Readonly<Record<UnitKind, Sentence>> = {
  head: say`heads`,
  mlp: say`MLPs`,
  neuron: say`neurons`,
  feature: say`features`,
  error: say`errors`,
};

/**
 * Where a dictionary can be laid on a layer so that its features are units: what they change there, the stream behind the layer
 * takes up as it is.
 */
export const SPLICED_SITES = ["residPost", "mlpOut"] as const;
export type SplicedSite = (typeof SPLICED_SITES)[number];

/** What pruning keeps true; defined in engine/evaluate. */
export const CRITERION_NAMES = ["match", "at-least", "difference-only"] as const;
export type CriterionName = (typeof CRITERION_NAMES)[number];

/** Where that value comes from: the pair's own corrupt run, or the mean over all corrupt or all clean prompts. */
export const ABLATION_REFERENCES = ["paired", "corrupt", "clean"] as const;
export type AblationReference = (typeof ABLATION_REFERENCES)[number];

interface AblationRow {
  /** In a window's list. */
  readonly name: Sentence;
  /** What a removed unit gives instead of its value. */
  readonly gives: Sentence;
  /** The references that can be chosen, the usual one first. */
  readonly references: readonly [AblationReference, ...AblationReference[]];
  /** Whether there can be one value for each position of a template. */
  readonly perPosition: boolean;
  /** Whether what a unit gives in one example depends on the others. */
  readonly isOfAllExamples: boolean;
  /** Whether what all units give together is a run of the model, so that a path can begin there. */
  readonly isRun: boolean;
}

/** Of a kind that takes the value of the pair's own run, or the same value whatever the prompts are. */
const ablation = (
  name: Sentence,
  gives: Sentence,
  { references = ["paired"], perPosition = false, isOfAllExamples = false, isRun = false }: Partial<AblationRow> = {},
): AblationRow => ({ name, gives, references, perPosition, isOfAllExamples, isRun });

/** What a removed unit can give. How each is made stands in engine/activations/ablation-kinds.ts. */
export const ABLATIONS = {
  resample: ablation(say`resample`, say`its value in the paired corrupt run`, { isRun: true }),
  mean: ablation(say`mean`, say`its mean over all corrupt or clean prompts`, {
    references: ["corrupt", "clean"],
    perPosition: true,
    isOfAllExamples: true,
  }),
  zero: ablation(say`zero`, say`0 in every entry`),
  optimal: ablation(say`optimal constant`, say`one constant for each unit, learned on the discovery examples`, {
    isOfAllExamples: true,
  }),
};
export type AblationKind = keyof typeof ABLATIONS;
export const ABLATION_KINDS = Object.keys(ABLATIONS) as [AblationKind, ...AblationKind[]];

/**
 * Whether a prompt begins with the beginning-of-text token:
 * - auto: as the tokenizer does by itself
 * - always: with the token that the tokenizer names as its beginning of text
 * - never: without, unless the prompt is written with it
 */
export const BOS_CHOICES = ["auto", "always", "never"] as const;
export type BosChoice = (typeof BOS_CHOICES)[number];

/** What a circuit is measured across, beside tasks. */
export const ACROSS = ["templates", "corruptions"] as const;
export type Across = (typeof ACROSS)[number];

/**
 * In which order a search tries units: by what ablating each alone does, measured, over all layers or the last layer first; or by what
 * gradients say of it, which saves these measurements.
 */
export const SEARCH_ORDERS = ["effect", "layerwise", "attribution", "integrated-gradients"] as const;
export type SearchOrder = (typeof SEARCH_ORDERS)[number];

/**
 * How a search tries heads and MLPs: blocks of those that gradients at the circuit as it stands say can go together, whole blocks in
 * one order that are halved where they cannot go, or every unit by itself.
 */
export const SEARCH_METHODS = ["guided", "blocks", "one-by-one"] as const;
export type SearchMethod = (typeof SEARCH_METHODS)[number];

/**
 * Orders that training gates of all units together ends with: hard concrete gates that are to be open in a given number, or scores of
 * which the best are to do for every number (matryoshka).
 */
export const LEARNED_ORDERS = ["learned-masks", "matryoshka"] as const;
export type LearnedOrder = (typeof LEARNED_ORDERS)[number];

/** Where a search begins: the full model, or the first units of a learned order for which the criterion holds. */
export const SEARCH_STARTS = ["full", ...LEARNED_ORDERS] as const;
export type SearchStartName = (typeof SEARCH_STARTS)[number];

/** Ways of estimating effects by gradients. */
export const GRADIENT_METHODS = [
  "attribution",
  "integrated-gradients",
  "conductance",
  "integrated-gradients-activations",
  "clean-corrupted",
] as const;
export type GradientMethod = (typeof GRADIENT_METHODS)[number];

/** Ways of scoring edges: estimates by gradients, shares of what is read, and what cutting each edge does. */
export const EDGE_METHODS = [...GRADIENT_METHODS, "information-flow", "exact"] as const;
export type EdgeMethod = (typeof EDGE_METHODS)[number];

/** Which edges come first: those that help most, or those that matter most in either direction. */
export const EDGE_ORDERS = ["helpful", "magnitude"] as const;
export type EdgeOrder = (typeof EDGE_ORDERS)[number];

/** The best edges by score alone, or from the logits outwards. */
export const EDGE_SELECTIONS = ["top-n", "greedy", "ilp"] as const;
export type EdgeSelection = (typeof EDGE_SELECTIONS)[number];

/** What the scores of another program's graph mean. */
export const SCORE_SIGNS = ["helpful-positive", "helpful-negative", "absolute"] as const;
export type ScoreSign = (typeof SCORE_SIGNS)[number];

/** Ways of ordering units by what they are worth; those of gradients are estimates, "random" is what all others must beat. */
export const ORDERINGS = ["effects", ...GRADIENT_METHODS, ...LEARNED_ORDERS, "random"] as const;
export type OrderingName = (typeof ORDERINGS)[number];

/** The places inside a block where an activation can be read or replaced, in the order of the data flow. */
export const SITES = [
  "residPre",
  "q",
  "k",
  "v",
  "pattern",
  "z",
  "attnOut",
  "residMid",
  "hidden",
  "mlpOut",
  "residPost",
] as const;

/** How finely a site is patched. */
export const GRANULARITIES = ["layer", "head", "position", "head-position", "neuron"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Noising puts corrupt values into the clean run, denoising clean ones into the corrupt run. */
export const DIRECTIONS = ["noising", "denoising"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** How W and b of a relation are fitted; the last two fit nothing, and are there to be beaten. */
export const ESTIMATOR_NAMES = [
  "jacobian",
  "ridge",
  "ridge-translation",
  "ridge-jacobian",
  "subspace",
  "translation",
  "logit-lens",
  "bias-only",
] as const;
export type EstimatorName = (typeof ESTIMATOR_NAMES)[number];

/** What the products are computed on. */
export const DEVICES = ["cpu"] as const;

/** Number types of the graphs: float32 to work in, float64 as the twin that tells rounding from a mistake. */
export const PRECISIONS = ["float32", "float64"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What is done to a state before it is read out; see engine/lens. */
export const LENS_KINDS = ["logit", "shifted", "tuned", "jacobian"] as const;
export type LensKind = (typeof LENS_KINDS)[number];

/** Lenses that are fitted on texts and kept as files. */
export const FITTED_LENSES = ["tuned", "jacobian"] as const satisfies readonly LensKind[];
export type FittedLensKind = (typeof FITTED_LENSES)[number];

/** Where a lens reads the residual stream: before, inside and behind a layer. */
export const LENS_SITES = ["residPre", "residMid", "residPost"] as const;
export type LensSite = (typeof LENS_SITES)[number];

export const LENS_POSITIONS = ["all", "end"] as const;
export type LensPositions = (typeof LENS_POSITIONS)[number];

/** Kinds of dictionaries that can be trained: ReLU with an L1 pull, the k largest of a state or of a batch, learned thresholds. */
export const DICTIONARY_KINDS = ["topk", "batchtopk", "l1", "jumprelu"] as const;
export type DictionaryKind = (typeof DICTIONARY_KINDS)[number];

/** Where a dictionary can stand: every site whose rows are all of one width. */
export const DICTIONARY_SITES = SITES.filter((site) => site !== "pattern") as unknown as readonly [
  "residPre",
  "q",
  "k",
  "v",
  "z",
  "attnOut",
  "residMid",
  "hidden",
  "mlpOut",
  "residPost",
];
/** What a study of neurons does beside the correlation of all of them, on which the rest stands. */
export const NEURON_STEPS = ["removal", "strength", "sets", "words", "selectivity", "explanation"] as const;
export type NeuronStep = (typeof NEURON_STEPS)[number];

/** Where a neuron is set: at the event's place alone, or at every place up to it but the first. */
export const NEURON_EXTENTS = ["event", "everywhere"] as const;

/** What ships beside the tasks, by name: files of facts, questions in two hops, prompts of Patchscopes, sweeps. */
export const SHIPPED_FACTS = ["capitals"] as const;
export const SHIPPED_TWO_HOPS = ["sprig-cities", "cities"] as const;
export const SHIPPED_TEMPLATES = ["identity", "description", "tell-me-about", "capital", "plural"] as const;
export const SHIPPED_SWEEPS = ["ablations", "confidence"] as const;

/** How a fact is edited: in the value vectors of its neurons, or by a rank-one change of one layer's MLP. */
export const EDIT_METHODS = ["value", "rank-one"] as const;
export const EDIT_KINDS = ["signed", "literal", "erase", "boost"] as const;

/** Through which lens the entities of a two-hop question are read. */
export const DECODERS = ["logit", "shifted", "patchscope"] as const;
