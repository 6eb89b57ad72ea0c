// EAP-IG's scores of every edge of a model, by its own code.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EdgeMethod } from "../engine/choices/lists.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import type { PeerPrompts } from "./prompts.ts";

/** What it scores by, under our names. */
export const EAP_IG_METHODS = [
  "attribution",
  "integrated-gradients",
  "clean-corrupted",
  "information-flow",
  "integrated-gradients-activations",
] as const satisfies readonly EdgeMethod[];

interface EapIgCall {
  /** Folder of the embedded model, or SmolLM2's GGUF file. */
  readonly model: string;
  readonly prompts: PeerPrompts;
  readonly methods: readonly (typeof EAP_IG_METHODS)[number][];
  /** A graph whose circuit it evaluates. */
  readonly circuit?: string;
  /** Where its folder is made. */
  readonly parent: string;
}

export interface EapIgFigures {
  /** Holds METHOD.json for each way of scoring; helpful edges are negative in it. */
  readonly folder: string;
  readonly seconds: Partial<Record<EdgeMethod, number>>;
  /** f of the circuit that was given. */
  readonly faithfulness?: number;
}

/** Undefined where it is not here to be run. */
export async function runEapIg(
  { python, eapIg, threads }: BenchOptions,
  { model, prompts, methods, circuit = "none", parent }: EapIgCall,
): Promise<EapIgFigures | undefined> {
  if (python === undefined || eapIg === undefined) return undefined;
  const folder = join(parent, "eap-ig");
  mkdirSync(folder);
  const args = [eapIg, model, folder, methods.join(","), circuit];
  const found = await runPeer<Omit<EapIgFigures, "folder">>({ python, script: "eap_ig.py", prompts, args, threads });
  return { folder, ...found };
}
