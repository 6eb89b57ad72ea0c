// `secateur demo`: the whole way on one task: patch, prune, show, write.
import type { Command } from "commander";
import { z } from "zod";
import { installedPath } from "../../engine/base/installation.ts";
import { patchSettings } from "../../engine/choices/patch.ts";
import { pruneSettings } from "../../engine/choices/prune.ts";
import { modelName, promptChoice } from "../../engine/choices/task-choice.ts";
import { printMessage } from "../output.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { runPatch } from "./patch.ts";
import { prune } from "./prune.ts";

const IOI = installedPath("tasks", "ioi.yaml");

const demoSettings = z.strictObject({
  model: modelName,
  examples: z.strictObject({ discovery: promptChoice.examples.unwrap().shape.discovery }).optional(),
});

export function addDemo(program: Command): void {
  const command = program
    .command("demo")
    .description(
      "Goes through indirect object identification from the task file to the circuit: it patches, prunes and writes ioi.circuit.json.",
    );
  addSettings(command, demoSettings).action(async (_flags: object, own: Command) => {
    const choice = { task: IOI, ...typedSettings(demoSettings, own, undefined) };
    printMessage("1. Activation patching: which single heads matter?\n");
    await runPatch(patchSettings.parse(choice), own);
    printMessage("\n2. Pruning: which heads are enough?\n");
    await prune(pruneSettings.parse(choice), typedExecution(own), { out: "ioi.circuit.json" });
  });
}
