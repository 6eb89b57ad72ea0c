// What there is to know of each kind of ablation, one row a kind: how its values are made, what they leave as it is, and the
// words that say where they come from.
import { greatest } from "../base/greatest.ts";
import { assertInternal } from "../base/errors.ts";
import type { AblationKind } from "../choices/lists.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { type Site, siteAxes } from "../transformer/sites.ts";
import type { AblatedSite, Ablation, AblationChoice, AblationOf } from "./ablation.ts";
import type { Executor } from "./executor.ts";
import { type Packing, type Reals, repeatRows, zeros } from "./packing.ts";
import { ReferenceMeans } from "./reference-means.ts";
import type { Spliced } from "./spliced.ts";

/** Examples that go through the model together; whole prompts, but under paired resample. */
export interface AblatedRows {
  readonly examples: readonly Example[];
  readonly packing: Packing;
}

/** Makes the value at one site of one layer, laid out as the site is captured. */
export type Maker = (
  site: AblatedSite,
  layer: number,
  rows: AblatedRows,
  corrupt: () => Reals | Promise<Reals>,
) => Reals | Promise<Reals>;

interface MakerSetting<Of extends Ablation> {
  readonly executor: Executor;
  /** Examples that one pass can hold. */
  readonly groups: readonly (readonly Example[])[];
  readonly ablation: Of;
  /** Where values will be asked for. */
  readonly sites: readonly AblatedSite[];
  readonly spliced: readonly Spliced[];
}

interface KindOfAblation<Of extends Ablation> {
  /** Whether what stands before the first token in which a pair differs stays as it is. */
  readonly keepsSharedPrefix: boolean;
  /** Where the values come from, in words, for the circuit file and the command line. */
  origin(choice: AblationChoice, examples: number): string;
  /** Works out what all examples decide together. */
  maker(setting: MakerSetting<Of>): Maker | Promise<Maker>;
}

const KINDS: { readonly [Kind in AblationKind]: KindOfAblation<AblationOf<Kind>> } = {
  resample: {
    keepsSharedPrefix: true,
    origin: () => "paired corrupt prompt",
    maker: () => (_site, _layer, _rows, corrupt) => corrupt(),
  },
  mean: {
    keepsSharedPrefix: false,
    origin: ({ reference, perPosition }, examples) =>
      `mean over ${examples} ${reference} prompts${perPosition ? ", by position" : ""}`,
    maker: async ({ executor, groups, ablation, sites, spliced }) => {
      const means = await ReferenceMeans.over(executor, groups, ablation, sites, spliced);
      return (site, layer, { examples, packing }) => {
        assertInternal(
          packing.runs.every(({ first }) => first === 0),
          "a mean over prompts of which only a part is run",
        );
        return means.rows(site, layer, examples, executor);
      };
    },
  },
  zero: {
    keepsSharedPrefix: false,
    origin: () => "zero",
    maker: ({ executor: { precision, model }, spliced }) => {
      const made = new Map<number, Reals>();
      return (site, layer, { packing }) => {
        const entries =
          site === "feature" || site === "error"
            ? packing.rows * splicedWidth(spliced, site, layer)
            : entriesOf(model.config, site, packing);
        const known = made.get(entries) ?? zeros(precision, entries);
        made.set(entries, known);
        return known;
      };
    },
  },
  optimal: {
    keepsSharedPrefix: false,
    origin: (_choice, examples) => `one constant for each unit, learned on ${examples} discovery examples`,
    maker:
      ({ executor, ablation }) =>
      async (site, layer, { packing }) =>
        repeatRows(ownPrecision(executor, (await ablation.constants.at(site))[layer]), packing.rows),
  },
};

/** The row of an ablation's kind. */
export function kindOf({ kind }: AblationChoice): KindOfAblation<Ablation> {
  return KINDS[kind];
}

function ownPrecision({ precision }: Executor, values: Reals): Reals {
  const own = zeros(precision, values.length);
  own.set(values);
  return own;
}

/** Entries of a layer's features or error in one row; 0 where no dictionary is laid. */
function splicedWidth(spliced: readonly Spliced[], site: "feature" | "error", layer: number): number {
  const dictionary = spliced.find((one) => one.layer === layer)?.dictionary;
  return (site === "feature" ? dictionary?.features : dictionary?.width) ?? 0;
}

/** How many entries a site has over the rows of a packing. */
function entriesOf(config: ModelConfig, site: "input" | Site, { rows, runs }: Packing): number {
  if (site === "pattern") {
    const queries = greatest(runs.map(({ length, first }) => length - first));
    const keys = greatest(runs.map(({ length }) => length));
    return runs.length * config.nHeads * queries * keys;
  }
  return rows * siteWidth(config, site);
}

/** Entries of a site in one row. */
function siteWidth(config: ModelConfig, site: "input" | Site): number {
  const { nHeads, nKeyValueHeads, dHead, dModel, dMlp } = config;
  const sizes: Readonly<Record<string, number>> = { head: nHeads, keyValueHead: nKeyValueHeads, dHead, dModel, dMlp };
  const [, ...axes] = siteAxes[site === "input" ? "residPre" : site].split(" ");
  return axes.reduce((product, axis) => product * sizes[axis], 1);
}
