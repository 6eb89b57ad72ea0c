// A circuit as flags that the inner loops read: 1 = ablated, by layer; kinds that are not pruned are live. The units of a
// circuit run's plan, in the form in which `circuit-run.ts` reads them.
import type { AblatedFeatures } from "./spliced.ts";
import type { UnitKind } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";

export class AblatedFlags {
  private readonly heads: Uint8Array;
  private readonly mlps: Uint8Array;
  private readonly neurons: Uint8Array | undefined;
  private readonly features: readonly Uint8Array[] | undefined;
  private readonly errors: readonly Uint8Array[] | undefined;
  private readonly last: number;

  constructor(readonly kept: UnitSet) {
    const { kinds, sizes } = kept.space;
    this.heads = this.flags("head", sizes.nHeads);
    this.mlps = this.flags("mlp", 1);
    this.neurons = kinds.includes("neuron") ? this.flags("neuron", sizes.dMlp) : undefined;
    this.features = kinds.includes("feature") ? this.byLayer("feature") : undefined;
    this.errors = kinds.includes("error") ? this.byLayer("error") : undefined;
    this.last = this.heads.lastIndexOf(0);
  }

  /** Whether any head of the layer is live. */
  readsAt(layer: number): boolean {
    return this.headsAt(layer).includes(0);
  }

  /** The last layer with a live head, −1 where none is: after it no position but the last one matters. */
  get lastReading(): number {
    return this.last < 0 ? -1 : Math.floor(this.last / this.kept.space.sizes.nHeads);
  }

  headsAt(layer: number): Uint8Array {
    const { nHeads } = this.kept.space.sizes;
    return this.heads.subarray(layer * nHeads, (layer + 1) * nHeads);
  }

  mlpAt(layer: number): boolean {
    return this.mlps[layer] === 1;
  }

  /** Flags of the layer's hidden neurons; undefined where neurons are not pruned. */
  neuronsAt(layer: number): Uint8Array | undefined {
    const { dMlp } = this.kept.space.sizes;
    return this.neurons?.subarray(layer * dMlp, (layer + 1) * dMlp);
  }

  /** Of the features and the error of the dictionary at a layer; undefined where all of them are live. */
  splicedAt(layer: number): AblatedFeatures | undefined {
    const features = this.features?.[layer];
    const error = this.errors?.[layer][0] === 1;
    const any = features?.includes(1) ?? false;
    return any || error ? { features: any ? features : undefined, error } : undefined;
  }

  /** One after another, of a kind of which every layer has as many. */
  private flags(kind: UnitKind, width: number): Uint8Array {
    const { space } = this.kept;
    const flags = new Uint8Array(space.sizes.nLayers * width);
    if (!space.kinds.includes(kind)) return flags;
    this.byLayer(kind).forEach((own, layer) => flags.set(own, layer * width));
    return flags;
  }

  private byLayer(kind: UnitKind): Uint8Array[] {
    const { space } = this.kept;
    return Array.from({ length: space.sizes.nLayers }, (_, layer) => {
      const { start, end } = space.layerRange(kind, layer);
      return Uint8Array.from({ length: end - start }, (_flag, i) => (this.kept.hasIndex(start + i) ? 0 : 1));
    });
  }
}
