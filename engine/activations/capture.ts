// Plain full forward pass over packed runs: every position of every layer, sites read or replaced on the way.
//
// The fast path of plans that only set, from arrays that stand in the rows' own layout already.
import { assertInternal } from "../base/errors.ts";
import type { Site } from "../transformer/sites.ts";
import { runBlock } from "./block.ts";
import type { Executor, Patch, PrefixRows } from "./executor.ts";
import type { Packing, Reals } from "./packing.ts";

export interface CaptureRequest {
  /** Sites to read, at these layers (default: all). */
  readonly sites: readonly Site[];
  readonly layers?: readonly number[];
  /** Shared prefix of each layer. */
  readonly prefix?: readonly PrefixRows[];
  /** Replaces entries of a site at a layer; shape and order as the site is captured. */
  readonly patch?: (site: Site, layer: number) => Patch | undefined;
  /** First layer that is run (default 0). */
  readonly from?: number;
  /** The sites that `patch` may touch. */
  readonly patchSites?: readonly Site[];
  /** Called when a layer is done, so that a long pass can be stopped. */
  readonly afterLayer?: (layer: number) => void;
}

export interface Captured {
  /** Residual stream after the last layer, "row dModel". */
  readonly residual: Reals;
  /** By site, then layer. `k` is rotated where the model rotates; `pattern` is "run head query key". */
  readonly at: Partial<Record<Site, Reals[]>>;
}

/** @param residual input of the first layer that is run (layer 0: the embeddings), "row dModel" */
export async function capture(
  executor: Executor,
  packing: Packing,
  residual: Reals,
  request: CaptureRequest,
): Promise<Captured> {
  const { config } = executor.model;
  const at: Partial<Record<Site, Reals[]>> = {};
  const patchAt = (site: Site, layer: number) =>
    request.patchSites?.includes(site) ? request.patch?.(site, layer) : undefined;
  let stream = residual;
  for (let layer = request.from ?? 0; layer < config.nLayers; layer++) {
    const patches = new Map(
      (request.patchSites ?? []).flatMap((site) => {
        const patch = patchAt(site, layer);
        return patch ? [[site, patch] as const] : [];
      }),
    );
    // Nothing before them changes inside the write part, so that they can be replaced without opening it.
    const hidden = patches.has("attnOut") || patches.has("residMid") ? undefined : patches.get("hidden");
    if (hidden) patches.delete("hidden");
    const wanted = request.layers?.includes(layer) === false ? [] : request.sites;
    stream = await runBlock(executor, layer, packing, stream, {
      prefix: request.prefix?.[layer],
      wanted,
      keep: (site, value) => void ((at[site] ??= [])[layer] = value),
      hidden,
      changed: [...patches.keys()],
      change: (site, value) => overwritten(value, patches.get(site)!),
    });
    request.afterLayer?.(layer);
  }
  return { residual: stream, at };
}

function overwritten(value: Reals, patch: Patch): Reals {
  assertInternal(patch.where.length === value.length && patch.value.length === value.length, "patch of another size");
  const copy = value.slice();
  for (let i = 0; i < copy.length; i++) if (patch.where[i]) copy[i] = patch.value[i];
  return copy;
}
