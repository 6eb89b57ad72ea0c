// A direction as a file of ours: safetensors with one tensor a layer, and a header that says what it is and how well it did.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { DIRECTION_METHODS, type DirectionMethod } from "../choices/vector.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import type { Model } from "../model/model.ts";
import type { Directions } from "./direction.ts";

const FORMAT = "secateur.vector";

/** What a file says beside the directions themselves. */
export interface VectorHeader {
  /** The layer to act at; undefined where nothing chose one. */
  readonly layer: number | undefined;
  /** Mean norm of the stream on the texts that it was made from, by layer of the directions; empty where there were none. */
  readonly streamNorms: readonly number[];
  /** Figures, for people. */
  readonly figures: Readonly<Record<string, string>>;
}

export interface VectorFile extends VectorHeader {
  readonly directions: Directions;
  /** SHA-256 of the weights that it was made with; undefined where the file does not say. */
  readonly model: string | undefined;
}

/** Tensors "direction.L" of "dModel"; the embedding is "direction.-1". Means of the sides are lists in the header. */
export function vectorFileBytes(
  model: Pick<Model, "name" | "sha256">,
  { directions, layer, streamNorms, figures }: Omit<VectorFile, "model">,
): Uint8Array {
  const { method, layers, vectors, at, sides, about } = directions;
  const tensors = vectors.map((vector, i) => ({
    name: `direction.${layers[i]}`,
    shape: [vector.length],
    data: Float32Array.from(vector),
  }));
  return safetensorsBytes(tensors, {
    format: FORMAT,
    method,
    site: "resid_post (direction.-1: the embedding)",
    model: model.sha256,
    modelName: model.name,
    ...(at !== undefined && { at }),
    ...(layer !== undefined && { layer: String(layer) }),
    ...(sides && { plus: JSON.stringify(sides.plus), minus: JSON.stringify(sides.minus) }),
    ...(streamNorms.length > 0 && { streamNorms: JSON.stringify(streamNorms) }),
    ...prefixed("about", about),
    ...prefixed("figure", figures),
  });
}

/** @throws EngineError "missing-file" or "invalid-file" with what is wrong */
export function readVectorFile(path: string): VectorFile {
  const file = SafetensorsFile.open(path);
  try {
    const { metadata } = file;
    const method = metadata.method as DirectionMethod;
    if (metadata.format !== FORMAT || !DIRECTION_METHODS.includes(method)) {
      throw refused(
        path,
        say`it is no direction of this program (format "${metadata.format ?? say`none`}", method "${metadata.method ?? say`none`}")`,
      );
    }
    const layers = [...file.tensors.keys()].map((name) => layerOf(name, path)).sort((a, b) => a - b);
    if (layers.length === 0) throw refused(path, say`it holds no direction`);
    const vectors = layers.map((layer) => Float64Array.from(file.readRows(`direction.${layer}`, 0, 1)));
    if (vectors.some(({ length }) => length !== vectors[0].length))
      throw refused(path, say`its directions are of different width`);
    const list = (key: string) => numbersIn(metadata[key], layers.length, key, path);
    const [plus, minus] = [list("plus"), list("minus")];
    return {
      directions: {
        method,
        layers,
        vectors,
        at: metadata.at,
        sides: plus && minus && { plus, minus },
        about: unprefixed("about", metadata),
      },
      layer: metadata.layer === undefined ? undefined : wholeIn(metadata.layer, path),
      streamNorms: list("streamNorms") ?? [],
      figures: unprefixed("figure", metadata),
      model: metadata.model,
    };
  } finally {
    file.close();
  }
}

const prefixed = (prefix: string, entries: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${prefix}.${key}`, value]));

const unprefixed = (prefix: string, metadata: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(metadata)
      .filter(([key]) => key.startsWith(`${prefix}.`))
      .map(([key, value]) => [key.slice(prefix.length + 1), value]),
  );

function layerOf(tensor: string, path: string): number {
  const layer = /^direction\.(-1|\d{1,5})$/.exec(tensor)?.[1];
  if (layer === undefined)
    throw refused(path, say`tensor "${tensor}" is no direction of a layer, which are named direction.0, direction.1 …`);
  return Number(layer);
}

function wholeIn(text: string, path: string): number {
  if (/^(-1|\d{1,5})$/.test(text)) return Number(text);
  throw refused(path, say`its header names the layer "${text}"`);
}

function numbersIn(text: string | undefined, count: number, key: string, path: string): number[] | undefined {
  if (text === undefined) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = undefined;
  }
  if (Array.isArray(read) && read.length === count && read.every((x) => typeof x === "number")) return read as number[];
  throw refused(path, say`"${key}" in its header is no list of ${count} numbers`);
}

function refused(path: string, why: Sentence): EngineError {
  return new EngineError("invalid-file", say`${path}: ${why}. Make it again with "secateur vector make".`, {
    place: { file: path },
  });
}
