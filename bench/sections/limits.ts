// The sections on what the engine and the page hold themselves to, without a peer.
import { measureColdPrune } from "../cold-prune.ts";
import { measureKills } from "../kills.ts";
import type { BenchOptions } from "../options.ts";
import { measurePeakMemory } from "../peak-memory.ts";
import type { Section } from "../section.ts";
import { measureWindow } from "../window.ts";

export async function memorySection({ threads }: BenchOptions): Promise<Section> {
  return {
    title: "Memory",
    text: "One pass of a search over SmolLM2's heads on 32 prompts, in a process of its own.",
    tables: [{ head: ["peak memory while pruning SmolLM2", ""], rows: await measurePeakMemory(threads) }],
  };
}

export async function coldSection(): Promise<Section> {
  return {
    title: "From the command to the file",
    text: "`secateur prune tasks/ioi.yaml`, the whole process.",
    tables: [{ head: ["prune IOI on the embedded model, whole process", ""], rows: await measureColdPrune() }],
  };
}

export async function killsSection(): Promise<Section> {
  return {
    title: "Killed and resumed",
    text: "Runs that are killed at a random moment, resumed from their journals, and compared with one that never was.",
    tables: [{ head: ["killed at a random moment and resumed", ""], rows: await measureKills() }],
  };
}

export async function windowSection(): Promise<Section> {
  return {
    title: "The window against its budgets",
    text: "Times of the page alone, in Chromium; the engine behind it is recorded.",
    tables: [{ head: ["", "measured", "at most"], rows: await measureWindow() }],
  };
}
