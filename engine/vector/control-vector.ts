// Control vectors in GGUF, as llama.cpp and repeng read and write them: tensor direction.N is added to the output of block N, from 0.
//
// Layer 0 cannot be said: llama.cpp's loader takes direction.1 to direction.(L − 1). llama.cpp's own generator is off by one: it measures the
// output of block N and writes it as direction.(N + 1); its files are read as they are applied, not as they were measured, and a note says so.
import { EngineError } from "../base/errors.ts";
import { type Note, say, sayList, type Sentence } from "../base/sentence.ts";
import { GgufFile } from "../formats/gguf.ts";
import { type GgufEntry, ggufBytes } from "../formats/write-gguf.ts";
import type { Model } from "../model/model.ts";
import type { Directions } from "./direction.ts";

const ARCHITECTURE = "controlvector";

/**
 * @returns the bytes, and what the format cannot say
 * @throws EngineError "usage" where no layer is left that it can say
 */
export function controlVectorBytes(
  model: Pick<Model, "config">,
  { layers, vectors, method }: Directions,
): { readonly bytes: Uint8Array; readonly notes: readonly Note[] } {
  const said = layers.flatMap((layer, i) => (layer >= 1 ? [{ layer, vector: vectors[i] }] : []));
  if (said.length === 0) {
    throw new EngineError(
      "usage",
      say`A control vector acts behind layers from 1 on, and the direction is known at none of them. Write a .safetensors file.`,
    );
  }
  const left = layers.filter((layer) => layer < 1);
  const entries: GgufEntry[] = [
    { key: "general.architecture", type: "string", value: ARCHITECTURE },
    { key: `${ARCHITECTURE}.model_hint`, type: "string", value: model.config.architecture },
    { key: `${ARCHITECTURE}.layer_count`, type: "uint32", value: said.length },
    { key: `${ARCHITECTURE}.method`, type: "string", value: method },
  ];
  const tensors = said.map(({ layer, vector }) => ({
    name: `direction.${layer}`,
    shape: [vector.length],
    data: Float32Array.from(vector),
  }));
  return {
    bytes: ggufBytes(entries, tensors),
    notes:
      left.length > 0
        ? [
            say`A control vector cannot say layer ${sayList(left, " and ")}; the file has layers 1 to ${said.at(-1)!.layer}.`,
          ]
        : [],
  };
}

/** @throws EngineError "missing-file", "invalid-file", "unsupported" for a file that is not to be added */
export function readControlVector(path: string): {
  readonly directions: Directions;
  readonly notes: readonly Note[];
} {
  const file = GgufFile.open(path);
  try {
    const refused = (why: Sentence) =>
      new EngineError("invalid-file", say`${path}: ${why}.`, { place: { file: path } });
    const architecture = file.metadata.get("general.architecture");
    if (architecture !== ARCHITECTURE)
      throw refused(say`it is no control vector: its architecture is "${String(architecture ?? say`none`)}"`);
    const method = file.metadata.get(`${ARCHITECTURE}.method`);
    if (typeof method === "string" && /project|orthogonal|replace/i.test(method)) {
      throw new EngineError(
        "unsupported",
        say`${path}: its method is "${method}", and directions of this format are added; take the direction alone from the program that wrote it.`,
        { place: { file: path } },
      );
    }
    const layers = [...file.tensors.keys()]
      .map((name) => {
        const layer = /^direction\.(\d{1,5})$/.exec(name)?.[1];
        if (layer === undefined)
          throw refused(say`tensor "${name}" is none of a control vector, which are named direction.1, direction.2 …`);
        return Number(layer);
      })
      .sort((a, b) => a - b);
    if (layers.length === 0) throw refused(say`it holds no direction`);
    const zero = layers[0] === 0;
    const notes = [
      ...(zero ? [say`Its direction.0 is left out: llama.cpp refuses it, and no loader adds it.`] : []),
      ...(method === undefined
        ? [
            say`A file of llama.cpp's own generator holds at layer N what was measured behind layer N − 1; it is added behind layer N here, as llama.cpp adds it.`,
          ]
        : []),
    ];
    const kept = layers.filter((layer) => layer > 0);
    const vectors = kept.map((layer) => Float64Array.from(file.readRows(`direction.${layer}`, 0, 1)));
    if (vectors.some(({ length }) => length !== vectors[0].length))
      throw refused(say`its directions are of different width`);
    const hint = file.metadata.get(`${ARCHITECTURE}.model_hint`);
    return {
      directions: {
        method: "file",
        layers: kept,
        vectors,
        about: {
          format: "control vector (GGUF)",
          ...(typeof hint === "string" && { hint }),
          ...(typeof method === "string" && { made: method }),
        },
      },
      notes,
    };
  } finally {
    file.close();
  }
}
