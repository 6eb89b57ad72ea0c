// A dictionary's feature as a direction of the stream, at the layer that its dictionary reads.
import { basename } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import type { SitePlace } from "../dictionary/states.ts";
import type { Directions } from "../vector/direction.ts";
import { meanStates } from "../vector/random-twins.ts";
import { neutralParts } from "../vector/neutral-texts.ts";
import { featureVector } from "../vector/ways/of-weights.ts";
import { placeOf, requireReconstructs } from "./dictionary-work.ts";

/** Neutral texts over whose ends a state is averaged: where a dictionary normalises states, a row of its decoder is scaled as there. */
const texts = 8;

/**
 * @param path of the dictionary
 * @throws EngineError as `loadDictionary` and `placeOf`; "usage" for a feature that there is not; "unsupported" where its site is not the stream
 */
export async function featureDirections(path: string, feature: number, executor: Executor): Promise<Directions> {
  const loaded = loadDictionary(path);
  requireReconstructs(loaded);
  const layer = layerBehind(placeOf(executor, loaded, {}), path);
  const { validation } = await neutralParts(executor.model, undefined, texts);
  const [state] = await meanStates(executor, validation, [layer]);
  const dictionary = new SparseDictionary(loaded.weights);
  try {
    return {
      method: "feature",
      layers: [layer],
      vectors: [await featureVector(dictionary, feature, state)],
      about: { feature: String(feature), dictionary: basename(path) },
    };
  } finally {
    await dictionary.dispose();
  }
}

/** The layer behind which the site's stream stands. */
function layerBehind({ site, layer }: SitePlace, path: string): number {
  // What an MLP writes is the last thing that is added in its layer.
  if (site === "residPost" || site === "mlpOut") return layer;
  if (site === "residPre") return layer - 1;
  throw new EngineError(
    "unsupported",
    say`${path}: its features stand at ${site}, and a direction acts on the stream behind a layer. Use "secateur sae steer".`,
    { place: { file: path } },
  );
}
