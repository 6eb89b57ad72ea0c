// Tiny random checkpoints of every family, with what Hugging Face Transformers computes on them (made by build/dump-reference.py).
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SafetensorsFile } from "../../engine/formats/safetensors.ts";

export interface TinyModel {
  readonly name: string;
  /** Folder in Hugging Face's layout. */
  readonly folder: string;
  /** The same weights as GGUF, for the families that have that form. */
  readonly gguf?: string;
  readonly storage: string;
  readonly prompts: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

/** Float32, eager attention, one prompt per run. */
export interface TinyExpected {
  /** Per prompt, "pos vocab". */
  readonly logits: readonly Float32Array[];
  /** First prompt: residPre of every layer and residPost of the last, "pos dModel". */
  readonly residuals: readonly Float32Array[];
  /** First prompt: z of every layer, "pos head dHead". */
  readonly z: readonly Float32Array[];
}

interface Manifest {
  readonly models: readonly Omit<TinyModel, "folder" | "gguf">[];
  readonly sha256: Readonly<Record<string, string>>;
}

export function tinyPath(path: string): string {
  return fileURLToPath(new URL(`tiny/${path}`, import.meta.url));
}

export function tinyManifest(): Manifest {
  return JSON.parse(readFileSync(tinyPath("manifest.json"), "utf8")) as Manifest;
}

export const TINY_MODELS: readonly TinyModel[] = tinyManifest().models.map(({ name, storage, prompts }) => {
  const gguf = tinyPath(`models/${name}.gguf`);
  return { name, folder: tinyPath(`models/${name}`), gguf: existsSync(gguf) ? gguf : undefined, storage, prompts };
});

export function tinyExpected(model: TinyModel): TinyExpected {
  const file = SafetensorsFile.open(`${model.folder}/expected.safetensors`);
  const all = (kind: string): Float32Array[] => {
    const names = [...file.tensors.keys()].filter((name) => name.startsWith(`${kind}.`));
    return names.map((_, index) => readWhole(file, `${kind}.${index}`));
  };
  const expected = { logits: all("logits"), residuals: all("resid"), z: all("z") };
  file.close();
  return expected;
}

/** A whole tensor, flat. */
export function readWhole(file: SafetensorsFile, name: string): Float32Array {
  const { shape } = file.tensors.get(name)!;
  return file.readRows(name, 0, shape.slice(0, -1).reduce((product, n) => product * n, 1));
}
