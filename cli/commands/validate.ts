// `secateur validate`: says what a file is and that it is fine, or everything that is wrong with it.
import { greatest } from "../../engine/base/greatest.ts";
import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { EngineError } from "../../engine/base/errors.ts";
import { type Note, say, textOf } from "../../engine/base/sentence.ts";
import { isStandardInput } from "../../engine/base/standard-input.ts";
import { CIRCUIT_VERSION } from "../../engine/circuit/circuit-schema.ts";
import type { Model } from "../../engine/model/model.ts";
import { openModel } from "../../engine/model/open.ts";
import { isCircuitFile, readCircuitSource, sourceNotes } from "../../engine/session/circuit-source.ts";
import { loadTask } from "../../engine/task/load.ts";
import { fileKind } from "../../engine/task/file-kind.ts";
import { loadContrastSets, SET_SPLITS } from "../../engine/task/contrast-sets.ts";
import { loadTwoHop } from "../../engine/task/two-hop.ts";
import { EXIT, exitCodeOf } from "../failure.ts";
import { printData, printJson, printMessage } from "../output.ts";

interface Finding {
  readonly file: string;
  readonly valid: boolean;
  readonly kind?: string;
  readonly message: string;
  /** What was passed over in reading it. */
  readonly notes?: readonly Note[];
}

export function addValidate(program: Command): void {
  program
    .command("validate")
    .argument("<files...>", "Task files, circuit files, model folders or .gguf files.")
    .description("Checks files, and says of each what it is and that it is fine, or lists all its problems.")
    .option("--json", "Prints the findings as JSON.")
    .addHelpText("after", "\nExample:\n  secateur validate tasks/ioi.yaml ioi.circuit.json models/sprig")
    .action((files: string[], flags: { json?: boolean }) => {
      const codes: number[] = [];
      const findings = files.map((file): Finding => {
        try {
          return { file, valid: true, ...describeFile(file) };
        } catch (error) {
          codes.push(exitCodeOf(error));
          return { file, valid: false, message: error instanceof Error ? error.message : String(error) };
        }
      });
      for (const { file, notes = [] } of findings) {
        for (const note of notes)
          printMessage(`note: ${textOf(note).startsWith(file) ? textOf(note) : `${file}: ${textOf(note)}`}`);
      }
      if (flags.json) printJson(findings satisfies Finding[]);
      else printData(findings.map(({ file, valid, message }) => (valid ? `${file}: ${message}` : message)).join("\n"));
      process.exitCode = codes.length > 0 ? greatest(codes) : EXIT.ok;
    });
}

function describeFile(file: string): Pick<Finding, "kind" | "message" | "notes"> {
  if (!isStandardInput(file) && !existsSync(file)) {
    throw new EngineError("missing-file", say`${file}: there is no such file or folder.`, { place: { file } });
  }
  if (!isStandardInput(file) && (statSync(file).isDirectory() || file.endsWith(".gguf"))) {
    const model = openModel(file);
    const { architecture, nLayers, nHeads } = model.config;
    try {
      readEveryWeight(model);
    } finally {
      model.close();
    }
    return {
      kind: "model",
      message: `a ${architecture} model of ${nLayers} layers and ${nHeads} heads; every weight is there${beyondText(model)}`,
    };
  }
  if (isCircuitFile(file)) {
    const source = readCircuitSource(file);
    if (source.form === "eap-ig")
      return {
        kind: "eap-ig",
        message: `a graph of EAP-IG with ${source.graph.nodes.size} nodes`,
        notes: sourceNotes(source),
      };
    const { nodes, task, model } = source.circuit;
    return {
      kind: "circuit",
      message: `a circuit of ${task.name} on ${model.name} with ${nodes.length} nodes, ${versionWords(source.version)}`,
    };
  }
  const kind = isStandardInput(file) ? undefined : fileKind(file);
  if (kind === "contrast-sets") {
    const { title, plus, minus, labels, notes } = loadContrastSets(file);
    const count = (side: typeof plus) => SET_SPLITS.reduce((sum, split) => sum + side[split].length, 0);
    return {
      kind: "contrast-sets",
      message: `contrast sets of ${count(plus)} texts "${labels.plus}" and ${count(minus)} texts "${labels.minus}", "${title.en}"`,
      notes,
    };
  }
  if (kind === "two-hop") {
    const { title, questions } = loadTwoHop(file);
    return { kind: "task", message: `a two-hop task of ${questions.length} questions, "${title.en}"` };
  }
  const task = loadTask(file);
  return { kind: "task", message: `a ${task.kind} task, "${task.title.en}"`, notes: task.notes };
}

function versionWords(version: number): string {
  return version === CIRCUIT_VERSION ? `version ${version}` : `version ${version}, read as ${CIRCUIT_VERSION}`;
}

/** Rows of the vocabulary read at once. */
const ROWS_AT_ONCE = 4096;

/** @throws EngineError "invalid-file" naming the first value that is no number */
function readEveryWeight(model: Model): void {
  const { nLayers, dVocab, tiedUnembedding } = model.config;
  for (let first = 0; first < dVocab; first += ROWS_AT_ONCE) {
    const ids = Array.from({ length: Math.min(ROWS_AT_ONCE, dVocab - first) }, (_, row) => first + row);
    model.embedRows(ids);
    if (!tiedUnembedding) model.unembedRows(ids);
  }
  for (let layer = 0; layer < nLayers; layer++) model.layer(layer);
  model.positionRows();
  model.finalNorm();
  model.unembedBias();
}

function beyondText({ tokenizer, config }: Model): string {
  const names = tokenizer.beyond.map(({ content }) => JSON.stringify(content));
  if (names.length === 0) return "";
  return `; note: it embeds ${config.dVocab} tokens, so no prompt may hold ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
}
