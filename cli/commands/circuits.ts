// `secateur inspect`, `compare` and `export`: what can be done with circuit files without running a model.
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { say } from "../../engine/base/sentence.ts";
import { UNITS_SAID } from "../../engine/choices/lists.ts";
import { compareCircuits } from "../../engine/circuit/compare.ts";
import { EXPORT_FORMAT_NAMES, type ExportFormatName } from "../../engine/circuit/exports/format-names.ts";
import { EXPORT_FORMATS } from "../../engine/circuit/exports/registry.ts";
import { readCircuitFile } from "../../engine/session/circuit-source.ts";
import { circuitTable } from "../circuit-table.ts";
import { printData, printJson, printJsonText, printMessage, requireWritable } from "../output.ts";
import { statisticsRows } from "../statistics-table.ts";

export function addCircuitCommands(program: Command): void {
  program
    .command("inspect")
    .argument("<file>", "The circuit file.")
    .description("Shows a circuit file: its heads with their roles and effects, its connections and its figures.")
    .option("--json", "Prints it as JSON.")
    .addHelpText("after", "\nExample:\n  secateur inspect ioi.circuit.json")
    .action((file: string, flags: { json?: boolean }) => {
      requireCircuitName(file);
      const circuit = readCircuitFile(file);
      if (flags.json) printJson(circuit);
      else printData([circuitTable(circuit), statisticsRows(circuit)].filter(Boolean).join("\n\n"));
    });

  program
    .command("compare")
    .argument("<a>", "A circuit file.")
    .argument("<b>", "The circuit file that it is compared with.")
    .description("Shows what both of two circuits keep, and what only one of them keeps.")
    .option("--json", "Prints it as JSON.")
    .addHelpText("after", "\nExample:\n  secateur compare first.circuit.json second.circuit.json")
    .action((a: string, b: string, flags: { json?: boolean }) => compare(a, b, flags));

  program
    .command("export")
    .argument("<file>", "The circuit file.")
    .description("Writes a circuit in another format.")
    .addOption(
      new Option("--format <name>", "Writes this format.").choices([...EXPORT_FORMAT_NAMES]).makeOptionMandatory(),
    )
    .option("--out <file>", "Writes this file (default: standard output).")
    .addHelpText(
      "after",
      `\nFormats:\n${EXPORT_FORMAT_NAMES.map((name) => `  ${name.padEnd(12)} ${EXPORT_FORMATS[name].description}`).join("\n")}` +
        "\n\nExample:\n  secateur export ioi.circuit.json --format eap-ig --out ioi.eap-ig.json",
    )
    .action((file: string, flags: { format: ExportFormatName; out?: string }) => {
      const text = EXPORT_FORMATS[flags.format].write(readCircuitFile(file));
      if (flags.out === undefined) return flags.format === "csv" ? printData(text) : printJsonText(text);
      requireWritable(flags.out);
      writeFileAtomic(flags.out, text);
      printMessage(`wrote ${flags.out}`);
    });
}

/** Other kinds of file have commands of their own. */
const OTHER_ENDINGS: readonly (readonly [ending: RegExp, what: string, command: string])[] = [
  [/\.(ya?ml|csv|jsonl)$/i, "a task", "tasks show"],
  [/\.(gguf|safetensors)$/i, "a model", "models show"],
];

function requireCircuitName(file: string): void {
  for (const [ending, what, command] of OTHER_ENDINGS) {
    if (!ending.test(file)) continue;
    const sentence = say`${file}: is ${what} by its name; "secateur ${command} ${file}" shows it.`;
    throw new EngineError("usage", sentence, { place: { file } });
  }
}

function compare(fileA: string, fileB: string, { json }: { json?: boolean }): void {
  const comparison = compareCircuits(readCircuitFile(fileA), readCircuitFile(fileB));
  if (json) return printJson(comparison);
  const lines = comparison.kinds.flatMap(({ kind, onlyA, onlyB, both, jaccard }) => [
    `${UNITS_SAID[kind].text}: ${both.length} in both, ${onlyA.length} only in ${basename(fileA)}, ${onlyB.length} only in ${basename(fileB)}; Jaccard ${jaccard.toFixed(3)}`,
    `  both    ${both.join(" ") || "none"}`,
    `  only a  ${onlyA.join(" ") || "none"}`,
    `  only b  ${onlyB.join(" ") || "none"}`,
  ]);
  printData(lines.join("\n"));
}
