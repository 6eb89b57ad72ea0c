// Every kind of file that comes from outside: whole ones to begin with, and what the program does with one that it is given.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../../engine/base/errors.ts";
import { say } from "../../engine/base/sentence.ts";
import { formatCircuit, parseCircuit } from "../../engine/circuit/circuit-file.ts";
import { circuitToEapIg, edgesOfEapIg, formatEapIg, parseEapIg } from "../../engine/circuit/exports/eap-ig.ts";
import { openModel } from "../../engine/model/open.ts";
import { Journal, journalContent } from "../../engine/prune/journal.ts";
import { loadContrast, loadRelation } from "../../engine/session/task-files.ts";
import { journalSettings } from "../../engine/session/run-journal.ts";
import { expandTask } from "../../engine/task/expand.ts";
import type { Tokenizer } from "../../engine/tokens/tokenizer.ts";
import { gguf, safetensorsOf, SMALL_CONFIG, SMALL_TOKENIZER, smallGguf, smallTensors, writeSmallFolder } from "../corpus/small-checkpoint.ts"; // prettier-ignore
import { formatSession } from "../../renderer/state/session-file.ts";
import { parseSession } from "../../renderer/state/session-reading.ts";
import { FIRST_VIEW } from "../../renderer/state/view.ts";

export interface FileKind {
  readonly name: string;
  /** Name of the file in its folder. */
  readonly file: string;
  readonly whole: readonly Buffer[];
  readonly isJson: boolean;
  /** Reads the file, and uses what was read as the program would. @param which whole file it was. @throws EngineError where it is none of its kind */
  readonly use: (path: string, bytes: Buffer, which: number) => void;
}

const TINY = "test/reference/tiny/models";
const text = (path: string) => readFileSync(path);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

const NAMES = ["Mary", "Anna", "Paul"];
const PROMPTS = {
  kind: "contrast",
  name: "small",
  prompts: NAMES.map((name) => ({
    clean: `When John and ${name} went to the store, John gave a drink to`,
    corrupt: `When John and ${name} went to the store, ${name} gave a drink to`,
    answers: [` ${name}`],
    wrong_answers: [" John"],
  })),
};
const EAP_IG_CSV = ["clean,corrupted,correct_idx,incorrect_idx"]
  .concat(
    NAMES.map(
      (name, i) => `"When ${name} and John went, John","When ${name} and John went, ${name}",${i + 5},${i + 9}`,
    ),
  )
  .join("\n");
const MIB = NAMES.map((name) =>
  JSON.stringify({
    prompt: `As ${name} and John met, John gave it to`,
    template: "As {name_A} and {name_B} met, {name_C} gave it to",
    metadata: { indirect_object: name, subject: "John", random_a: "Anna", random_b: "Tom", random_c: "Paul" },
    choices: [name, "John"],
    answerKey: 0,
    abc_counterfactual: { prompt: "As Anna and Tom met, Paul gave it to", choices: ["Anna", "Tom"], answerKey: 0 },
    s2_io_flip_counterfactual: {
      prompt: `As ${name} and John met, ${name} gave it to`,
      choices: [name, "John"],
      answerKey: 1,
    },
  }),
).join("\n");

/** Folders of whole models, the small one by "". */
const FOLDERS = ["", "qwen2", "llama-scaled", "neox"] as const;
const wholeIn = (file: string, small: object) =>
  FOLDERS.map((name) => (name === "" ? json(small) : text(`${TINY}/${name}/${file}`)));

/** @param folder where whole files of some kinds are made first */
export function fileKinds(folder: string): FileKind[] {
  const tokenizer = openModel("sprig").tokenizer;
  const asTask = (path: string) => useTask(path, tokenizer);
  const circuit = text("renderer/example/ioi.json");
  const record = (JSON.parse(circuit.toString()) as { record: { circuit: unknown } }).record.circuit;
  const circuitText = Buffer.from(JSON.stringify(record));
  const graph = formatEapIg(circuitToEapIg(parseCircuit(circuitText.toString(), "x.circuit.json")));
  const view = { ...FIRST_VIEW };
  const nothing = { task: undefined, request: undefined, record: undefined, relations: undefined, edges: undefined };
  const session = Buffer.from(formatSession({ ...nothing, view } as Parameters<typeof formatSession>[0]));
  return [
    { name: "task in YAML", file: "t.yaml", isJson: false, use: asTask, whole: ["ioi", "capital-of", "greater-than"].map((name) => text(`tasks/${name}.yaml`)) }, // prettier-ignore
    { name: "task in JSON", file: "t.json", isJson: true, use: asTask, whole: [json(PROMPTS)] },
    { name: "relation", file: "r.json", isJson: true, use: (path) => void loadRelation(path), whole: [text("tasks/relations/couple-town.json")] }, // prettier-ignore
    { name: "rows of EAP-IG", file: "t.csv", isJson: false, use: asTask, whole: [Buffer.from(EAP_IG_CSV)] },
    { name: "rows of MIB", file: "t.jsonl", isJson: false, use: asTask, whole: [Buffer.from(MIB)] },
    { name: "circuit", file: "c.circuit.json", isJson: true, whole: [circuitText], use: (path, bytes) => void formatCircuit(parseCircuit(bytes.toString("utf8"), path)) }, // prettier-ignore
    { name: "graph of EAP-IG", file: "g.json", isJson: true, whole: [Buffer.from(graph)], use: (path, bytes) => void edgesOfEapIg(parseEapIg(bytes.toString("utf8"), path)) }, // prettier-ignore
    { name: "session", file: "s.secateur", isJson: true, whole: [session], use: useSession }, // prettier-ignore
    { name: "run journal", file: "j.jsonl", isJson: false, whole: [wholeJournal(join(folder, "whole.jsonl"))], use: useJournal }, // prettier-ignore
    { name: "safetensors", file: "model.safetensors", isJson: false, whole: [safetensorsOf(smallTensors())], use: useModelOf("model.safetensors") }, // prettier-ignore
    { name: "GGUF", file: "m.gguf", isJson: false, whole: [gguf(smallGguf()), text(`${TINY}/qwen2.gguf`), text(`${TINY}/gpt2.gguf`)], use: useModel }, // prettier-ignore
    { name: "configuration", file: "config.json", isJson: true, whole: wholeIn("config.json", SMALL_CONFIG), use: useModelOf("config.json") }, // prettier-ignore
    { name: "tokenizer", file: "tokenizer.json", isJson: true, whole: wholeIn("tokenizer.json", SMALL_TOKENIZER), use: useModelOf("tokenizer.json") }, // prettier-ignore
    { name: "index of shards", file: "model.safetensors.index.json", isJson: true, whole: [json({ metadata: {}, weight_map: Object.fromEntries(Object.keys(smallTensors()).map((name) => [name, "model-1.safetensors"])) })], use: useShards }, // prettier-ignore
  ];
}

function useTask(path: string, tokenizer: Tokenizer): void {
  expandTask(loadContrast(path), tokenizer, { examples: { discovery: 1, heldOut: 1 }, seed: 1 });
}

/** The page words the refusal itself. */
function useSession(path: string, bytes: Buffer): void {
  const saved = parseSession(bytes.toString("utf8"), path);
  if (!("view" in saved)) throw new EngineError("invalid-file", say`${JSON.stringify(saved)}`);
}

const HASH = "0".repeat(64);
const identity = { weights: HASH, config: HASH, tokenizer: HASH, task: HASH, examples: HASH, precision: "float32" };

function wholeJournal(path: string): Buffer {
  const settings = { task: "tasks/ioi.yaml", model: "sprig", units: ["head"] };
  const journal = Journal.create(path, { format: "secateur.run", version: 10, kind: "units", settings, identity });
  journal.record({ kind: "anchors", full: 1, empty: 0, accuracy: 1 });
  for (let from = 9; from > 3; from--)
    journal.record({
      kind: "trial",
      removed: [`a0.h${from}`],
      added: [],
      metric: 1,
      second: null,
      accepted: true,
      from,
    });
  journal.record({ kind: "confidence", holds: 0.5 });
  journal.record({ kind: "put-back", added: "a0.h4" });
  journal.record({ kind: "put-back", added: null });
  journal.close();
  return readFileSync(path);
}

function useJournal(path: string): void {
  journalSettings("units", path);
  journalContent(path);
  Journal.open(path).close();
}

function useModel(path: string): void {
  const model = openModel(path);
  try {
    Object.values(model.layer(0));
    model.finalNorm();
    const ids = model.tokenizer.encode("a b.");
    model.tokenizer.decode(ids);
    model.tokenizer.spans("a b");
    model.embedRows(ids.slice(0, 4));
  } finally {
    model.close();
  }
}

/** In a whole folder of a model, in the place of its own. */
function useModelOf(name: string): FileKind["use"] {
  return (path, bytes, which) => {
    const folder = `${path}-${which}`;
    const base = FOLDERS[which]!;
    if (base === "") writeSmallFolder(folder, { [name]: bytes });
    else {
      if (!existsSync(folder)) cpSync(`${TINY}/${base}`, folder, { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    useModel(folder);
  };
}

function useShards(path: string, bytes: Buffer): void {
  const folder = `${path}.model`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model-1.safetensors"), safetensorsOf(smallTensors()));
  useModel(writeSmallFolder(folder, { "model.safetensors": undefined, "model.safetensors.index.json": bytes }));
}

/** A sentence that a user can act on; everything else is a mistake of the program. */
export function isSentence(error: unknown): boolean {
  return error instanceof EngineError && error.message.length < 100_000;
}
