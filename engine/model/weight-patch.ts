// A patch of a model's weights: some tensors or rows of them with other values, as data and as a safetensors file.
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import type { Model, ModelConfig } from "./model.ts";
import { fieldShape, type LayerField } from "./weight-names.ts";

const FORMAT = "secateur.overlay";

/**
 * Name of a weight in this program's own form, whatever the checkpoint calls it: "embed", "positions", "finalNorm.gain",
 * "finalNorm.bias", "unembed", "unembed.bias", or a field of a layer such as "layers.5.W_out".
 */
export type WeightName = string;

/** Other values for one weight. Matrices are "in out", so that row i of W_out is what hidden neuron i writes. */
export interface WeightRows {
  readonly weight: WeightName;
  /** Rows that are replaced, rising; undefined: all of them. A vector is one row. */
  readonly rows: readonly number[] | undefined;
  /** "row column" of these rows. */
  readonly data: Float32Array;
}

export interface WeightPatch {
  readonly weights: readonly WeightRows[];
  /** How it was made, for people: text by name. */
  readonly about: Readonly<Record<string, string>>;
}

const FIELDS = [
  ...["norm1.gain", "norm1.bias", "norm2.gain", "norm2.bias", "normQ", "normK"],
  ...["Q", "K", "V", "O", "gate", "in", "out"].flatMap((name) => [`W_${name}`, `b_${name}`]),
] as readonly LayerField[];

/** The layer and the field of a layer's weight; undefined for the others. */
export function layerField(weight: WeightName): { readonly layer: number; readonly field: LayerField } | undefined {
  const [, layer, field] = /^layers\.(\d{1,6})\.(.+)$/.exec(weight) ?? [];
  const known = FIELDS.find((name) => name === field);
  return known && { layer: Number(layer), field: known };
}

/** Rows and columns of a weight in this program's form; undefined for what no model of these sizes has. */
export function weightShape(weight: WeightName, config: ModelConfig): readonly [number, number] | undefined {
  const { dModel, dVocab, nContext, nLayers } = config;
  switch (weight) {
    case "embed":
    case "unembed":
      return [dVocab, dModel];
    case "positions":
      return config.positions.kind === "learned" ? [nContext, dModel] : undefined;
    case "finalNorm.gain":
    case "finalNorm.bias":
      return [1, dModel];
    case "unembed.bias":
      return [1, dVocab];
    default: {
      const place = layerField(weight);
      if (!place || place.layer >= nLayers) return undefined;
      const [nOut, nIn] = fieldShape(place.field, config);
      return nIn === undefined ? [1, nOut] : [nIn, nOut];
    }
  }
}

/** @throws EngineError "invalid-file" for a weight that the model has not, rows that it has not, or another number of values */
export function checkPatch(patch: WeightPatch, model: Model, from = "the patch"): void {
  const seen = new Set<string>();
  for (const { weight, rows, data } of patch.weights) {
    const shape = weightShape(weight, model.config);
    if (!shape || !isRead(weight, model)) {
      throw refused(
        from,
        say`it changes "${weight}", which ${model.name} has not. Weights are named as in "layers.0.W_out" or "embed"`,
      );
    }
    if (seen.has(weight)) throw refused(from, say`it changes "${weight}" twice`);
    seen.add(weight);
    const [nRows, nColumns] = shape;
    rows?.forEach((row, i) => {
      if (Number.isInteger(row) && row >= 0 && row < nRows && (i === 0 || row > rows[i - 1])) return;
      throw refused(
        from,
        say`row ${row} of "${weight}" is none, or not above the one before it; ${model.name} has ${nRows}, from 0`,
      );
    });
    const wanted = (rows?.length ?? nRows) * nColumns;
    if (data.length === 0 || data.length !== wanted) {
      throw refused(from, say`"${weight}" has ${data.length} values and ${model.name} takes ${wanted} there`);
    }
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw refused(from, say`"${weight}" holds ${data[at]} at index ${at}, which is no number to compute with`);
  }
}

/** Whether the model computes with it: a bias may come new, a norm or a gate may not. */
function isRead(weight: WeightName, model: Model): boolean {
  if (weight === "finalNorm.bias") return model.config.norm.kind === "layer";
  const place = layerField(weight);
  if (!place || place.field.startsWith("b_")) return true;
  switch (place.field) {
    case "norm1.bias":
    case "norm2.bias":
      return model.config.norm.kind === "layer";
    case "W_gate":
      return model.config.mlp.kind === "gated";
    case "normQ":
    case "normK":
      return model.layer(place.layer)[place.field] !== undefined;
    default:
      return true;
  }
}

/** The same patch gives the same hash, whatever is said about it. */
export function hashOfPatch({ weights }: WeightPatch): string {
  return sha256(Buffer.from(safetensorsBytes(tensorsOf(weights), { rows: rowsText(weights) })));
}

/** Tensors under the names of the weights, the rows that are changed and the hash of the model's weights in the header. */
export function writePatchFile(path: string, model: Model, patch: WeightPatch): void {
  checkPatch(patch, model, path);
  const header = { ...patch.about, format: FORMAT, model: model.sha256, rows: rowsText(patch.weights) };
  writeFileAtomic(path, safetensorsBytes(tensorsOf(patch.weights, model.config), header));
}

/** @throws EngineError "missing-file", "invalid-file" with what does not fit and what to do */
export function readPatchFile(path: string, model: Model): WeightPatch {
  const file = SafetensorsFile.open(path);
  try {
    const { format, model: of, rows, ...about } = file.metadata;
    if (format !== FORMAT) {
      throw refused(path, say`it is no patch of weights of this program (format "${format ?? say`none`}")`);
    }
    if (of !== model.sha256) {
      throw refused(
        path,
        say`it was made for other weights than ${model.name}'s (${String(of).slice(0, 12)}, not ${model.sha256.slice(0, 12)}); make it again on this model`,
      );
    }
    if (file.tensors.size === 0) throw refused(path, say`it changes nothing: there is no tensor in it`);
    const changed = parseRows(path, rows);
    const stray = Object.keys(changed).find((name) => !file.tensors.has(name));
    if (stray !== undefined) throw refused(path, say`it lists rows of "${stray}", of which it has no values`);
    const weights = [...file.tensors.values()].map(({ name, shape }): WeightRows => {
      const count = shape.slice(0, -1).reduce((product, n) => product * n, 1);
      return { weight: name, rows: changed[name], data: file.readRows(name, 0, count) };
    });
    const patch = { weights, about };
    checkPatch(patch, model, path);
    return patch;
  } finally {
    file.close();
  }
}

function tensorsOf(weights: readonly WeightRows[], config?: ModelConfig) {
  return weights.map(({ weight, rows, data }) => {
    const columns = config ? weightShape(weight, config)![1] : data.length / (rows?.length ?? 1);
    return { name: weight, shape: [data.length / columns, columns], data };
  });
}

function rowsText(weights: readonly WeightRows[]): string {
  return JSON.stringify(Object.fromEntries(weights.flatMap(({ weight, rows }) => (rows ? [[weight, rows]] : []))));
}

function parseRows(path: string, text: string | undefined): Record<string, readonly number[]> {
  try {
    const rows = JSON.parse(text ?? "{}") as unknown;
    const isTable = typeof rows === "object" && rows !== null && !Array.isArray(rows);
    const lists = isTable ? Object.values(rows) : [undefined];
    if (lists.every((list) => Array.isArray(list) && list.every(Number.isInteger))) {
      return rows as Record<string, readonly number[]>;
    }
  } catch {
    // Said below.
  }
  throw refused(path, say`its header does not say which rows it changes; make the patch again`);
}

function refused(path: string, why: Sentence): EngineError {
  return new EngineError("invalid-file", say`${path}: ${why}.`, { place: { file: path } });
}
