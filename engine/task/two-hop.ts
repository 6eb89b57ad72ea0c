// A task of questions in two steps: e1 → e2 by the first hop, e2 → e3 by the second, and one question that asks for both.
import { asks, say, sayList, type Sentence } from "../base/sentence.ts";
import { z } from "zod";
import { parseSource, readText } from "./source.ts";
import { problemError } from "./problems.ts";
import { titleSchema } from "./schema.ts";
import { validate } from "./validate.ts";

const text = z.string().min(1).max(10_000);
const word = z.string().min(1).max(200);

const formSchema = z.strictObject({
  prompt: text.describe("the question, with {e1}; the answer e3 follows after a space"),
  hop1: text.describe("asks for e2, with {e1}"),
  hop2: text.describe("asks for e3, with {e2}"),
  shortcut: text.describe("the question without its first hop: whoever answers it so needs no two hops"),
});

const twoHopSchema = z.strictObject({
  kind: z.literal("two-hop"),
  name: z.string().min(1).max(200),
  title: titleSchema,
  description: z.string().max(10_000).optional(),
  forms: z
    .record(word, formSchema)
    .refine((forms) => Object.keys(forms).length > 0, { error: asks(say`Write at least one form.`) }),
  items: z
    .array(
      z.strictObject({
        form: word,
        e1: word,
        e2: word,
        e3: word,
        aliases: z.array(word).max(20).optional().describe("other right answers"),
      }),
    )
    .min(1)
    .max(10_000),
});

export interface TwoHopQuestion {
  readonly form: string;
  readonly e1: string;
  readonly e2: string;
  readonly e3: string;
  readonly aliases: readonly string[];
  readonly prompt: string;
  readonly hop1: string;
  readonly hop2: string;
  readonly shortcut: string;
}

export interface TwoHopTask {
  readonly kind: "two-hop";
  readonly name: string;
  readonly title: { readonly en: string; readonly zh?: string };
  readonly questions: readonly TwoHopQuestion[];
}

/** @throws EngineError "missing-file", "invalid-file" or "invalid-task", with every problem, its place and its line */
export function loadTwoHop(path: string): TwoHopTask {
  const source = parseSource(readText(path));
  const { forms, items, name, title } = validate(source, twoHopSchema);
  const questions = items.map(({ form, e1, e2, e3, aliases = [] }, i) => {
    const fail = (sentence: Sentence, at: readonly PropertyKey[]) =>
      problemError({ sentence, place: source.place(at) }, source);
    if (!Object.hasOwn(forms, form)) {
      throw fail(say`there is no form "${form}" (there are ${sayList(Object.keys(forms), ", ")}).`, [
        "items",
        i,
        "form",
      ]);
    }
    const { prompt, hop1, hop2, shortcut } = forms[form];
    for (const [key, pattern, slot] of [
      ["prompt", prompt, "{e1}"],
      ["hop1", hop1, "{e1}"],
      ["hop2", hop2, "{e2}"],
    ] as const) {
      if (!pattern.includes(slot)) throw fail(say`"${key}" has no ${slot} in it.`, ["forms", form, key]);
    }
    const filled = (pattern: string) => pattern.replaceAll("{e1}", e1).replaceAll("{e2}", e2);
    return {
      form,
      e1,
      e2,
      e3,
      aliases,
      prompt: filled(prompt),
      hop1: filled(hop1),
      hop2: filled(hop2),
      shortcut: filled(shortcut),
    };
  });
  return { kind: "two-hop", name, title, questions };
}
