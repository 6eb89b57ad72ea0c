// The places inside a block where an activation can be read or replaced, each with its axes.
import { SITES } from "../choices/lists.ts";

/** Sites computed by the attention part; `z` is its output and is replaced between the parts. */
export type AttentionSite = "q" | "k" | "v" | "pattern";
/** Sites computed by the write part. */
export type WriteSite = "attnOut" | "residMid" | "hidden" | "mlpOut";
/** Sites that lie between the parts. */
export type StreamSite = "residPre" | "z" | "residPost";
export type Site = AttentionSite | WriteSite | StreamSite;

/** Axes of one row (one token of one prompt) at each site; `pattern` is per run: "head query key". */
export const siteAxes: Readonly<Record<Site, string>> = {
  residPre: "row dModel",
  q: "row head dHead",
  k: "row keyValueHead dHead",
  v: "row keyValueHead dHead",
  pattern: "run head query key",
  z: "row head dHead",
  attnOut: "row dModel",
  residMid: "row dModel",
  hidden: "row dMlp",
  mlpOut: "row dModel",
  residPost: "row dModel",
};

/** In the order of the computation. */
export const sites: readonly Site[] = SITES;
