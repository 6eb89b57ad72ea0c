// Contrast sets from a file: ours in YAML or JSON, or rows of JSONL or CSV; every fault with its line.
import { type Note, say, type Sentence } from "../base/sentence.ts";
import { z } from "zod";
import { stemOf } from "../base/file-name.ts";
import { ProblemList } from "../base/problem-list.ts";
import { Random } from "../base/random.ts";
import { type ContrastSetsFile, contrastSetsSchema, messageSchema } from "./contrast-sets-schema.ts";
import { csvTable } from "./importers/csv-table.ts";
import { JsonSyntaxError, jsonValue, parseJsonTree } from "./json-tree.ts";
import { type Problem, problemError, throwProblems } from "./problems.ts";
import { parseSource, readText, type Source, type SourceText } from "./source.ts";
import { validate } from "./validate.ts";

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A text, or a chat. */
export type Entry = string | readonly Message[];

export const SET_SPLITS = ["train", "validation", "test"] as const;
export type SetSplit = (typeof SET_SPLITS)[number];

export interface ContrastSets {
  readonly kind: "contrast-sets";
  readonly name: string;
  readonly title: { readonly en: string; readonly zh?: string };
  readonly description: string;
  readonly template: "plain" | "chat";
  /** Where states are read where nobody says otherwise. */
  readonly at: string;
  readonly labels: { readonly plus: string; readonly minus: string };
  /** By split; where texts are pairs, entry i of plus and entry i of minus belong together. */
  readonly plus: Readonly<Record<SetSplit, readonly Entry[]>>;
  readonly minus: Readonly<Record<SetSplit, readonly Entry[]>>;
  readonly arePairs: boolean;
  readonly seed: number;
  readonly score:
    | {
        readonly plus: readonly string[];
        readonly minus: readonly string[] | undefined;
        readonly prompts: readonly Entry[];
      }
    | undefined;
  readonly pattern: string | undefined;
  readonly generate: readonly Entry[];
  readonly neutral: readonly string[] | undefined;
  readonly file: string;
  readonly sha256: string;
  readonly notes: readonly Note[];
}

/** @throws EngineError "missing-file", "invalid-file" or "invalid-task", with every problem, its place and its line */
export function loadContrastSets(path: string): ContrastSets {
  const text = readText(path);
  if (text.extension === ".jsonl" || isTable(text)) return ofRows(text);
  const source = parseSource(text);
  const { data } = source;
  if ((data as { readonly kind?: unknown } | null)?.kind !== "contrast-sets") {
    const sentence = say`is no file of contrast sets; it needs kind: contrast-sets, and two lists of texts under plus and minus.`;
    throw problemError({ sentence, place: source.place(["kind"]) }, source);
  }
  return ofFields(source, validate(source, contrastSetsSchema));
}

function ofFields(source: Source, fields: ContrastSetsFile): ContrastSets {
  const problems = new ProblemList<Problem>();
  const add = (path: readonly PropertyKey[], sentence: Sentence): void => {
    problems.add(() => ({ sentence, place: source.place(path) }));
  };
  const { plus, minus, pairs } = fields;
  if (pairs && (plus ?? minus)) add(["pairs"], say`texts stand under pairs and under plus or minus; keep one of them.`);
  if (!pairs && !plus)
    add([], say`"plus" is missing; write the texts of one side under plus, those of the other under minus.`);
  if (!pairs && !minus) add([], say`"minus" is missing; write the texts of the other side under minus.`);
  const found = {
    plus: pairs?.map(({ plus }) => plus) ?? plus?.texts ?? [],
    minus: pairs?.map(({ minus }) => minus) ?? minus?.texts ?? [],
  };
  for (const side of ["plus", "minus"] as const) {
    const at = (i: number) => (pairs ? ["pairs", i, side] : [side, "texts", i]);
    repeated(found[side]).forEach((i) => add(at(i), say`text ${i + 1} of ${side} stands there before; keep one.`));
  }
  const both = new Set(found.plus.map(keyOf));
  found.minus.forEach((entry, i) => {
    if (both.has(keyOf(entry)))
      add(
        pairs ? ["pairs", i, "minus"] : ["minus", "texts", i],
        say`text ${i + 1} of minus stands under plus too; a text is on one side.`,
      );
  });
  if (fields.template !== "chat")
    chatsIn(fields).forEach((path) => add(path, say`is a chat, and the template is plain; write template: chat.`));
  if (fields.pattern !== undefined && !isPattern(fields.pattern))
    add(["pattern"], say`"${fields.pattern}" is no regular expression.`);
  const least = Math.min(found.plus.length, found.minus.length);
  const split = fields.split ?? {
    train: Math.ceil(least / 2),
    validation: Math.floor(least / 4),
    test: least - Math.ceil(least / 2) - Math.floor(least / 4),
  };
  const needed = split.train + split.validation + split.test;
  if (problems.count === 0 && needed > least) {
    add(
      ["split"],
      say`the split asks for ${needed} texts of each side, and the smaller side has ${least}; ask for fewer.`,
    );
  }
  throwProblems(problems, source);
  return assembled(source, fields, found, split, pairs !== undefined);
}

function assembled(
  source: Pick<SourceText, "file" | "sha256">,
  fields: Omit<ContrastSetsFile, "kind" | "plus" | "minus" | "pairs"> &
    Partial<Pick<ContrastSetsFile, "plus" | "minus">>,
  found: { readonly plus: readonly Entry[]; readonly minus: readonly Entry[] },
  split: NonNullable<ContrastSetsFile["split"]>,
  arePairs: boolean,
): ContrastSets {
  const name = fields.name ?? stemOf(source.file);
  const seed = fields.seed ?? 1;
  const ordered = <T>(items: readonly T[]): readonly T[] =>
    split.order === "shuffled" ? Random.seeded(seed, "contrast sets").shuffled(items) : items;
  const parts = (items: readonly Entry[]): Record<SetSplit, readonly Entry[]> => {
    const { train, validation, test } = split;
    return {
      train: items.slice(0, train),
      validation: items.slice(train, train + validation),
      test: items.slice(train + validation, train + validation + test),
    };
  };
  // Both sides in one order, so that pairs stay pairs.
  const order = ordered(Array.from({ length: Math.min(found.plus.length, found.minus.length) }, (_, i) => i));
  const unused = Math.max(found.plus.length, found.minus.length) - (split.train + split.validation + split.test);
  const { score } = fields;
  return {
    kind: "contrast-sets",
    name,
    title: fields.title ?? { en: name },
    description: fields.description ?? "",
    template: fields.template ?? "plain",
    at: fields.at ?? "end",
    labels: { plus: fields.plus?.label ?? "plus", minus: fields.minus?.label ?? "minus" },
    plus: parts(order.map((i) => found.plus[i])),
    minus: parts(order.map((i) => found.minus[i])),
    arePairs,
    seed,
    score: score && { plus: score.plus_tokens, minus: score.minus_tokens, prompts: score.prompts },
    pattern: fields.pattern,
    generate: fields.generate ?? score?.prompts ?? [],
    neutral: fields.neutral,
    file: source.file,
    sha256: source.sha256,
    notes: unused > 0 ? [say`${source.file}: ${unused} texts of the larger side are in no split.`] : [],
  };
}

const keyOf = (entry: Entry): string => JSON.stringify(entry);

function repeated(entries: readonly Entry[]): number[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, i) => {
    const key = keyOf(entry);
    if (seen.has(key)) return [i];
    seen.add(key);
    return [];
  });
}

function chatsIn({ plus, minus, pairs, score, generate }: ContrastSetsFile): PropertyKey[][] {
  const chats = (entries: readonly Entry[] | undefined, path: (i: number) => PropertyKey[]) =>
    (entries ?? []).flatMap((entry, i) => (typeof entry === "string" ? [] : [path(i)]));
  return [
    ...chats(plus?.texts, (i) => ["plus", "texts", i]),
    ...chats(minus?.texts, (i) => ["minus", "texts", i]),
    ...chats(
      pairs?.map(({ plus }) => plus),
      (i) => ["pairs", i, "plus"],
    ),
    ...chats(
      pairs?.map(({ minus }) => minus),
      (i) => ["pairs", i, "minus"],
    ),
    ...chats(score?.prompts, (i) => ["score", "prompts", i]),
    ...chats(generate, (i) => ["generate", i]),
  ];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

const entrySchema = z.union([z.string().min(1), z.array(messageSchema).min(1)]);
const side = z.enum(["plus", "minus"]);

/** Rows that another program writes: a pair in each, one text with its side, or a question with two answers (Rimsky's CAA). */
const ROWS = [
  z.object({ plus: entrySchema, minus: entrySchema }).transform((row): Pair => row),
  z.object({ text: entrySchema, label: side }).transform(({ text, label }): Pair => ({ [label]: text })),
  z
    .object({ messages: z.array(messageSchema).min(1), label: side })
    .transform(({ messages, label }): Pair => ({ [label]: messages })),
  z
    .object({
      question: z.string().min(1),
      answer_matching_behavior: z.string().min(1),
      answer_not_matching_behavior: z.string().min(1),
    })
    .transform(({ question, answer_matching_behavior: yes, answer_not_matching_behavior: no }): Pair => ({
      plus: `${question}${yes}`,
      minus: `${question}${no}`,
    })),
] as const;
const FORMS = say`plus and minus; text and label; messages and label; question, answer_matching_behavior and answer_not_matching_behavior`;
/** By which a table's separator is found. */
const COLUMNS = ["plus", "minus", "text", "question"];

interface Pair {
  readonly plus?: Entry;
  readonly minus?: Entry;
}

const isTable = ({ extension }: SourceText) => extension === ".csv" || extension === ".tsv";

function ofRows(text: SourceText): ContrastSets {
  const rows: readonly DataRow[] = isTable(text) ? csvTable(text, COLUMNS).rows : jsonRows(text);
  const problems = new ProblemList<Problem>();
  const found = { plus: [] as Entry[], minus: [] as Entry[] };
  let pairs = 0;
  for (const { data, line } of rows) {
    const row = ROWS.map((form) => form.safeParse(data)).find(({ success }) => success)?.data;
    if (!row) {
      problems.add(() => ({
        sentence: say`is no row of contrast sets; it needs ${FORMS} (label is plus or minus).`,
        place: { file: text.file, line, column: 1 },
      }));
      continue;
    }
    if (row.plus !== undefined) found.plus.push(row.plus);
    if (row.minus !== undefined) found.minus.push(row.minus);
    if (row.plus !== undefined && row.minus !== undefined) pairs++;
  }
  const least = Math.min(found.plus.length, found.minus.length);
  if (problems.count === 0 && least < 4) {
    problems.add(() => ({
      sentence: say`has ${found.plus.length} texts of plus and ${found.minus.length} of minus; it takes at least 4 of each.`,
      place: { file: text.file },
    }));
  }
  throwProblems(problems, text);
  const train = Math.ceil(least / 2);
  const validation = Math.floor(least / 4);
  const isChat = [...found.plus, ...found.minus].some((entry) => typeof entry !== "string");
  return assembled(
    text,
    { template: isChat ? "chat" : "plain" },
    found,
    { train, validation, test: least - train - validation },
    pairs === rows.length,
  );
}

interface DataRow {
  readonly data: unknown;
  readonly line: number;
}

function jsonRows({ file, text }: SourceText): DataRow[] {
  const problems = new ProblemList<Problem>();
  const rows = text.split("\n").flatMap((content, i): DataRow[] => {
    if (content.trim() === "") return [];
    try {
      return [{ data: jsonValue(parseJsonTree(content.replace(/^\uFEFF/, " "))), line: i + 1 }];
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      problems.add(() => ({ sentence: error.sentence, place: { file, line: i + 1, column: error.at + 1 } }));
      return [];
    }
  });
  throwProblems(problems, { file, text, code: "invalid-file" });
  return rows;
}
