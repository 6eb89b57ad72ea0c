// The task file format as one parser: every field, its limits and its meaning. The published JSON Schema is made from it.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import { ABLATION_KINDS, ABLATION_REFERENCES, ABLATIONS, BOS_CHOICES, CRITERION_NAMES } from "../choices/lists.ts";

/**
 * What is measured at the last position, larger being better:
 * - logit-difference: mean logit of the answers − mean logit of the wrong answers
 * - probability-difference: Σ p(answers) − Σ p(wrong answers)
 * - log-probability: log Σ p(answers)
 */
export const METRIC_NAMES = ["logit-difference", "probability-difference", "log-probability"] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

export type { AblationKind, AblationReference, CriterionName } from "../choices/lists.ts";

/** Of whatever a file lists. */
export const LARGEST_COUNT = 100_000;
/** Tokens that are right, or wrong, after one prompt. */
export const MOST_ANSWERS = 1000;
/** Lists, slots, corruptions, positions and the like, which a person names one by one. */
const MOST_NAMES = 1000;

const text = z.string().min(1).max(10_000);
const word = z.string().min(1).max(200);
const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, asks(say`letters and digits, beginning with a letter`));
const key = z.string().regex(/^[A-Za-z][\w-]*$/, asks(say`letters, digits, _ and -, beginning with a letter`));
const count = z.int().min(1).max(LARGEST_COUNT);

/** Values by name. */
const named = <Name extends z.ZodString, Value extends z.ZodType>(name: Name, value: Value) =>
  z
    .record(name, value)
    .refine((values) => Object.keys(values).length <= MOST_NAMES, asks(say`at most ${MOST_NAMES} entries`))
    .meta({ maxProperties: MOST_NAMES });

export const titleSchema = z.strictObject({ en: text, zh: text.optional() });

const ablationSchema = z.strictObject({
  kind: z.enum(ABLATION_KINDS),
  reference: z
    .enum(ABLATION_REFERENCES)
    .optional()
    .describe(
      `the first is the default; ${ABLATION_KINDS.map((kind) => `${kind}: ${ABLATIONS[kind].references.join(" or ")}`).join("; ")}`,
    ),
  perPosition: z.boolean().optional().describe("mean: one mean for each position of a template instead of one for all"),
});

const splitSchema = z.strictObject({
  discovery: count.optional().describe("examples that a search sees"),
  heldOut: z.int().min(0).max(LARGEST_COUNT).optional().describe("examples that the reported figures come from"),
  by: z
    .array(identifier)
    .min(1)
    .max(MOST_NAMES)
    .optional()
    .describe("slots: a set of their fillers is in one split only, one set in ten is held out"),
  order: z.enum(["file", "shuffled"]).optional().describe("prompts: as they stand, or in an order drawn from the seed"),
});

const commonSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).max(200).optional().describe("default: the file's name"),
  title: titleSchema.optional().describe("shown to people"),
  description: text.optional(),
  needs: text.optional().describe("which tokenizers the task works on, if not on all"),
  metric: z
    .enum(METRIC_NAMES)
    .optional()
    .describe(
      "logit-difference (default): mean logit of the answers minus mean logit of the wrong answers; " +
        "probability-difference: summed probability of the answers minus that of the wrong answers; " +
        "log-probability: log of the summed probability of the answers",
    ),
  ablation: ablationSchema
    .optional()
    .describe(
      "what a removed unit gives instead; default resample; " +
        ABLATION_KINDS.map((kind) => `${kind}: ${ABLATIONS[kind].gives.text}`).join("; "),
    ),
  threshold: z.number().gt(0).max(1).optional().describe("of the criterion; default 0.9"),
  criterion: z.enum(CRITERION_NAMES).optional().describe("what pruning keeps true; default match"),
  bos: z
    .enum(BOS_CHOICES)
    .optional()
    .describe(
      "whether prompts begin with the beginning-of-text token: auto (default): as the tokenizer does by itself; " +
        "always; never, unless a prompt is written with it",
    ),
  split: splitSchema.optional(),
  seed: z.int().min(0).max(4294967295).optional().describe("default 1"),
});

const tableSchema = z.strictObject({
  columns: z.array(identifier).min(1).max(20),
  rows: z.array(z.array(word).min(1)).min(1).max(LARGEST_COUNT),
});

const rangeSchema = z.strictObject({
  list: key,
  after: identifier.optional().describe("all words after this slot's"),
  before: identifier.optional().describe("all words before this slot's"),
  upTo: identifier.optional().describe("all words up to and with this slot's"),
  prefix: z.string().max(10).optional().describe("put before each word, such as a space"),
});

const answers = z.union([z.array(text).min(1).max(MOST_ANSWERS), rangeSchema]);

const templateSchema = z.strictObject({
  text: text.describe("the clean prompt, with {SLOT}, {SLOT.column} or {SLOT+1} (the next word of the list)"),
  corrupt: text.optional().describe("the corrupt prompt, where no rule of corruptions makes it"),
  answers: answers.optional(),
  wrongAnswers: answers.optional(),
});

const templateList = z
  .array(z.union([text, templateSchema]))
  .min(1)
  .max(1000);

const position = z.string().min(1).max(50);
const roleName = z.string().min(1).max(50);

export const roleRuleSchema = z.strictObject({
  from: position.describe("the position that looks, such as END"),
  to: position.describe("the position that it looks at"),
  role: roleName.optional().describe("of a head that looks so; without it the attention is shown as evidence alone"),
  writes: z
    .enum(["for", "against"])
    .optional()
    .describe("the role is only for heads whose own writing at END speaks for the right answers, or against them"),
  steering: roleName
    .optional()
    .describe("the role instead, of a head whose effect on the queries of later heads helps the task"),
});

const roles = z
  .array(roleRuleSchema)
  .max(100)
  .optional()
  .describe("which attention between named positions makes which role of a head");

export const templateTaskSchema = z.strictObject({
  kind: z.literal("contrast"),
  ...commonSchema.shape,
  lists: named(key, z.union([z.array(word).min(1).max(LARGEST_COUNT), tableSchema])).describe("words by list name"),
  slots: named(identifier, key).describe("slot → the list it draws from; slots of one list never hold the same word"),
  templates: templateList,
  heldOutTemplates: templateList
    .optional()
    .describe("the same task in other words: never searched on, only measured (transfer --across templates)"),
  bothOrders: z
    .tuple([identifier, identifier])
    .optional()
    .describe("use every template also with the first mentions of these two slots exchanged"),
  answers: answers.optional().describe("what is right after every template: one token each, leading space included"),
  wrongAnswers: answers.optional().describe("what is wrong"),
  corruption: key.optional().describe("the default of corruptions"),
  corruptions: named(key, named(identifier, identifier))
    .optional()
    .describe(
      "occurrence (S2) or slot (S) → new (a word that the prompt does not hold) or the slot that takes its place",
    ),
  positions: z
    .array(position)
    .max(MOST_NAMES)
    .optional()
    .describe("named tokens: occurrences, with +1 or -1; END is always there"),
  roles,
});

const promptText = z.union([text, z.array(z.int().min(0)).min(1).max(100_000)]);
const promptAnswers = z.array(z.union([text, z.int().min(0)])).max(MOST_ANSWERS);

export const promptSchema = z.strictObject({
  clean: promptText,
  corrupt: promptText,
  answers: promptAnswers.min(1),
  wrong_answers: promptAnswers.optional(),
});

export const promptTaskSchema = z.strictObject({
  kind: z.literal("contrast").optional(),
  ...commonSchema.shape,
  prompts: z
    .array(promptSchema)
    .min(1)
    .max(LARGEST_COUNT)
    .describe("text or token ids (without BOS); answers with their leading space"),
  word_idxs: named(z.string().min(1).max(200), z.int().min(0))
    .optional()
    .describe("named token positions, BOS not counted"),
  seq_labels: z.array(z.string()).optional(),
  roles,
});

export const relationSchema = z.strictObject({
  kind: z.literal("relation").optional(),
  ...commonSchema.shape,
  prompt_templates: z
    .array(text)
    .min(1)
    .max(MOST_NAMES)
    .describe("with {} for the subject; the object follows after a space"),
  prompt_templates_zs: z.array(text).max(MOST_NAMES).optional().describe("for prompts without examples before them"),
  properties: z
    .strictObject({
      relation_type: z.string().optional(),
      domain_name: z.string().optional(),
      range_name: z.string().optional(),
      symmetric: z.boolean().optional(),
    })
    .optional(),
  samples: z
    .array(z.strictObject({ subject: word, object: word }))
    .min(1)
    .max(LARGEST_COUNT),
});

const taskSchema = z.union([templateTaskSchema, promptTaskSchema, relationSchema]);

export type CommonFile = z.infer<typeof commonSchema>;
export type TemplateTaskFile = z.infer<typeof templateTaskSchema>;
export type PromptTaskFile = z.infer<typeof promptTaskSchema>;
export type RelationFile = z.infer<typeof relationSchema>;
export type RoleRule = z.infer<typeof roleRuleSchema>;
export type AnswersField = z.infer<typeof answers>;

/** The published JSON Schema (draft 2020-12) of the three forms. */
export function taskJsonSchema(): object {
  return {
    title: "Secateur task",
    ...z.toJSONSchema(taskSchema, { io: "input" }),
  };
}
