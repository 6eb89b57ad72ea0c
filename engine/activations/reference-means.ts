// Means of sites over reference prompts, for mean ablation.
import { assertInternal } from "../base/errors.ts";
import type { Example } from "../task/example.ts";
import type { Ablation, AblatedSite } from "./ablation.ts";
import type { Executor } from "./executor.ts";
import { Packing, type Reals, zeros } from "./packing.ts";
import { captureUnits, type Spliced } from "./spliced.ts";

/** Prompts of one template and length have their positions aligned. */
const alignmentOf = (example: Example): string => `${example.template ?? ""}/${example.clean.ids.length}`;

/** By layer ("input": one); "position width" per group of aligned prompts, or one row for all positions. */
export class ReferenceMeans {
  private readonly sums = new Map<string, Float64Array[]>();
  private readonly counts = new Map<string, number>();

  private constructor(private readonly perPosition: boolean) {}

  /** @param groups of examples that one pass can hold */
  static async over(
    executor: Executor,
    groups: readonly (readonly Example[])[],
    { reference, perPosition }: Pick<Ablation, "reference" | "perPosition">,
    sites: readonly AblatedSite[],
    spliced: readonly Spliced[] = [],
  ): Promise<ReferenceMeans> {
    const means = new ReferenceMeans(perPosition);
    const inner = sites.filter((site) => site !== "input");
    for (const examples of groups) {
      const prompts = examples.map((example) => (reference === "clean" ? example.clean : example.corrupt));
      const packing = Packing.ofLengths(prompts.map((prompt) => prompt.ids.length));
      const embedded = executor.embed(
        prompts.flatMap((prompt) => prompt.ids),
        packing.positions,
      );
      if (sites.includes("input")) means.add("input", examples, packing, [embedded]);
      if (inner.length === 0) continue;
      const { at } = await captureUnits(executor, packing, embedded, inner, spliced);
      for (const site of inner) means.add(site, examples, packing, at[site]!);
    }
    return means;
  }

  /** The mean at every row of whole prompts, "row width". */
  rows(site: AblatedSite, layer: number, examples: readonly Example[], executor: Executor): Reals {
    const means = new Map<string, Float64Array>();
    const rows = examples.flatMap((example) =>
      example.clean.ids.map((_, position) => {
        const key = this.key(site, example, position);
        const mean = means.get(key) ?? this.mean(key, layer);
        means.set(key, mean);
        return mean;
      }),
    );
    const width = rows[0].length;
    const out = zeros(executor.precision, rows.length * width);
    rows.forEach((row, r) => out.set(row, r * width));
    return out;
  }

  /** The one mean over all positions, "width". */
  overall(site: AblatedSite, layer: number): Float64Array {
    assertInternal(!this.perPosition, "one mean of means by position");
    return this.mean(site, layer);
  }

  private key(site: AblatedSite, example: Example, position: number): string {
    return this.perPosition ? `${site}/${alignmentOf(example)}/${position}` : site;
  }

  private add(site: AblatedSite, examples: readonly Example[], packing: Packing, layers: readonly Reals[]): void {
    examples.forEach((example, e) => {
      for (let row = packing.rowStart[e]; row < packing.rowStart[e + 1]; row++) {
        const key = this.key(site, example, packing.positions[row]);
        this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
        const sums = this.sums.get(key) ?? layers.map((data) => new Float64Array(data.length / packing.rows));
        this.sums.set(key, sums);
        layers.forEach((data, layer) => {
          const width = sums[layer].length;
          for (let i = 0; i < width; i++) sums[layer][i] += data[row * width + i];
        });
      }
    });
  }

  private mean(key: string, layer: number): Float64Array {
    const count = this.counts.get(key)!;
    return this.sums.get(key)![layer].map((sum) => sum / count);
  }
}
