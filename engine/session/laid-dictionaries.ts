// Dictionaries laid on a model for a search or an evaluation: opened, put at their layers, recorded.
import { basename, resolve } from "node:path";
import type { Executor } from "../activations/executor.ts";
import type { Spliced } from "../activations/spliced.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { SPLICED_SITES, type SplicedSite, type UnitKind } from "../choices/lists.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import type { LoadedDictionary } from "../dictionary/weights.ts";
import type { SitePlace } from "../dictionary/states.ts";
import { placeOf, requireReconstructs } from "./dictionary-work.ts";

type DictionaryRecord = NonNullable<Circuit["model"]["dictionaries"]>[number];

export interface LaidDictionaries {
  readonly spliced: readonly Spliced[];
  readonly records: readonly DictionaryRecord[];
  dispose(): Promise<void>;
}

/**
 * @param folders of dictionaries that say where they belong
 * @throws EngineError as `loadDictionary`; "usage" for two on one layer or a place that nothing says; "shape" for another width;
 *   "unsupported" for a transcoder, for normalised states, and at sites whose changes the stream does not take up as they are
 */
export function layDictionaries(executor: Executor, folders: readonly string[]): LaidDictionaries {
  const laid = folders.map((folder) => {
    const loaded = loadDictionary(folder);
    requireReconstructs(loaded);
    requirePlain(loaded);
    const { site, layer } = streamPlace(placeOf(executor, loaded, {}), loaded);
    const dictionary = new SparseDictionary(loaded.weights);
    const { file, sha256 } = loaded;
    const record = {
      layer,
      site,
      features: dictionary.features,
      source: basename(folder),
      path: resolve(file),
      sha256,
    };
    return { spliced: { layer, site, dictionary }, record };
  });
  requireOneALayer(laid.map(({ record }) => record));
  return {
    spliced: laid.map(({ spliced }) => spliced),
    records: laid.map(({ record }) => record),
    dispose: async () => {
      for (const { spliced } of laid) await spliced.dictionary.dispose();
    },
  };
}

/** @throws EngineError "usage" where dictionaries and the units that are of them do not come together */
export function requireLaid({
  units,
  dictionary,
}: {
  readonly units: readonly UnitKind[];
  readonly dictionary?: readonly string[] | undefined;
}): void {
  const ofDictionaries = units.some((kind) => kind === "feature" || kind === "error");
  if (ofDictionaries && !dictionary) {
    throw new EngineError("usage", say`Features and errors are of dictionaries; name their folders with --dictionary.`);
  }
  if (dictionary && !ofDictionaries) {
    throw new EngineError(
      "usage",
      say`A dictionary is laid on the model for its features; add --units features,errors.`,
    );
  }
}

/** A state before a layer is the one behind the layer before it. */
function streamPlace({ site, layer }: SitePlace, { file }: LoadedDictionary): { site: SplicedSite; layer: number } {
  if (site === "residPre" && layer > 0) return { site: "residPost", layer: layer - 1 };
  const own = SPLICED_SITES.find((one) => one === site);
  if (own) return { site: own, layer };
  const where = site === "residPre" ? say`the embedding` : site;
  throw new EngineError(
    "unsupported",
    say`${file}: belongs at ${where} of layer ${layer}; features are units of a circuit behind a layer, between two layers or at an MLP's output (residPost, residPre from layer 1 on, mlpOut). Take a dictionary of such a place.`,
    { place: { file } },
  );
}

function requirePlain({ file, weights: { normalisation } }: LoadedDictionary): void {
  if (normalisation === "none") return;
  throw new EngineError(
    "unsupported",
    say`${file}: normalises states (${normalisation}), so that its features add up to no part of one; take a dictionary that does not.`,
    { place: { file } },
  );
}

function requireOneALayer(records: readonly DictionaryRecord[]): void {
  const second = records.find(({ layer }, i) => records.findIndex((other) => other.layer === layer) < i);
  if (!second) return;
  const first = records.find(({ layer }) => layer === second.layer)!;
  throw new EngineError(
    "usage",
    say`${first.path} and ${second.path} both belong at layer ${second.layer}; lay one of them on it.`,
    { layer: second.layer },
  );
}
