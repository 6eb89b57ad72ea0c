// Attribution patching of features and errors of dictionaries laid on a model: a first-order estimate of what ablating each does.
import { AblatedValues } from "../activations/ablated-values.ts";
import type { Executor } from "../activations/executor.ts";
import { backward } from "../activations/gradients.ts";
import type { Reals } from "../activations/packing.ts";
import { type CapturedUnits, captureUnits, type Spliced } from "../activations/spliced.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { least } from "../base/greatest.ts";
import { errorUnit, featureUnit, formatUnit } from "../circuit/unit.ts";
import type { Example } from "../task/example.ts";
import type { AttributionRequest } from "./attribution-patching.ts";
import { endCotangent } from "./end-cotangent.ts";
import { difference, type Group, prepareGroups } from "./gradient-runs.ts";

/**
 * estimate(f_j) = mean over examples of Σ over pos (f̃_j − f_j) d_j · ∂metric/∂x, and of the error Σ (ẽ − e) · ∂metric/∂x, at the site
 * x of the dictionary in the clean run; metric units, by unit id.
 *
 * @throws EngineError "cancelled"
 * @see Marks et al. 2024, arXiv:2403.19647
 */
export async function featureAttribution(
  executor: Executor,
  examples: readonly Example[],
  spliced: readonly Spliced[],
  { metric, ablation, signal }: Pick<AttributionRequest, "metric" | "ablation" | "signal">,
): Promise<ReadonlyMap<string, number>> {
  const groups = prepareGroups(executor, examples);
  const kinds = ["feature", "error"] as const;
  const values = await AblatedValues.over(
    executor,
    groups.map((group) => group.examples),
    ablation,
    kinds,
    spliced,
  );
  const sums = new Map(spliced.map(({ layer, dictionary }) => [layer, new Float64Array(dictionary.features + 1)]));
  for (const group of groups) {
    const { packing } = group;
    const clean = await captureUnits(executor, packing, group.clean, [...kinds, "residPre"], spliced);
    const change = await ablationChanges(executor, group, values, spliced, clean);
    const cotangent = await endCotangent(executor, metric, group.examples, packing, clean.residual);
    await backward(executor, [{ packing, residPre: clean.at.residPre!, cotangent }], {
      from: least(spliced.map(({ layer }) => layer)),
      visit: async (layer, _run, { residPost }) => {
        if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
        const own = spliced.find((one) => one.layer === layer);
        // What a layer's MLP writes has the slope of the stream behind it.
        if (own) await addScores(sums.get(layer)!, own, change.get(layer)!, residPost);
      },
    });
  }
  return new Map(
    spliced.flatMap(({ layer, dictionary: { features } }) =>
      Array.from(sums.get(layer)!, (sum, j): [string, number] => {
        const unit = j < features ? featureUnit(layer, j) : errorUnit(layer);
        return [formatUnit(unit), sum / examples.length];
      }),
    ),
  );
}

interface Change {
  /** "row feature" */
  readonly feature: Reals;
  /** "row dModel" */
  readonly error: Reals;
}

/** Ablated − clean, by layer of a dictionary. */
async function ablationChanges(
  executor: Executor,
  group: Group,
  values: AblatedValues,
  spliced: readonly Spliced[],
  clean: CapturedUnits,
): Promise<Map<number, Change>> {
  const kinds = ["feature", "error"] as const;
  let corrupt: Promise<CapturedUnits> | undefined;
  const changes = new Map<number, Change>();
  for (const { layer } of spliced) {
    const at = async (kind: (typeof kinds)[number]) => {
      const ablated = await values.at(kind, layer, group, async () => {
        corrupt ??= captureUnits(executor, group.packing, group.corrupt, kinds, spliced);
        return (await corrupt).at[kind]![layer];
      });
      return difference(ablated, clean.at[kind]![layer]);
    };
    changes.set(layer, { feature: await at("feature"), error: await at("error") });
  }
  return changes;
}

/** Adds each feature's score, and behind the last one the error's. */
async function addScores(sums: Float64Array, { dictionary }: Spliced, change: Change, slope: Reals): Promise<void> {
  const { features } = dictionary;
  const atFeatures = await dictionary.decodeGradient(slope);
  for (let i = 0, j = 0; i < atFeatures.length; i++, j = j + 1 === features ? 0 : j + 1) {
    sums[j] += change.feature[i] * atFeatures[i];
  }
  for (let i = 0; i < slope.length; i++) sums[features] += change.error[i] * slope[i];
}
