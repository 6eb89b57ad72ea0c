// Dictionaries laid on a model, so that their features and errors are units like heads: what they are in a run, and what the stream
// gets where some of them are ablated.
//
// x = Σ f_j d_j + b + e, with e the error, so that nothing changes where nothing is ablated, and with everything ablated the site is.
import type { SplicedSite } from "../choices/lists.ts";
import { type Captured, capture, type CaptureRequest } from "./capture.ts";
import type { AblatedSite } from "./ablation.ts";
import type { Dictionary } from "./dictionary.ts";
import type { Executor } from "./executor.ts";
import { type Packing, type Reals, zeros } from "./packing.ts";
import type { Site } from "../transformer/sites.ts";

/** A dictionary that reconstructs the states of one site, without normalising them. */
export interface Spliced {
  readonly layer: number;
  readonly site: SplicedSite;
  readonly dictionary: Dictionary;
}

/** Which of a layer's features and errors one circuit ablates. */
export interface AblatedFeatures {
  /** 1 = ablated; "feature" */
  readonly features: Uint8Array | undefined;
  readonly error: boolean;
}

/** What ablated features and errors give, "row feature" and "row dModel"; of kinds that a circuit prunes. */
export interface GivenFeatures {
  readonly features: Reals | undefined;
  readonly error: Reals | undefined;
}

export interface CapturedUnits {
  /** After the last layer, "row dModel". */
  readonly residual: Reals;
  readonly at: Partial<Record<AblatedSite, readonly Reals[]>>;
}

/**
 * A plain run in which features and errors are read like sites; in layers without a dictionary they have no entries.
 *
 * @param sites "feature" and "error" among them
 */
export async function captureUnits(
  executor: Executor,
  packing: Packing,
  residual: Reals,
  sites: readonly Exclude<AblatedSite, "input">[],
  spliced: readonly Spliced[],
  request: Pick<CaptureRequest, "prefix"> = {},
): Promise<CapturedUnits> {
  const plain = sites.filter((site): site is Site => site !== "feature" && site !== "error");
  const read = plain.length < sites.length ? spliced.map(({ site }) => site) : [];
  const run = await capture(executor, packing, residual, { ...request, sites: [...new Set([...plain, ...read])] });
  if (plain.length === sites.length) return run;
  return { residual: run.residual, at: { ...run.at, ...(await featuresOf(executor, run.at, spliced)) } };
}

async function featuresOf(
  executor: Executor,
  at: Captured["at"],
  spliced: readonly Spliced[],
): Promise<CapturedUnits["at"]> {
  const none = () => Array.from({ length: executor.model.config.nLayers }, () => zeros(executor.precision, 0));
  const [feature, error] = [none(), none()];
  for (const { layer, site, dictionary } of spliced) {
    const states = at[site]![layer];
    feature[layer] = own(executor, await dictionary.encode(states));
    const decoded = await dictionary.decode(feature[layer], states);
    error[layer] = states.map((x, i) => x - decoded[i]);
  }
  return { feature, error };
}

/**
 * What ablation adds to the states of a site: Σ over ablated j of (f̃_j − f_j) d_j, and ẽ − e where the error is ablated.
 *
 * @param states of all candidates, "candidate·row dModel"
 * @param given the same for every candidate, "row …"
 */
export async function ablatedDifference(
  { dictionary }: Spliced,
  states: Reals,
  given: GivenFeatures,
  candidates: readonly AblatedFeatures[],
): Promise<Float64Array> {
  const { width, features: count } = dictionary;
  const rows = states.length / width / candidates.length;
  const features = await dictionary.encode(states);
  const edited = Float64Array.from(features);
  candidates.forEach(({ features: flags }, c) => {
    if (!flags) return;
    for (let row = 0; row < rows; row++) {
      const start = (c * rows + row) * count;
      for (let j = 0; j < count; j++) if (flags[j] === 1) edited[start + j] = given.features![row * count + j];
    }
  });
  const known = await dictionary.decode(features, states);
  const decoded = await dictionary.decode(edited, states);
  const size = rows * width;
  return Float64Array.from(decoded, (value, i) => {
    const change = value - known[i];
    if (!candidates[Math.floor(i / size)].error) return change;
    return change + given.error![i % size] - (states[i] - known[i]);
  });
}

function own({ precision }: Executor, values: Reals): Reals {
  const copy = zeros(precision, values.length);
  copy.set(values);
  return copy;
}
