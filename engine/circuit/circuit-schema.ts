// The schema of the circuit file (`*.circuit.json`), the record of one run: meaning and unit of every field.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import {
  ABLATION_KINDS,
  CRITERION_NAMES,
  SEARCH_METHODS,
  SEARCH_ORDERS,
  SPLICED_SITES,
  UNIT_KINDS,
} from "../choices/lists.ts";

const count = z.int().min(0);
const size = z.int().min(1).max(1_000_000_000);
const text = z.string().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");
const headId = z.string().regex(/^a\d+\.h\d+$/, asks(say`a head's id such as a3.h1`));
const mlpId = z.string().regex(/^m\d+$/, asks(say`an MLP's id such as m2`));
const dictionaryId = z
  .string()
  .regex(/^d\d+$/, asks(say`a dictionary's id such as d2, of the layer that it is laid on`));
const errorId = z.string().regex(/^d\d+\.error$/, asks(say`an error's id such as d2.error`));
const unitId = z
  .string()
  .regex(
    /^(a\d+\.h\d+|m\d+(\.n\d+)?|d\d+\.(f\d+|error))$/,
    "a unit's id such as a3.h1, m2, m2.n17, d2.f17 or d2.error",
  );
const nodeId = z
  .string()
  .regex(
    /^(input|logits|a\d+\.h\d+|m\d+(\.n\d+)?|d\d+\.(f\d+|error))$/,
    "a node's id such as input, a3.h1, m2, m2.n17, d2.f17, d2.error or logits",
  );
const interval = z.tuple([z.number(), z.number()]).describe("Lower and upper end.");
const kl = z.number().describe("KL(model‖circuit) at the answer position, mean over examples; nats, whole vocabulary.");

const quantiles = z.record(z.string(), z.number());

const dictionary = z.strictObject({
  layer: count,
  site: z.enum(SPLICED_SITES).describe("Where its states stand; those before a layer are behind the one before."),
  features: size,
  source: text.describe("Its folder or file, as the user named it; no absolute path."),
  path: text.describe("Absolute path on the machine where it was found."),
  sha256,
});

const model = z.strictObject({
  name: text,
  architecture: text.describe("gpt2, gpt_neox, llama, …"),
  source: text.describe("Where the weights came from, as the user named it; no absolute path."),
  path: text
    .optional()
    .describe("Absolute path on the machine where it was found, where the model was opened by path."),
  sha256: sha256.describe("Of the weight file, or of the list of shard hashes."),
  nLayers: size,
  nHeads: size.describe("Query heads per layer."),
  nKeyValueHeads: size,
  dModel: size,
  dHead: size,
  dMlp: size.describe("Hidden neurons per MLP."),
  dVocab: size,
  precision: text.describe("Number format of the stored weights: float32, q4_1, …"),
  parallelBlocks: z
    .boolean()
    .optional()
    .describe("Attention and MLP both read the stream before the layer (GPT-NeoX). Absent means no."),
  dictionaries: z
    .array(dictionary)
    .min(1)
    .optional()
    .describe("Laid on the model, so that their features and errors are units; at most one a layer."),
});

const ablation = z.strictObject({
  kind: z.enum(ABLATION_KINDS),
  reference: text.describe(
    "What the ablated values come from, such as 'paired corrupt prompt', 'mean over 128 corrupt prompts, by position' (those of the discovery examples; on other examples the mean is over theirs) or 'one constant for each unit, learned on 128 discovery examples'.",
  ),
});
const criterion = z.enum(CRITERION_NAMES);
const threshold = z.number().min(0).max(1);
const share = z.number().min(0).max(1);
const confidence = z.number().min(0).lt(1);
const searchedUnits = z.array(z.enum(UNIT_KINDS)).min(1);

const task = z.strictObject({
  name: text,
  file: text.describe("As the user named it."),
  sha256: sha256.describe("Of the task file."),
  seed: z.int().describe("Of the examples and their split."),
  metric: text,
  ablation: ablation.describe(
    "That the search used; figures of this file say so where they were measured with another.",
  ),
  corruption: text
    .optional()
    .describe("Which of the task's corruptions made the corrupt prompts; absent: the task's default."),
  bos: z
    .enum(["auto", "always", "never"])
    .optional()
    .describe("Whether prompts began with the beginning-of-text token; auto: as the tokenizer does by itself."),
  examples: z.strictObject({
    discovery: count,
    heldOut: count,
    validation: count.describe("Set aside for saying how far the search may go; discovery lacks their fillings."),
  }),
});

const measured = {
  metric: z.number().describe("m of the circuit after this step, on the discovery examples; metric units."),
  faithfulness: z.number().describe("f after this step; not clamped."),
  accuracy: z.number().min(0).max(1).optional().describe("Top-1 accuracy after this step."),
  kl: kl.optional(),
};

const step = z.strictObject({
  step: count.describe("0 is the full model."),
  removed: z.array(unitId).describe("Units that this step took away."),
  added: z.array(unitId).optional().describe("Units that this step put back (a swap or re-addition)."),
  kept: count.describe("Searched units left after this step."),
  ...measured,
});

/** Of gates of all units, at the start of a search. */
const training = {
  steps: count.describe("Of training."),
  examples: count.describe("Discovery examples learned on."),
  kept: count.describe("First units of the learned order for which the criterion held; the search began with these."),
};

const search = z.strictObject({
  algorithm: text,
  units: searchedUnits.describe("Kinds that the search could remove; every other kind is wholly present."),
  alwaysKept: z.array(z.enum(["embedding", ...UNIT_KINDS, "bias", "norm"])),
  order: text.describe("In which order candidates were tried."),
  threshold,
  criterion,
  confidence: confidence.describe(
    "Probability, asked for, that the criterion holds on as many other examples as there are for validation; 0: the search alone decided.",
  ),
  aims: z
    .array(threshold)
    .optional()
    .describe(
      "Stricter thresholds under which the search went first, one after the other, before the criterion's own.",
    ),
  seed: z.int(),
  passes: count,
  trials: count.describe("Circuits that were measured."),
  reAdded: count.describe("Units that went and came back."),
  keep: z.array(unitId).optional().describe("Units that the user had kept: they were never tried."),
  without: z
    .array(unitId)
    .optional()
    .describe("Units that were ablated before the search began: by the user, or by the start."),
  start: z
    .discriminatedUnion("method", [
      z.strictObject({
        method: z.literal("learned masks"),
        target: count.describe("Open gates that the training was to end with."),
        ...training,
      }),
      z.strictObject({ method: z.literal("matryoshka"), ...training }),
    ])
    .optional()
    .describe("Absent: the search began with the full model."),
  asked: z
    .strictObject({
      search: z.enum(SEARCH_METHODS).optional(),
      order: z.enum(SEARCH_ORDERS).optional(),
      orders: count.optional(),
      swaps: count.optional(),
      maxPasses: count.optional(),
      validation: count.optional(),
      random: count.optional(),
      alternatives: count.optional(),
      parts: z.literal(false).optional(),
      roles: z.literal(false).optional(),
      connections: z.literal(false).optional(),
    })
    .optional()
    .describe("What the user set that no other field says; the rest went by rule."),
  oneMinimal: z
    .boolean()
    .describe(
      "No single kept unit, but those under keep, can go without breaking the criterion on the discovery examples; tested one by one. False where units were put back: validation.search says it of the circuit before.",
    ),
  validation: z
    .strictObject({
      holds: share.describe(
        "Share of resamples of half of the validation examples in which both halves of the criterion hold: the probability that it holds on as many others.",
      ),
      reached: z.boolean().describe("Whether a circuit reached the confidence asked for."),
      measured: count.describe("Circuits measured on the validation examples, the search's own first."),
      putBack: z
        .enum(["tests", "second-search", "way-back"])
        .optional()
        .describe(
          "How units came back: one at a time, each the one of those tried that makes the criterion surest on fresh examples, or on those of discovery where there are too few fresh ones; as what a second search left, on fresh examples, of the circuit on the way back; or in the reverse of the order in which they went. Absent where none came back, and in older files, whose units came back in reverse order.",
        ),
      search: z
        .strictObject({ kept: count, holds: share, oneMinimal: z.boolean() })
        .describe("Of the circuit that the search ended at; what was put back is the last step of the trajectory."),
      statement: text.describe("What the confidence says, in one sentence."),
    })
    .optional()
    .describe("Present where validation examples decided how far the search may go."),
  budget: count.optional().describe("Trials that the search was allowed."),
  verified: z
    .strictObject({
      single: z.number().min(0).max(1).describe("Share of the kept units tested one by one on the final circuit."),
      inBlocks: z.number().min(0).max(1).describe("Share tested in a block, single ones among them."),
      largestBlock: count.describe("Units of the largest of these blocks."),
    })
    .optional()
    .describe("What was tested on the final circuit and could not go, where a budget may have ended the search."),
  forwardTokens: z
    .number()
    .min(0)
    .describe("Tokens run through the model, in units of full forward passes of one token."),
  stoppedBecause: text,
  sizes: z.array(count).optional().describe("Kept units at the end of each order tried."),
  crossing: z
    .strictObject({
      removed: z.array(unitId),
      ...measured,
      metric: measured.metric.optional(),
      missed: z
        .strictObject({ half: z.enum(["faithfulness", "accuracy", "kl"]), value: z.number(), bound: z.number() })
        .optional()
        .describe("The half of the criterion that fails without it, its value and the bound beyond which that lies."),
    })
    .optional()
    .describe("The removal from the final circuit that came closest to keeping the criterion."),
  trajectory: z.array(step),
});

const kept = z.strictObject({
  heads: z.array(headId).optional(),
  mlps: z.array(mlpId).optional(),
  neurons: z
    .record(mlpId, z.array(count))
    .optional()
    .describe("Hidden neurons by MLP; an MLP without an entry keeps none."),
  features: z
    .record(dictionaryId, z.array(count))
    .optional()
    .describe("Features by dictionary; one without an entry keeps none."),
  errors: z.array(errorId).optional().describe("Dictionaries of which what they leave unexplained is kept."),
});

const node = z.strictObject({
  id: nodeId,
  kind: z.enum(["input", ...UNIT_KINDS, "logits"]),
  layer: count.optional().describe("Absent for input and logits."),
  head: count.optional().describe("Heads only."),
  neuron: count.optional().describe("Neurons only."),
  feature: count.optional().describe("Features only."),
  effect: z
    .number()
    .optional()
    .describe(
      "m(node ablated) − m(node present) in the full model, mean over the discovery examples; metric units; negative: the node helps.",
    ),
  effectInterval: interval
    .optional()
    .describe("Bootstrap interval of the effect over clean prompts, 95 %; absent for fewer than 5."),
  estimate: z
    .number()
    .optional()
    .describe("Attribution patching's estimate of the effect, which ordered the units where they are many."),
  role: z
    .strictObject({
      name: text,
      score: z.number(),
      evidence: z.record(z.string(), z.number()).describe("Measure to value."),
    })
    .optional(),
});

const edge = z.strictObject({
  source: nodeId,
  target: nodeId,
  input: z.enum(["q", "k", "v"]).optional().describe("Present if and only if the target is a head."),
  weight: z
    .number()
    .describe(
      "Change of m when the source's contribution to this one input takes its ablated value, all else as in the circuit; metric units; negative: the connection helps.",
    ),
});

const figures = z.strictObject({
  full: z.number().describe("m(M), the full model; metric units."),
  empty: z.number().describe("m(∅), everything prunable ablated; metric units."),
  circuit: z.number().describe("m(C); metric units."),
  faithfulness: z.number().describe("f = (m(C) − m(∅)) / (m(M) − m(∅)), a ratio of means, not clamped."),
  interval: interval.optional().describe("Bootstrap interval of f over clean prompts, 95 %; absent for fewer than 5."),
  kl,
  klEmpty: z.number().optional().describe("KL(model‖∅), the scale for kl; nats."),
  accuracy: z
    .strictObject({ full: z.number().min(0).max(1), circuit: z.number().min(0).max(1) })
    .optional()
    .describe("Share of examples whose top token is a right answer; absent where a task has no single right token."),
  criterionHolds: z
    .boolean()
    .optional()
    .describe("Whether these figures would have passed the search's own criterion."),
  examples: count.optional(),
  prompts: count
    .optional()
    .describe(
      "Different clean prompts among the examples; absent where each has its own. Those of one prompt are drawn together in every resample.",
    ),
  spread: quantiles.optional().describe("Quantile ('0.05') to m(circuit) of single examples; metric units."),
});

const note = z.strictObject({
  code: z.enum([
    "over-recovery", // f > 1
    "confidence-not-reached", // no circuit that was looked at holds on the discovery examples and, as surely as was asked for, on others
    "not-validated", // the validation examples are too few to say how far the search may go, or f means nothing on them
    "held-out-not-judged", // on the held-out examples the model and the empty circuit do not differ enough for f
    "held-out-misses-criterion", // the held-out figures would not have passed the search's own criterion
    "weak-task", // the model's own accuracy is low
    "random-as-good", // a random circuit of this size reaches the same faithfulness
    "few-examples", // an interval is of fewer than 20 examples, or absent
    "connections-left-out", // only the connections of the largest estimates were measured
    "unverified", // the run was stopped before 1-minimality was checked
  ]),
  text: text.describe("A sentence with the figures in it."),
});

const alikeness = z.strictObject({
  mean: share,
  least: share,
  interval: interval
    .optional()
    .describe("Bootstrap interval of the mean over the searches, 95 %; absent for fewer than 5."),
});

const sharedUnits = z.strictObject({ kept: count, faithfulness: z.number(), criterionHolds: z.boolean() });

const stability = z.strictObject({
  seeds: z.array(z.int()).min(1).describe("One for each search of a size: of its examples and of the search."),
  searched: z
    .strictObject({ units: searchedUnits, criterion, threshold, confidence, ablation: ablation.shape.kind })
    .describe("What these searches were asked for."),
  heldOut: count.describe("Held-out examples of each search."),
  rows: z.array(
    z.strictObject({
      discovery: count.describe("Discovery examples of each search."),
      kept: z.array(count).describe("Units that each search kept, in the order of the seeds."),
      heldOut: z.array(z.number()).describe("f of each search's circuit on its held-out examples."),
      holds: share.describe("Share of the searches whose criterion holds on held-out examples too."),
      jaccard: alikeness
        .optional()
        .describe("|A ∩ B| / |A ∪ B| over every two of the circuits; absent for a single search."),
      jaccardWithCircuit: alikeness.optional().describe("The same between each of them and the circuit of this file."),
      units: z
        .array(z.strictObject({ id: unitId, share }))
        .describe("Share of the searches that keep a unit, most often kept first; others are never kept."),
      circuits: z.array(kept).optional().describe("What each search kept, in the order of the seeds; all are equals."),
      intersection: sharedUnits
        .optional()
        .describe("The units that all searches keep, as a circuit, on the held-out examples of the first seed."),
      union: sharedUnits.optional().describe("The units that any search keeps, as a circuit, on the same examples."),
    }),
  ),
  enough: count
    .optional()
    .describe("Fewest discovery examples from which on every search's criterion holds held out; absent: none tried."),
});

const equal = z.strictObject({
  order: z
    .enum(["first", "shaken", "without"])
    .describe("The first search; one in a shaken order; one without a unit of the first circuit."),
  seed: z.int(),
  without: unitId.optional().describe("The unit that this search had to do without."),
  kept,
  figures,
});

const alternatives = z.strictObject({
  asked: count.describe("Searches beside the first."),
  split: z.enum(["discovery", "heldOut"]).describe("Examples that the figures are of."),
  circuits: z
    .array(equal)
    .min(1)
    .describe(
      "Different circuits for which the criterion holds as it does for the first, which comes first; all are equals.",
    ),
  repeated: count.describe("Searches that came to a circuit which was there already."),
  failed: count.describe("Searches that ended where the criterion does not hold as surely as was asked for."),
  needed: z
    .array(unitId)
    .describe("Units of the first circuit without which even the full model breaks the criterion."),
  core: z.array(unitId).describe("Units in all of the circuits."),
  units: z
    .array(z.strictObject({ id: unitId, share }))
    .describe("Share of the circuits that have a unit, most often first."),
  jaccard: alikeness.optional().describe("Over every two of the circuits; absent for a single one."),
  intersection: sharedUnits.describe("The units in all of the circuits, as a circuit."),
  union: sharedUnits.describe("The units in any of the circuits, as a circuit."),
});

const transferred = z.strictObject({
  task: text,
  file: text,
  sha256: sha256.describe("Of the task file."),
  seed: z.int(),
  template: text
    .optional()
    .describe(
      "One template of the task alone, h3 being its third held-out one; absent: the templates that are searched on.",
    ),
  corruption: text.optional().describe("Of the corrupt prompts; absent: the task's own."),
  ablation: ablation.describe("That these figures were measured with."),
  criterion,
  threshold,
  split: z
    .enum(["discovery", "heldOut"])
    .optional()
    .describe("Examples measured on; discovery where there are no others."),
  figures: figures.optional().describe("criterionHolds is by the criterion beside it."),
  failure: text.optional().describe("Why there are no figures: a sentence."),
});

const results = z.strictObject({
  discovery: figures,
  validation: figures.optional().describe("Present where validation examples decided how far the search may go."),
  heldOut: figures
    .optional()
    .describe(
      "Absent if and only if the task has no held-out examples, or the model and the empty circuit differ too little on them for f to mean anything.",
    ),
  random: z
    .strictObject({
      count,
      examples: count.optional(),
      sameSizePerLayer: z.boolean(),
      quantiles: quantiles.describe("Quantile ('0.95') to faithfulness over the random circuits."),
    })
    .optional()
    .describe("Random circuits with as many units of each kind in each layer, on the held-out examples."),
  errors: z
    .strictObject({ live: z.number(), ablated: z.number() })
    .optional()
    .describe(
      "f on the held-out examples of the circuit's other units with every error of a dictionary live, and with every one ablated; where errors were searched.",
    ),
  complement: z
    .strictObject({ metric: z.number(), faithfulness: z.number() })
    .optional()
    .describe("The circuit's units ablated, all others present."),
  completeness: z
    .strictObject({
      examples: count,
      rows: z.array(
        z.strictObject({
          share: z.number().min(0).max(1).describe("|K| / |C| before rounding to whole units."),
          count: count.describe("Different random subsets K of this share; every one where there are few."),
          mean: z.number().describe("Of |f(C∖K) − f(M∖K)|."),
          greatest: z.number(),
        }),
      ),
      worst: z
        .strictObject({ removed: z.array(unitId), circuit: z.number(), model: z.number() })
        .describe("The subset with the greatest gap: f(C∖K) and f(M∖K)."),
    })
    .optional()
    .describe(
      "Whether circuit and model lose alike when the same random units K of the circuit are ablated in both; on held-out examples.",
    ),
  minimality: z
    .strictObject({
      examples: count,
      faithfulness: z.number().describe("f(C) on these examples."),
      units: z.array(z.strictObject({ id: unitId, without: z.number().describe("f(C∖{unit}).") })),
    })
    .optional()
    .describe(
      "f without each kept unit alone, the one that moves it most first; on held-out examples. Neurons only where they are few.",
    ),
  alternatives: alternatives
    .optional()
    .describe(
      "Several circuits of the same task, as equals: which units all have, how alike they are, and what they share does.",
    ),
  stability: stability
    .optional()
    .describe("The search again on other examples, fewer and more: how alike the circuits are, and how many suffice."),
  transfer: z.array(transferred).optional().describe("The circuit on other tasks, and on its own with other settings."),
  notes: z.array(note).optional().describe("What a reader of the figures must know."),
});

const environment = z
  .strictObject({
    secateur: text,
    node: text,
    onnxruntime: text,
    provider: text,
    threads: count,
    command: z.string(),
    startedAt: text.describe("ISO 8601, UTC."),
    seconds: z.number().min(0),
  })
  .describe("The one part that differs between two runs with one seed.");

export const CIRCUIT_FORMAT = "secateur.circuit";
export const CIRCUIT_VERSION = 2;

export const circuitSchema = z
  .strictObject({
    format: z.literal(CIRCUIT_FORMAT),
    version: z.literal(CIRCUIT_VERSION),
    model,
    task,
    search,
    kept: kept.describe("By kind; a kind that was not searched is absent here and wholly present in the circuit."),
    nodes: z.array(node),
    edges: z.array(edge),
    results: results.optional().describe("Absent until the circuit has been evaluated."),
    environment: environment.optional(),
  })
  .meta({
    title: "Secateur circuit",
    description: "The record of one pruning run: model, task, search, what was kept, and how good it is.",
  });

/** A circuit file's content. */
export type Circuit = Frozen<z.infer<typeof circuitSchema>>;
export type CircuitSearch = Circuit["search"];
export type CircuitNode = Circuit["nodes"][number];
export type CircuitEdge = Circuit["edges"][number];
export type CircuitResults = NonNullable<Circuit["results"]>;
export type RecordedFigures = CircuitResults["discovery"];
export type Stability = NonNullable<CircuitResults["stability"]>;
export type StabilityRow = Stability["rows"][number];
/** What units of several circuits do together. */
export type SharedUnits = Alternatives["union"];
export type Alternatives = NonNullable<CircuitResults["alternatives"]>;
export type TransferRow = NonNullable<CircuitResults["transfer"]>[number];

/** The published JSON Schema (draft 2020-12). */
export function circuitJsonSchema(): object {
  return z.toJSONSchema(circuitSchema);
}

/** A circuit and the run or file that it is from, for messages. */
export interface NamedCircuit {
  readonly file: string;
  readonly circuit: Circuit;
}
