// The one place where ablated values are made: what stands at a site where everything there is ablated, for heads, MLPs,
// neurons, the embedding, and every other site that can be patched. Circuits, gates, path patching, circuits of edges and
// scores by gradient all take theirs from here, so that an ablation means the same in each.
import type { Example } from "../task/example.ts";
import type { AblatedSite, Ablation } from "./ablation.ts";
import { type AblatedRows, kindOf, type Maker } from "./ablation-kinds.ts";
import type { Executor } from "./executor.ts";
import type { Reals } from "./packing.ts";
import type { Spliced } from "./spliced.ts";

export class AblatedValues {
  private constructor(private readonly make: Maker) {}

  /**
   * Works out what all examples decide together.
   *
   * @param groups of examples that one pass can hold
   * @param sites that values will be asked of
   * @param spliced the dictionaries whose features and errors are among them
   */
  static async over(
    executor: Executor,
    groups: readonly (readonly Example[])[],
    ablation: Ablation,
    sites: readonly AblatedSite[],
    spliced: readonly Spliced[] = [],
  ): Promise<AblatedValues> {
    return new AblatedValues(await kindOf(ablation).maker({ executor, groups, ablation, sites, spliced }));
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
