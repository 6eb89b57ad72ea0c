import { expect, test } from "vitest";
import { EngineError } from "../base/errors.ts";
import { jsonTokenizer } from "./json-tokenizer.ts";

const TOKENS = { model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] } };

function problem(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

const opened = (json: unknown) => problem(() => jsonTokenizer(json, "tokenizer.json"));

function nested(type: string, field: string, depth: number): unknown {
  let json: unknown = { type: "NFC" };
  for (let i = 0; i < depth; i++) json = { type, [field]: [json] };
  return json;
}

test("a pattern that backtracks without end is given up, and the tokenizer named", () => {
  const split = { type: "Split", pattern: { Regex: "(.+)+\\u0000" }, behavior: "Isolated", invert: false };
  const tokenizer = jsonTokenizer({ ...TOKENS, pre_tokenizer: split }, "tokenizer.json");
  expect(tokenizer.encode("ab")).toEqual([0, 1]);
  expect(problem(() => tokenizer.encode("a".repeat(60)))).toMatch(
    /^invalid-file: tokenizer\.json: this tokenizer took more than 2 s for "a{60}", so one of its patterns does not end/,
  );
});

test("so is one of a decoder", () => {
  const decoder = { type: "Replace", pattern: { Regex: "(.+)+\\u0000" }, content: "" };
  const vocab = { a: 0, ["a".repeat(60)]: 1 };
  const tokenizer = jsonTokenizer({ model: { type: "BPE", vocab, merges: [] }, decoder }, "tokenizer.json");
  expect(tokenizer.decode([0, 0])).toBe("aa");
  expect(problem(() => tokenizer.decode([1]))).toMatch(
    /^invalid-file: tokenizer\.json: this tokenizer took more than 2 s/,
  );
});

test.each([
  ["post_processor", "processors"],
  ["normalizer", "normalizers"],
  ["pre_tokenizer", "pretokenizers"],
  ["decoder", "decoders"],
])("%s nested 20,000 times is refused", (part, field) => {
  expect(opened({ ...TOKENS, [part]: nested("Sequence", field, 20_000) })).toMatch(
    /^invalid-file: tokenizer\.json: ".*" is nested more than 16 times\.$/,
  );
});

test("shapes that are none of a tokenizer are sentences", () => {
  const template = (single: unknown) => ({ type: "TemplateProcessing", single, special_tokens: {} });
  const shapes: unknown[] = [
    null,
    [],
    "text",
    {},
    { model: {} },
    { model: { type: "BPE" } },
    { model: { type: "BPE", vocab: ["a"], merges: [] } },
    { model: { type: "BPE", vocab: { a: 1e12 }, merges: [] } },
    { model: { type: "BPE", vocab: { a: 0 }, merges: ["ab"] } },
    { model: { type: "Unigram", vocab: [] } },
    { model: { type: "Unigram", vocab: [["a"]] } },
    { model: { type: "WordPiece", vocab: { a: 0 } } },
    { ...TOKENS, added_tokens: [{ id: 0, content: "other" }] },
    { ...TOKENS, added_tokens: ["<s>"] },
    { ...TOKENS, normalizer: { type: "Nmt" } },
    { ...TOKENS, normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" } },
    { ...TOKENS, normalizer: { type: "Replace", pattern: { Regex: "(" }, content: "" } },
    { ...TOKENS, pre_tokenizer: "ByteLevel" },
    { ...TOKENS, pre_tokenizer: { type: "Split", pattern: { Regex: "[" }, behavior: "Isolated" } },
    { ...TOKENS, pre_tokenizer: { type: "Split", pattern: {}, behavior: "Isolated" } },
    { ...TOKENS, decoder: { type: "CTC" } },
    { ...TOKENS, post_processor: template(["Ġw", { Sequence: { id: "A", type_id: 0 } }]) },
    { ...TOKENS, post_processor: template([{ SpecialToken: { id: "<s>", type_id: 0 } }]) },
    { ...TOKENS, post_processor: template([]) },
    { ...TOKENS, post_processor: { type: "BertProcessing", cls: "x", sep: null } },
  ];
  expect(opened(TOKENS)).toBe("none");
  const said = shapes.map(opened);
  expect(said.filter((sentence) => !/^(invalid-file|unsupported): tokenizer\.json: .+\.$/s.test(sentence))).toEqual([]);
});
