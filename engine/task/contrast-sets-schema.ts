// The form of a file of contrast sets: two lists of texts that differ in one thing, from which a direction is made and on which it is judged.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import { titleSchema } from "./schema.ts";

const mostTexts = 100_000;
const text = z.string().min(1).max(10_000);
const word = z.string().min(1).max(200);
const share = z.int().min(0).max(mostTexts);

export const messageSchema = z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: text });

/** A text, or a chat as a list of messages. */
const entry = z.union([text, z.array(messageSchema).min(1).max(100)]);

const sideSchema = z.strictObject({
  label: word.optional().describe("for people; default plus or minus"),
  texts: z.array(entry).min(2).max(mostTexts),
});

const pairSchema = z.strictObject({ plus: entry, minus: entry });

const setsSplitSchema = z.strictObject({
  train: share.min(2).describe("texts of each side that directions are made from"),
  validation: share.describe("texts of each side on which layer and coefficient are chosen"),
  test: share.describe("texts of each side that the reported figures come from"),
  order: z
    .enum(["file", "shuffled"])
    .optional()
    .describe("as they stand (default), or in an order drawn from the seed"),
});

const scoreSchema = z.strictObject({
  plus_tokens: z
    .array(word)
    .min(1)
    .max(1000)
    .describe("words whose first tokens the direction should make likelier, leading space included"),
  minus_tokens: z
    .array(word)
    .min(1)
    .max(1000)
    .optional()
    .describe(
      "words that it should make less likely; without them the score is the log-odds of plus_tokens against all others",
    ),
  prompts: z
    .array(entry)
    .min(2)
    .max(10_000)
    .describe("at whose ends the score is taken; the first half chooses, the second half reports"),
});

export const contrastSetsSchema = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal("contrast-sets"),
  name: z.string().min(1).max(200).optional().describe("default: the file's name"),
  title: titleSchema.optional().describe("shown to people"),
  description: text.optional(),
  template: z
    .enum(["plain", "chat"])
    .optional()
    .describe("plain (default): texts as they stand; chat: each as a user's message in the model's chat template"),
  at: z
    .string()
    .regex(/^(all|last|end(-\d{1,2})?)$/, asks(say`all, last, end, or end-1, end-2, …`))
    .optional()
    .describe(
      "where states are read: end (default), end-1 … before it, all (but the first), last (the last token that is no special one)",
    ),
  plus: sideSchema.optional(),
  minus: sideSchema.optional(),
  pairs: z
    .array(pairSchema)
    .min(2)
    .max(mostTexts)
    .optional()
    .describe("instead of plus and minus: one text of each, which belong together"),
  split: setsSplitSchema.optional().describe("default: half for train, a quarter each for validation and test"),
  seed: z.int().min(0).max(4294967295).optional().describe("default 1"),
  score: scoreSchema.optional(),
  pattern: word.optional().describe("a regular expression: generated texts that match it are counted"),
  generate: z
    .array(entry)
    .max(1000)
    .optional()
    .describe("prompts that texts are generated from; default: those of the score"),
  neutral: z
    .array(text)
    .min(2)
    .max(10_000)
    .optional()
    .describe("texts that the direction should leave alone; default: the corpus that ships"),
});
export type ContrastSetsFile = z.infer<typeof contrastSetsSchema>;

/** The published JSON Schema (draft 2020-12). */
export function contrastSetsJsonSchema(): object {
  return { title: "Secateur contrast sets", ...z.toJSONSchema(contrastSetsSchema, { io: "input" }) };
}
