// What Hugging Face Transformers 5 makes of configs with absent, old or contradictory fields (made by build/dump-configs.py).
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A config.json and what its class takes from it. */
export interface ConfigCase {
  readonly config: Readonly<Record<string, unknown>> & { readonly model_type: string };
  readonly expected: {
    readonly nLayers: number;
    readonly nHeads: number;
    readonly nKeyValueHeads: number;
    readonly dModel: number;
    readonly dHead: number;
    readonly nContext: number;
    /** Of each layer; null where it has none. */
    readonly windows: readonly (number | null)[];
    /** Float32; absent where positions are learned. */
    readonly inverseFrequencies?: readonly number[];
  };
}

/** A tiny checkpoint with a prompt, and the logits at its last position in float32. */
export interface ConfigModel {
  readonly name: string;
  readonly folder: string;
  readonly ids: readonly number[];
  readonly logits: readonly number[];
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`configs/${name}`, import.meta.url), "utf8")) as T;

export const CONFIG_CASES = read<readonly ConfigCase[]>("cases.json");

/** By `model_type`: the default of every field of the class. */
export const CONFIG_DEFAULTS = read<{ families: Readonly<Record<string, Readonly<Record<string, unknown>>>> }>(
  "defaults.json",
).families;

const VOCABULARY = 24;

export const CONFIG_MODELS: readonly ConfigModel[] = read<
  readonly { name: string; length: number; shift: number; logits: number[] }[]
>("models.json").map(({ name, length, shift, logits }) => ({
  name,
  folder: fileURLToPath(new URL(`configs/models/${name}`, import.meta.url)),
  ids: Array.from({ length }, (_, i) => (7 * i + Math.floor((i * i) / 5) + shift) % VOCABULARY),
  logits,
}));
