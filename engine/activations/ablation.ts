// What an ablated unit gives instead of its own value: zero, a mean over reference prompts, or its value in the
// paired corrupt run.
import type { UnitKind } from "../circuit/unit.ts";
import type { Example } from "../task/example.ts";
import type { AblationKind, AblationReference } from "../task/schema.ts";
import type { Site } from "../transformer/sites.ts";
import { capture } from "./capture.ts";
import type { Executor } from "./executor.ts";
import { Packing, type Reals, zeros } from "./packing.ts";

export interface Ablation {
  readonly kind: AblationKind;
  /** Where the values come from: the paired prompt, or all corrupt or clean prompts; unused for zero. */
  readonly reference: AblationReference;
  /** Mean ablation: one mean per position of prompts of one template and length, or one over all positions. */
  readonly perPosition: boolean;
}

/** The site at which a kind of unit is ablated. */
export const siteOfKind: Readonly<Record<UnitKind, Site>> = { head: "z", mlp: "mlpOut", neuron: "hidden" };

/** Prompts of one template and length have their positions aligned. */
const alignmentOf = (example: Example): string => `${example.template ?? ""}/${example.clean.ids.length}`;

/** Means of sites over reference prompts, by layer; "position width" per group of aligned prompts. */
export class ReferenceMeans {
  private readonly sums = new Map<string, Float64Array[]>();
  private readonly counts = new Map<string, number>();

  private constructor(private readonly perPosition: boolean) {}

  /** @param chunks groups of examples that one pass can hold */
  static async over(
    executor: Executor,
    chunks: readonly (readonly Example[])[],
    ablation: Ablation,
    sites: readonly Site[],
  ): Promise<ReferenceMeans> {
    const means = new ReferenceMeans(ablation.perPosition);
    for (const examples of chunks) {
      const prompts = examples.map((example) => (ablation.reference === "clean" ? example.clean : example.corrupt));
      const packing = Packing.ofLengths(prompts.map((prompt) => prompt.ids.length));
      const embedded = executor.embed(
        prompts.flatMap((prompt) => prompt.ids),
        packing.positions,
      );
      const { at } = await capture(executor, packing, embedded, { sites });
      for (const site of sites) means.add(site, examples, packing, at[site]!);
    }
    return means;
  }

  /** The mean at every row of whole prompts, "row width". */
  rows(site: Site, layer: number, examples: readonly Example[], executor: Executor): Reals {
    const rows = examples.flatMap((example) =>
      example.clean.ids.map((_, position) => this.mean(site, layer, example, position)),
    );
    const width = rows[0].length;
    const out = zeros(executor.precision, rows.length * width);
    rows.forEach((row, r) => out.set(row, r * width));
    return out;
  }

  private key(site: Site, example: Example, position: number): string {
    return this.perPosition ? `${site}/${alignmentOf(example)}/${position}` : site;
  }

  private add(site: Site, examples: readonly Example[], packing: Packing, layers: readonly Reals[]): void {
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

  private mean(site: Site, layer: number, example: Example, position: number): Float64Array {
    const key = this.key(site, example, position);
    const count = this.counts.get(key)!;
    return this.sums.get(key)![layer].map((sum) => sum / count);
  }
}
