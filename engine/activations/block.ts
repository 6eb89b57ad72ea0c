// One layer over packed rows, with any of its sites read or changed on the way.
//
// A layer is two programs, attention and write. Where something inside one of them is changed, that part runs in its steps
// instead: the same products, and what stands between them passes through the hands of the caller.
import type { AttentionSite, Site, WriteSite } from "../transformer/sites.ts";
import type { Executor, Patch, PrefixRows } from "./executor.ts";
import type { Packing, Reals } from "./packing.ts";

const attentionSites: readonly Site[] = ["q", "k", "v", "pattern"] satisfies readonly AttentionSite[];
const writeSites: readonly Site[] = ["attnOut", "residMid", "hidden", "mlpOut"] satisfies readonly WriteSite[];
/** A change here is seen by a later step of the write part; one at mlpOut by the sum alone. */
const insideWrite: readonly Site[] = ["attnOut", "residMid", "hidden"];

export interface BlockRequest {
  readonly prefix?: PrefixRows;
  /** Sites that `keep` gets, as they go on. */
  readonly wanted: readonly Site[];
  readonly keep?: (site: Site, value: Reals) => void;
  /** Sites that go through `change`, in the order of the computation; it does not write to what it gets. */
  readonly changed?: readonly Site[];
  readonly change?: (site: Site, value: Reals) => Reals | Promise<Reals>;
  /** Replaces hidden neurons within the write program; where a site before them is changed, `change` must do it. */
  readonly hidden?: Patch;
}

/**
 * @param residual the layer's input, "row dModel"
 * @returns the residual stream behind the layer, "row dModel"
 */
export async function runBlock(
  executor: Executor,
  layer: number,
  packing: Packing,
  residual: Reals,
  request: BlockRequest,
): Promise<Reals> {
  const pass = passing(request);
  const residPre = await pass("residPre", residual);
  const z = await pass("z", await attended(executor, layer, packing, residPre, request, pass));
  return pass("residPost", await written(executor, layer, residPre, z, request, pass));
}

type Pass = (site: Site, value: Reals) => Promise<Reals>;

function passing({ wanted, keep, changed = [], change }: BlockRequest): Pass {
  return async (site, value) => {
    const passed = changed.includes(site) ? await change!(site, value) : value;
    if (wanted.includes(site)) keep?.(site, passed);
    return passed;
  };
}

/** z "row head·dHead", not passed on yet. */
async function attended(
  executor: Executor,
  layer: number,
  packing: Packing,
  residual: Reals,
  { prefix, wanted, changed = [] }: BlockRequest,
  pass: Pass,
): Promise<Reals> {
  if (!changed.some((site) => attentionSites.includes(site))) {
    const read = attentionSites.filter((site) => wanted.includes(site)) as AttentionSite[];
    const outputs = await executor.attention(layer, packing, residual, {
      queries: "all",
      prefix,
      wanted: ["z", ...read],
    });
    for (const site of read) await pass(site, outputs[site]);
    return outputs.z;
  }
  const live = await executor.projections(layer, packing, residual);
  const q = await pass("q", live.q);
  const k = await pass("k", live.k);
  const v = await pass("v", live.v);
  const pattern = await pass("pattern", await executor.pattern(layer, packing, q, k, prefix));
  return executor.mixedValues(packing, pattern, v, prefix);
}

/** residPost "row dModel", not passed on yet. */
async function written(
  executor: Executor,
  layer: number,
  residual: Reals,
  z: Reals,
  { wanted, changed = [], hidden: patch }: BlockRequest,
  pass: Pass,
): Promise<Reals> {
  if (changed.some((site) => insideWrite.includes(site))) {
    const attnOut = await pass("attnOut", await executor.attnOut(layer, z));
    const residMid = await pass("residMid", sum(residual, attnOut));
    const read = executor.model.config.parallelBlocks ? residual : residMid;
    const hidden = await pass("hidden", await executor.hidden(layer, read));
    return sum(residMid, await pass("mlpOut", await executor.mlpOut(layer, hidden)));
  }
  const read = writeSites.filter((site) => wanted.includes(site)) as WriteSite[];
  if (!changed.includes("mlpOut")) {
    const outputs = await executor.write(layer, residual, z, { wanted: ["residPost", ...read], hidden: patch });
    for (const site of read) await pass(site, outputs[site]);
    return outputs.residPost;
  }
  const both = ["residMid", "mlpOut"] as const;
  const others = read.filter((site) => site === "attnOut" || site === "hidden");
  const outputs = await executor.write(layer, residual, z, { wanted: [...both, ...others], hidden: patch });
  for (const site of others) await pass(site, outputs[site]);
  return sum(await pass("residMid", outputs.residMid), await pass("mlpOut", outputs.mlpOut));
}

function sum(a: Reals, b: Reals): Reals {
  const total = a.slice();
  for (let i = 0; i < total.length; i++) total[i] += b[i];
  return total;
}
