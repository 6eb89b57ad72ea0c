// `secateur demo`: the whole way on one task: patch, prune, show, write.
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { parsePositive } from "../options.ts";
import { printMessage } from "../output.ts";
import { patch } from "./patch.ts";
import { prune } from "./prune.ts";

const IOI = fileURLToPath(new URL("../../tasks/ioi.yaml", import.meta.url));

interface DemoFlags {
  readonly model: string;
  readonly examples?: number;
  readonly threads?: number;
}

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("indirect object identification from task file to circuit: patches, prunes, writes ioi.circuit.json")
    .option("--model <name>", "embedded model, folder, .gguf file or Hub name", "sprig")
    .option("--examples <n>", "discovery examples (default: the task's)", parsePositive)
    .option("--threads <n>", "threads of the executor (default: all cores)", parsePositive)
    .action(async (flags: DemoFlags) => {
      printMessage("1. Activation patching: which single heads matter?\n");
      await patch(IOI, { ...flags, site: "z", by: "head", direction: "noising" });
      printMessage("\n2. Pruning: which heads are enough?\n");
      await prune(IOI, { ...flags, units: ["head"], roles: true, connections: true, out: "ioi.circuit.json" });
    });
}
