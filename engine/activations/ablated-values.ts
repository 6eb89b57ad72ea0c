// The one place where ablated values are made: what stands at a site where everything there is ablated, for heads, MLPs,
// neurons, the embedding, and every other site that can be patched. Circuits, gates, path patching, circuits of edges and
// scores by gradient all take theirs from here, so that an ablation means the same in each.
import { assertInternal } from "../base/errors.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { siteAxes } from "../transformer/sites.ts";
import type { AblatedSite, Ablation } from "./ablation.ts";
import type { Executor } from "./executor.ts";
import { type Packing, type Reals, repeatRows, zeros } from "./packing.ts";
import { ReferenceMeans } from "./reference-means.ts";

/** Examples that go through the model together; whole prompts, but under paired resample. */
export interface AblatedRows {
  readonly examples: readonly Example[];
  readonly packing: Packing;
}

/** Makes the value at one site of one layer, laid out as the site is captured. */
type Maker = (
  site: AblatedSite,
  layer: number,
  rows: AblatedRows,
  corrupt: () => Reals | Promise<Reals>,
) => Reals | Promise<Reals>;

export class AblatedValues {
  private constructor(private readonly make: Maker) {}

  /**
   * Works out what all examples decide together.
   *
   * @param groups of examples that one pass can hold
   * @param sites that values will be asked of
   */
  static async over(
    executor: Executor,
    groups: readonly (readonly Example[])[],
    ablation: Ablation,
    sites: readonly AblatedSite[],
  ): Promise<AblatedValues> {
    return new AblatedValues(await makerOf(executor, groups, ablation, sites));
  }

  /**
   * @param corrupt the site's value in the run of the paired corrupt prompts; called under resample only
   * @returns not to be written to
   */
  async at(site: AblatedSite, layer: number, rows: AblatedRows, corrupt: () => Reals | Promise<Reals>): Promise<Reals> {
    return this.make(site, layer, rows, corrupt);
  }

  /** What the embedding gives, "row dModel". @param corrupt the embedded corrupt prompts */
  async input(rows: AblatedRows & { readonly corrupt: Reals }): Promise<Reals> {
    return this.at("input", 0, rows, () => rows.corrupt);
  }
}

async function makerOf(
  executor: Executor,
  groups: readonly (readonly Example[])[],
  ablation: Ablation,
  sites: readonly AblatedSite[],
): Promise<Maker> {
  const { precision, model } = executor;
  switch (ablation.kind) {
    case "resample":
      return (_site, _layer, _rows, corrupt) => corrupt();
    case "mean": {
      const means = await ReferenceMeans.over(executor, groups, ablation, sites);
      return (site, layer, { examples, packing }) => {
        assertInternal(
          packing.runs.every(({ first }) => first === 0),
          "a mean over prompts of which only a part is run",
        );
        return means.rows(site, layer, examples, executor);
      };
    }
    case "zero": {
      const made = new Map<number, Reals>();
      return (site, _layer, { packing }) => {
        const entries = entriesOf(model.config, site, packing);
        const known = made.get(entries) ?? zeros(precision, entries);
        made.set(entries, known);
        return known;
      };
    }
    case "optimal":
      return async (site, layer, { packing }) =>
        repeatRows(ownPrecision(executor, (await ablation.constants.at(site))[layer]), packing.rows);
    default:
      throw ablation satisfies never;
  }
}

function ownPrecision({ precision }: Executor, values: Reals): Reals {
  const own = zeros(precision, values.length);
  own.set(values);
  return own;
}

/** How many entries a site has over the rows of a packing. */
function entriesOf(config: ModelConfig, site: AblatedSite, { rows, runs }: Packing): number {
  if (site === "pattern") {
    const queries = Math.max(...runs.map(({ length, first }) => length - first));
    const keys = Math.max(...runs.map(({ length }) => length));
    return runs.length * config.nHeads * queries * keys;
  }
  return rows * siteWidth(config, site);
}

/** Entries of a site in one row. */
function siteWidth(config: ModelConfig, site: AblatedSite): number {
  const { nHeads, nKeyValueHeads, dHead, dModel, dMlp } = config;
  const sizes: Readonly<Record<string, number>> = { head: nHeads, keyValueHead: nKeyValueHeads, dHead, dModel, dMlp };
  const [, ...axes] = siteAxes[site === "input" ? "residPre" : site].split(" ");
  return axes.reduce((product, axis) => product * sizes[axis], 1);
}
