// The law that whatever comes in is read, or refused, in time that grows with it: four times the input takes no more than some
// four times as long. Times of this process's own work are compared with each other in one run, never with a clock's figure.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EngineError } from "../../engine/base/errors.ts";
import { formatCircuit, parseCircuit } from "../../engine/circuit/circuit-file.ts";
import { circuitToEapIg, formatEapIg, parseEapIg } from "../../engine/circuit/exports/eap-ig.ts";
import { ChatTemplate } from "../../engine/generation/chat-template.ts";
import { openModel } from "../../engine/model/open.ts";
import { Journal, journalContent } from "../../engine/prune/journal.ts";
import { loadTask } from "../../engine/task/load.ts";
import { jsonTokenizer } from "../../engine/tokens/json-tokenizer.ts";
import {
  floats,
  gguf,
  safetensors,
  safetensorsOf,
  SMALL_CONFIG,
  SMALL_METADATA,
  SMALL_TOKENIZER,
  smallTensors,
  writeSmallFolder,
} from "../corpus/small-checkpoint.ts";
import { exampleCircuit } from "../example-circuit.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-linear-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of four times the input: far above 4 with what memory and its collection cost, far below a square's 16. */
const most = 9;
/** What disturbs a reading only ever adds to it: of several readings of a size the least is compared. */
const tries = 20;

interface Case {
  readonly name: string;
  /** Of the smaller input. */
  readonly n: number;
  /** @returns the work on an input of that size, all of which is made before */
  readonly of: (n: number) => () => unknown;
  /** What the work is refused with, where it is refused. */
  readonly refused?: EngineError["code"];
}

const list = (n: number, entry: (i: number) => string) => Array.from({ length: n }, (_, i) => entry(i));
let files = 0;

/** A task file of that text, read. */
function task(extension: string, text: string): () => unknown {
  const path = join(folder, `${files++}${extension}`);
  writeFileSync(path, text);
  return () => loadTask(path);
}

function checkpoint(changes: Parameters<typeof writeSmallFolder>[1]): () => unknown {
  const path = writeSmallFolder(join(folder, String(files++)), changes);
  return () => openModel(path).close();
}

const PAIR = '{"clean": "a b c", "corrupt": "a d c", "answers": [" e"], "wrong_answers": [" f"]}';
const NAMED =
  "kind: contrast\nslots: {S: name}\nanswers: [' {S}']\nwrongAnswers: [' {S}']\ncorruptions: {x: {S: new}}\n";

function wrongCircuit(n: number): string {
  const circuit = exampleCircuit();
  return JSON.stringify({ ...circuit, nodes: list(n, (i) => `a9.h${i}`).map((id) => ({ ...circuit.nodes[0], id })) });
}

function graphOf(nLayers: number): string {
  const circuit = exampleCircuit();
  return formatEapIg(
    circuitToEapIg({ ...circuit, model: { ...circuit.model, nLayers, nHeads: 6, nKeyValueHeads: 6 } }),
  );
}

function journal(n: number): () => unknown {
  const path = join(folder, `${files++}.jsonl`);
  const made = Journal.create(path, { format: "secateur.run" });
  for (let i = 0; i < n; i++) made.record({ kind: "open", kept: i });
  made.close();
  return () => journalContent(path);
}

const WORDS = { ...SMALL_TOKENIZER.model.vocab };
const bpe = (n: number) => ({
  ...SMALL_TOKENIZER,
  model: {
    type: "BPE",
    vocab: Object.fromEntries([..."abcdefgh", ...list(n, (i) => `a${i.toString(8)}`)].map((token, id) => [token, id])),
    merges: [] as string[],
  },
});

const CASES: readonly Case[] = [
  { name: "YAML with fields that no task has", n: 1500, refused: "invalid-task", of: (n) => task(".yaml", `kind: contrast\nprompts: []\n${list(n, (i) => `field_${i}: 1`).join("\n")}`) }, // prettier-ignore
  { name: "YAML with fields that stand twice", n: 2000, refused: "invalid-file", of: (n) => task(".yaml", list(n, () => "name: x").join("\n")) }, // prettier-ignore
  { name: "YAML with prompts that lack everything", n: 700, refused: "invalid-task", of: (n) => task(".yaml", `kind: contrast\nprompts:\n${list(n, () => "- {clean: 1}").join("\n")}`) }, // prettier-ignore
  { name: "YAML with aliases", n: 100, refused: "invalid-task", of: (n) => task(".yaml", list(n, (i) => `k${i}: &a${i} [${"x, ".repeat(20)}]\nr${i}: *a${i}`).join("\n")) }, // prettier-ignore
  { name: "words of a list", n: 3000, of: (n) => task(".yaml", `${NAMED}lists: {name: [${list(n, (i) => `w${i}`).join(", ")}]}\ntemplates: ["{S} is"]`) }, // prettier-ignore
  { name: "mentions in one template", n: 800, of: (n) => task(".yaml", `${NAMED}lists: {name: [a, b]}\ntemplates: ["${"{S}".repeat(n)}"]`) }, // prettier-ignore
  { name: "templates with slots that there are not", n: 250, refused: "invalid-task", of: (n) => task(".yaml", `${NAMED}lists: {name: [a, b]}\ntemplates:\n${list(n, (i) => `- "{A${i}} {B${i}} {C${i}}"`).join("\n")}`) }, // prettier-ignore
  { name: "JSON with fields that no task has", n: 12_000, refused: "invalid-task", of: (n) => task(".json", `{"kind": "contrast", "prompts": [], ${list(n, (i) => `"field_${i}": 1`).join()}}`) }, // prettier-ignore
  { name: "JSON with fields that stand twice", n: 20_000, refused: "invalid-file", of: (n) => task(".json", `{${list(n, () => '"name": "x"').join()}}`) }, // prettier-ignore
  { name: "JSON of prompts", n: 1200, of: (n) => task(".json", `{"prompts": [${list(n, () => PAIR).join()}]}`) },
  { name: "JSON of prompts of which half are none", n: 3000, of: (n) => task(".json", `{"prompts": [${list(n, (i) => (i % 2 ? PAIR : "1")).join()}]}`) }, // prettier-ignore
  { name: "JSON with one long text", n: 400_000, refused: "invalid-task", of: (n) => task(".json", `{"kind": "contrast", "prompts": [], "name": "${"x\\n".repeat(n)}"}`) }, // prettier-ignore
  { name: "a relation's samples", n: 4000, of: (n) => task(".json", `{"prompt_templates": ["{} is"], "samples": [${list(n, (i) => `{"subject": "s${i}", "object": "o${i % 9}"}`).join()}]}`) }, // prettier-ignore
  { name: "rows of JSON", n: 400, of: (n) => task(".jsonl", list(n, () => '{"prompt": "a b", "choices": ["x", "y"], "answerKey": 0, "r_counterfactual": {"prompt": "a c"}}').join("\n")) }, // prettier-ignore
  { name: "rows of JSON that is none", n: 8000, refused: "invalid-file", of: (n) => task(".jsonl", list(n, () => "{").join("\n")) }, // prettier-ignore
  { name: "rows of a table", n: 4000, of: (n) => task(".csv", `clean,corrupted,correct,incorrect\n${list(n, () => "a b,a c,x,y").join("\n")}`) }, // prettier-ignore
  { name: "rows of a table without answers", n: 4000, refused: "invalid-task", of: (n) => task(".csv", `clean,corrupted,correct,incorrect\n${list(n, () => "a b,a c,,").join("\n")}`) }, // prettier-ignore
  { name: "a cell of quotes that are not closed", n: 60_000, refused: "invalid-task", of: (n) => task(".csv", `clean,corrupted,correct,incorrect\na b,a c,"['${"\\'".repeat(n)}]",x`) }, // prettier-ignore
  { name: "a circuit of nodes that the model has not", n: 2500, refused: "invalid-file", of: (n) => { const text = wrongCircuit(n); return () => parseCircuit(text, "c.json"); } }, // prettier-ignore
  { name: "JSON that is cut off", n: 100_000, refused: "invalid-file", of: (n) => { const text = `[${"1,".repeat(n)}`; return () => parseCircuit(text, "c.json"); } }, // prettier-ignore
  { name: "a circuit's removed units", n: 4000, of: (n) => { const text = manySteps(n); return () => parseCircuit(text, "c.json"); } }, // prettier-ignore
  { name: "a graph's edges (twice the layers)", n: 6, of: (n) => { const text = graphOf(n === 6 ? 6 : 12); return () => parseEapIg(text, "g.json"); } }, // prettier-ignore
  { name: "lines of a journal", n: 1500, of: journal },
  { name: "tensors of a safetensors file", n: 2500, refused: "unsupported", of: (n) => checkpoint({ "model.safetensors": safetensorsOf({ ...smallTensors(), ...Object.fromEntries(list(n, (i) => `x${i}`).map((name) => [name, floats([1])])) }) }) }, // prettier-ignore
  { name: "a text in a safetensors header", n: 2_000_000, refused: "missing-weight", of: (n) => checkpoint({ "model.safetensors": safetensors(`{"__metadata__": {"note": "${"x\\n".repeat(n)}"}}`, Buffer.alloc(0)) }) }, // prettier-ignore
  { name: "fields of a config", n: 10_000, of: (n) => checkpoint({ "config.json": { ...SMALL_CONFIG, ...Object.fromEntries(list(n, (i) => `x${i}`).map((name) => [name, 1])) } }) }, // prettier-ignore
  { name: "words of a tokenizer", n: 10_000, of: (n) => { const json = { ...SMALL_TOKENIZER, model: { type: "WordLevel", vocab: { ...WORDS, ...Object.fromEntries(list(n, (i) => `w${i}`).map((word, i) => [word, 5 + i])) } } }; return () => jsonTokenizer(json, "t.json"); } }, // prettier-ignore
  { name: "tokens that a tokenizer adds", n: 4000, of: (n) => { const json = { ...SMALL_TOKENIZER, added_tokens: list(n, (i) => `<x${i}>`).map((content, i) => ({ id: 5 + i, content, special: true })) }; return () => jsonTokenizer(json, "t.json").encode(list(50, (i) => `<x${i}>`).join("a")); } }, // prettier-ignore
  { name: "merges of one word", n: 4000, of: (n) => { const json = bpe(10); json.model.merges.push("a b", "a a"); Object.assign(json.model.vocab, { ab: 30, aa: 31 }); const tokenizer = jsonTokenizer(json, "t.json"); const text = "aab".repeat(n); return () => tokenizer.encode(text); } }, // prettier-ignore
  { name: "spaces in a text", n: 20_000, of: (n) => { const { tokenizer } = openModel("sprig"); const text = " ".repeat(n); return () => tokenizer.encode(text); } }, // prettier-ignore
  { name: "words of a text, with their places", n: 1000, of: (n) => { const { tokenizer } = openModel("sprig"); const text = "When Mary and John went, ".repeat(n); return () => tokenizer.spans(text); } }, // prettier-ignore
  { name: "metadata of a GGUF file", n: 6000, refused: "missing-weight", of: (n) => { const path = join(folder, `${files++}.gguf`); writeFileSync(path, gguf({ metadata: { ...SMALL_METADATA, ...Object.fromEntries(list(n, (i) => `x.${i}`).map((name) => [name, "y"])) } })); return () => openModel(path).close(); } }, // prettier-ignore
  { name: "tokens of a GGUF file", n: 15_000, refused: "missing-weight", of: (n) => { const path = join(folder, `${files++}.gguf`); writeFileSync(path, gguf({ metadata: { ...SMALL_METADATA, "tokenizer.ggml.tokens": ["a", "b", "ab", ...list(n, (i) => `w${i}`)], "tokenizer.ggml.token_type": list(n + 3, () => "").map(() => 1) } })); return () => openModel(path).close(); } }, // prettier-ignore
  { name: "messages of a chat", n: 1500, of: (n) => { const template = ChatTemplate.parse({ file: "t.json", text: "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}" }); const messages = list(n, () => "hi").map((content) => ({ role: "user" as const, content })); return () => template.render(messages); } }, // prettier-ignore
  { name: "the text of a chat template", n: 2000, of: (n) => { const text = "{% if true %}a{{ bos_token }}{% endif %}".repeat(n); return () => ChatTemplate.parse({ file: "t.json", text }); } }, // prettier-ignore
];

function manySteps(n: number): string {
  const circuit = exampleCircuit();
  const [step] = circuit.search.trajectory;
  return formatCircuit({ ...circuit, search: { ...circuit.search, trajectory: list(n, () => "").map(() => step) } });
}

/** Microseconds of this process's own work, whatever else the machine is doing. */
function timeOf(work: () => unknown, refused: Case["refused"]): number {
  const before = process.cpuUsage();
  let code: string | undefined;
  try {
    work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    ({ code } = error);
  }
  const { user, system } = process.cpuUsage(before);
  expect(code).toBe(refused);
  return user + system;
}

test.each(CASES)("$name: four times as many take no more than some four times as long", ({ n, of, refused }) => {
  const [small, large] = [of(n), of(4 * n)];
  timeOf(small, refused);
  const times: { readonly small: number; readonly large: number }[] = [];
  const least = (size: "small" | "large") => Math.min(...times.map((time) => time[size]));
  do times.push({ large: timeOf(large, refused), small: timeOf(small, refused) });
  while (least("large") > most * least("small") && times.length < tries);
  expect(least("large") / least("small"), JSON.stringify(times)).toBeLessThanOrEqual(most);
});
