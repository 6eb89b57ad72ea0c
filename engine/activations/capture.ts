// Plain full forward pass over packed runs: every position of every layer, sites read or replaced on the way.
import { assertInternal } from "../base/errors.ts";
import type { AttentionSite, Site, WriteSite } from "../transformer/sites.ts";
import type { Executor, Patch, PrefixRows } from "./executor.ts";
import type { Packing, Reals } from "./packing.ts";

const attentionSites: readonly Site[] = ["q", "k", "v", "pattern"];
const writeSites: readonly Site[] = ["attnOut", "residMid", "hidden", "mlpOut"];

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
  const keep = (site: Site, layer: number, value: Reals) => {
    if (request.sites.includes(site) && (request.layers?.includes(layer) ?? true)) (at[site] ??= [])[layer] = value;
  };
  const patchAt = (site: Site, layer: number) =>
    request.patchSites?.includes(site) ? request.patch?.(site, layer) : undefined;
  const replaced = (site: Site, layer: number, value: Reals): Reals => {
    const patch = patchAt(site, layer);
    return patch ? overwritten(value, patch) : value;
  };
  const patchesOf = <S extends Site>(among: readonly Site[], layer: number, shape: (site: Site) => readonly number[]) =>
    Object.fromEntries(
      among.flatMap((site) => {
        const patch = patchAt(site, layer);
        return patch ? [[site, { ...patch, shape: shape(site) }]] : [];
      }),
    ) as Partial<Record<S, Patch & { readonly shape: readonly number[] }>>;

  const group = config.nHeads / config.nKeyValueHeads;
  const maxKeys = Math.max(...packing.runs.map((run) => run.length));
  const maxQueries = Math.max(...packing.runs.map((run) => run.length - run.first));
  const attentionShape = (site: Site): readonly number[] =>
    site === "pattern"
      ? [packing.runs.length, config.nKeyValueHeads, group * maxQueries, maxKeys]
      : [packing.rows, site === "q" ? config.nHeads : config.nKeyValueHeads, config.dHead];

  let stream = residual;
  for (let layer = request.from ?? 0; layer < config.nLayers; layer++) {
    stream = replaced("residPre", layer, stream);
    keep("residPre", layer, stream);
    const attention = await executor.attention(layer, packing, stream, {
      queries: "all",
      prefix: request.prefix?.[layer],
      wanted: ["z", ...(request.sites.filter((site) => attentionSites.includes(site)) as AttentionSite[])],
      patches: patchesOf<AttentionSite>(attentionSites, layer, attentionShape),
    });
    for (const site of attentionSites)
      if (request.sites.includes(site)) keep(site, layer, attention[site as AttentionSite]);
    const z = replaced("z", layer, attention.z);
    keep("z", layer, z);
    const written = await executor.write(layer, stream, z, {
      wanted: ["residPost", ...(request.sites.filter((site) => writeSites.includes(site)) as WriteSite[])],
      patches: patchesOf<WriteSite>(writeSites, layer, () => []),
    });
    for (const site of writeSites) if (request.sites.includes(site)) keep(site, layer, written[site as WriteSite]);
    stream = replaced("residPost", layer, written.residPost);
    keep("residPost", layer, stream);
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
