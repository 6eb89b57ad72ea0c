// Marks the entries of a site that belong to one place: a head, a neuron, a position, or any of these together.
import { greatest } from "../base/greatest.ts";
import type { Packing } from "../activations/packing.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { type Site, siteAxes } from "../transformer/sites.ts";
import { type Position, positionOf } from "./positions.ts";

/** What of a site is patched; what is not said is all of it. */
export interface Place {
  /** Head, key-value head or neuron. */
  readonly unit?: number;
  readonly position?: Position;
}

/** @param where one byte per entry of the site, laid out as the site is captured; marked entries become 1 */
export function placeMask(
  config: ModelConfig,
  site: Site,
  examples: readonly Example[],
  packing: Packing,
  place: Place,
  where: Uint8Array,
): void {
  if (site === "pattern") return patternMask(config, examples, packing, place, where);
  const width = where.length / packing.rows;
  const span = siteAxes[site].endsWith("dHead") ? config.dHead : 1;
  const [from, to] = place.unit === undefined ? [0, width] : [place.unit * span, (place.unit + 1) * span];
  examples.forEach((example, e) => {
    const start = packing.rowStart[e];
    const only = place.position === undefined ? undefined : start + positionOf(example, place.position);
    for (let row = only ?? start; row < (only === undefined ? packing.rowStart[e + 1] : only + 1); row++) {
      where.fill(1, row * width + from, row * width + to);
    }
  });
}

/** "run head query key", queries and keys padded to the longest run. */
function patternMask(
  config: ModelConfig,
  examples: readonly Example[],
  packing: Packing,
  place: Place,
  where: Uint8Array,
): void {
  const longest = greatest(packing.runs.map((run) => run.length));
  const heads = place.unit === undefined ? Array.from({ length: config.nHeads }, (_, head) => head) : [place.unit];
  examples.forEach((example, run) => {
    for (const head of heads) {
      const start = (run * config.nHeads + head) * longest * longest;
      const query = place.position === undefined ? undefined : positionOf(example, place.position);
      const from = start + (query ?? 0) * longest;
      where.fill(1, from, query === undefined ? start + longest * longest : from + longest);
    }
  });
}
