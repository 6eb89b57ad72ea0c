// Where a lens reads the residual stream: before, inside and behind every layer, in the order of the computation.

import { LENS_SITES, type LensSite } from "../choices/lists.ts";

export interface Point {
  readonly site: LensSite;
  readonly layer: number;
}

/**
 * Every layer's points at the sites that are asked for. The last point is always the stream behind the last layer: there a
 * lens is the model itself.
 */
export function lensPoints(nLayers: number, sites: readonly LensSite[]): Point[] {
  const points = Array.from({ length: nLayers }, (_, layer) =>
    LENS_SITES.filter((site) => sites.includes(site)).map((site): Point => ({ site, layer })),
  ).flat();
  const last: Point = { site: "residPost", layer: nLayers - 1 };
  return sites.includes("residPost") ? points : [...points, last];
}

/** Such as "residPre 3". */
export function formatPoint({ site, layer }: Point): string {
  return `${site} ${layer}`;
}

/** Layers whose computation lies behind the point, as a number that grows along the stream: 0 is the embedding. */
export function depthOf({ site, layer }: Point): number {
  return layer + { residPre: 0, residMid: 0.5, residPost: 1 }[site];
}
