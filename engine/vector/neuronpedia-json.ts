// A direction as Neuronpedia takes one (POST /api/vector/new): one layer, its hook, and a strength to begin with.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { type Directions, vectorAt } from "./direction.ts";
import { EMBEDDING } from "./place.ts";

/** More numbers than these it does not take. */
const WIDEST = 24_576;

const schema = z.object({
  modelId: z.string().min(1),
  layerNumber: z.int().min(0),
  hookType: z.enum(["resid-pre", "resid-post"]),
  vector: z.array(z.number()).min(1).max(WIDEST),
  vectorDefaultSteerStrength: z.number().min(-100).max(100),
  vectorLabel: z.string(),
});
export type NeuronpediaVector = z.infer<typeof schema>;

/** resid-post of the layer; the embedding is resid-pre of layer 0. @throws EngineError "usage" where the direction is not known there */
export function neuronpediaVector(
  modelId: string,
  directions: Directions,
  layer: number,
  label: string,
): NeuronpediaVector {
  const vector = vectorAt(directions, layer);
  if (!vector)
    throw new EngineError("usage", say`The direction is not known at layer ${layer}; name another with --layer.`);
  if (vector.length > WIDEST)
    throw new EngineError(
      "usage",
      say`Neuronpedia takes vectors of at most ${WIDEST} numbers; this one has ${vector.length}.`,
    );
  const isEmbedding = layer === EMBEDDING;
  return {
    modelId,
    layerNumber: isEmbedding ? 0 : layer,
    hookType: isEmbedding ? "resid-pre" : "resid-post",
    vector: Array.from(vector),
    vectorDefaultSteerStrength: 1,
    vectorLabel: label,
  };
}

/** @throws EngineError "missing-file", "invalid-file" with the field */
export function readNeuronpediaVector(path: string): { readonly directions: Directions; readonly layer: number } {
  const parsed = schema.safeParse(readJsonFile(path, FILE_KINDS.result));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const sentence = say`${path}: is no vector of Neuronpedia: ${issue.path.join(".") || say`the file`}: ${issue.message}.`;
    throw new EngineError("invalid-file", sentence, { place: { file: path } });
  }
  const { layerNumber, hookType, vector, vectorLabel, modelId } = parsed.data;
  // The input of a layer is the output of the one before it.
  const layer = hookType === "resid-post" ? layerNumber : layerNumber - 1;
  return {
    directions: {
      method: "file",
      layers: [layer],
      vectors: [Float64Array.from(vector)],
      about: { format: "Neuronpedia", label: vectorLabel, model: modelId },
    },
    layer,
  };
}
