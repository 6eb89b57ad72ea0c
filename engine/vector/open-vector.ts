// A direction by its file, or a sum of several: "first_capital.safetensors + last.safetensors - first.safetensors".
import { EngineError } from "../base/errors.ts";
import { type Note, say, sayList } from "../base/sentence.ts";
import type { Model } from "../model/model.ts";
import { readControlVector } from "./control-vector.ts";
import type { Directions } from "./direction.ts";
import { readNeuronpediaVector } from "./neuronpedia-json.ts";
import { readVectorFile, type VectorHeader } from "./vector-file.ts";

export interface OpenedVector extends VectorHeader {
  readonly name: string;
  readonly directions: Directions;
  readonly notes: readonly Note[];
  /** Of a sum: what it is made of, each with its sign. */
  readonly summands: readonly { readonly sign: 1 | -1; readonly vector: OpenedVector }[];
}

/**
 * @param text a file, or files joined by " + " and " - " (the spaces part signs from names)
 * @throws EngineError "missing-file", "invalid-file"; "usage" for a sum that is none; "shape" where a width is not the model's
 */
export function openVector(text: string, model: Pick<Model, "name" | "config" | "sha256">): OpenedVector {
  const summands = summandsOf(text).map(({ sign, file }) => ({ sign, vector: openFile(file, model) }));
  return summands.length === 1 && summands[0].sign === 1 ? summands[0].vector : sumOf(text, summands);
}

/** @throws EngineError "usage" */
export function summandsOf(text: string): { readonly sign: 1 | -1; readonly file: string }[] {
  const words = text.trim().split(/\s+([+\u2212-])\s+/);
  const signOf = (word: string): 1 | -1 => (word === "+" ? 1 : -1);
  const first = /^([+\u2212-])\s+(.*)$/s.exec(words[0]);
  const found = [{ sign: first ? signOf(first[1]) : (1 as const), file: first ? first[2] : words[0] }];
  for (let i = 1; i < words.length; i += 2) found.push({ sign: signOf(words[i]), file: words[i + 1] });
  if (found.some(({ file }) => file.trim() === "")) {
    throw new EngineError(
      "usage",
      say`"${text}" is no sum of directions; write files with + or - between them, such as "a.safetensors + b.safetensors".`,
    );
  }
  return found;
}

function openFile(file: string, model: Pick<Model, "name" | "config" | "sha256">): OpenedVector {
  const opened = readAny(file, model);
  const { dModel, nLayers } = model.config;
  const { layers, vectors } = opened.directions;
  if (vectors[0].length !== dModel) {
    throw new EngineError(
      "shape",
      say`${file}: its directions are ${vectors[0].length} wide, and states of ${model.name} are ${dModel} wide. It is another model's.`,
    );
  }
  const beyond = layers.find((layer) => layer >= nLayers);
  if (beyond === undefined) return opened;
  throw new EngineError(
    "shape",
    say`${file}: holds a direction of layer ${beyond}, and ${model.name} has layers 0 to ${nLayers - 1}. It is another model's.`,
  );
}

function readAny(file: string, model: Pick<Model, "name" | "sha256">): OpenedVector {
  const bare = { name: file, streamNorms: [], figures: {}, summands: [] };
  if (/\.gguf$/i.test(file)) {
    const { directions, notes } = readControlVector(file);
    return { ...bare, directions, layer: undefined, notes: notes.map((note) => say`${file}: ${note}`) };
  }
  if (/\.json$/i.test(file)) return { ...bare, ...readNeuronpediaVector(file), notes: [] };
  if (/\.(pt|pth|pkl|bin|npy|npz)$/i.test(file)) {
    throw new EngineError(
      "invalid-file",
      say`${file}: is a pickle or an array of Python, which is not read because it can run code. Save the direction as safetensors: save_file({"direction.L": v}, path, {"format": "secateur.vector", "method": "file"}).`,
      { place: { file } },
    );
  }
  const { model: made, ...rest } = readVectorFile(file);
  const other = made !== undefined && made !== model.sha256;
  return {
    ...rest,
    name: file,
    summands: [],
    notes: other
      ? [say`${file} was made with other weights than ${model.name}'s; what it does here is not what its header says.`]
      : [],
  };
}

/** At the layers that all summands are known at. */
function sumOf(name: string, summands: OpenedVector["summands"]): OpenedVector {
  const all = summands.map(({ vector }) => vector.directions);
  const layers = all[0].layers.filter((layer) => all.every((of) => of.layers.includes(layer)));
  if (layers.length === 0) {
    const said = sayList(
      summands.map(({ vector }) => say`${vector.name} at ${sayList(vector.directions.layers, ", ")}`),
      "; ",
    );
    throw new EngineError("usage", say`The directions of a sum have no layer in common: ${said}.`);
  }
  const vectors = layers.map((layer) => {
    const sum = new Float64Array(all[0].vectors[0].length);
    summands.forEach(({ sign, vector: { directions } }) => {
      directions.vectors[directions.layers.indexOf(layer)].forEach((x, i) => (sum[i] += sign * x));
    });
    return sum;
  });
  const named = [...new Set(summands.map(({ vector }) => vector.layer))];
  const ats = [...new Set(all.map(({ at }) => at))];
  const replaces = all.every(({ method }) => method === "task");
  return {
    name,
    directions: {
      // A sum of task vectors takes a state's place as each of them does.
      method: replaces ? "task" : "sum",
      layers,
      vectors,
      at: ats.length === 1 ? ats[0] : undefined,
      about: { sum: name },
    },
    layer: named.length === 1 && named[0] !== undefined && layers.includes(named[0]) ? named[0] : undefined,
    streamNorms: [],
    figures: {},
    notes: summands.flatMap(({ vector }) => vector.notes),
    summands,
  };
}
