// A direction as the bytes of a file, in the form that its ending names.
import { basename, extname } from "node:path";
import { EngineError } from "../base/errors.ts";
import { type Note, say, sayList } from "../base/sentence.ts";
import { VECTOR_ENDINGS, type VectorEnding } from "../choices/vector.ts";
import type { Model } from "../model/model.ts";
import { controlVectorBytes } from "./control-vector.ts";
import { neuronpediaVector } from "./neuronpedia-json.ts";
import { type VectorFile, vectorFileBytes } from "./vector-file.ts";

/** @throws EngineError "usage" for an ending that is no form of a direction */
export function endingOf(file: string): VectorEnding {
  const ending = VECTOR_ENDINGS.find((one) => one === extname(file).toLowerCase());
  if (ending) return ending;
  throw new EngineError(
    "usage",
    say`${file}: a direction is written as ${sayList(VECTOR_ENDINGS, ", ")}; give the file one of these endings.`,
  );
}

/**
 * @param file its ending says the form
 * @returns the bytes, and what the form cannot say
 * @throws EngineError "usage" where the form cannot say the direction at all
 */
export function vectorBytes(
  file: string,
  model: Pick<Model, "name" | "sha256" | "config">,
  vector: Omit<VectorFile, "model">,
): { readonly bytes: Uint8Array; readonly notes: readonly Note[] } {
  const { directions, layer } = vector;
  const ending = endingOf(file);
  switch (ending) {
    case ".gguf":
      return controlVectorBytes(model, directions);
    case ".json": {
      const named = layer ?? directions.layers.at(-1)!;
      const json = neuronpediaVector(model.name, directions, named, basename(file, extname(file)));
      return {
        bytes: new TextEncoder().encode(`${JSON.stringify(json)}\n`),
        notes:
          directions.layers.length > 1 ? [say`Neuronpedia's form holds one layer; the file has layer ${named}.`] : [],
      };
    }
    case ".safetensors":
      return { bytes: vectorFileBytes(model, vector), notes: [] };
    default:
      return ending satisfies never;
  }
}
