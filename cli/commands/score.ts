// `secateur score`: estimated effects of all units, or of all edges; a terminal shows the strongest.
import type { Command } from "commander";
import { type Scored, scoreSettings } from "../../engine/choices/score.ts";
import { ranked, score } from "../../engine/verbs/score.ts";
import { columns } from "../circuit-table.ts";
import { parsePositive } from "../options.ts";
import { printData, printJson } from "../output.ts";
import { runVerb } from "../run-verb.ts";
import { addSettings, typedSettings } from "../settings-options.ts";

interface ScoreFlags {
  readonly top: number;
  readonly json?: boolean;
}

export function addScore(program: Command): void {
  const command = program.command("score").description(score.says);
  addSettings(command, scoreSettings)
    .option("--top <n>", "Lists so many.", parsePositive, 20)
    .option("--json", "Prints all scores as JSON.")
    .addHelpText("after", `\nExample:\n  secateur score ${score.examples[0]}`)
    .action((task: string, flags: ScoreFlags, own: Command) => runScore(task, flags, own));
}

async function runScore(task: string, { top, json }: ScoreFlags, command: Command): Promise<void> {
  const settings = typedSettings(scoreSettings, command, task);
  const result = await runVerb(score, settings, command);
  if (json) {
    const names = (settings.positions ?? []).map(String);
    return printJson(Object.fromEntries(ranked(result).map((entry) => [entry.id, jsonOf(entry, names)])));
  }
  const [{ title, columns: head, rows }] = score.tables(result, settings);
  const texts = rows.slice(0, top).map(([id, ...scores]) => [String(id), ...scores.map((x) => Number(x).toFixed(4))]);
  printData(`${title}\n`);
  printData(columns([head, ...texts]));
}

function jsonOf({ score, byPosition }: Scored, names: readonly string[]): object | number {
  if (names.length === 0) return score;
  return { score, ...Object.fromEntries(names.map((name, p) => [name, byPosition[p]])) };
}
