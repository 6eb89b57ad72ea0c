// A circuit as flags that the inner loops read: 1 = ablated, by layer; kinds that are not pruned are live. The units of a
// circuit run's plan, in the form in which `circuit-run.ts` reads them.
import type { UnitKind } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";

export class AblatedFlags {
  private readonly heads: Uint8Array;
  private readonly mlps: Uint8Array;
  private readonly neurons: Uint8Array | undefined;
  private readonly last: number;

  constructor(readonly kept: UnitSet) {
    const { kinds } = kept.space;
    this.heads = this.flags("head");
    this.mlps = this.flags("mlp");
    this.neurons = kinds.includes("neuron") ? this.flags("neuron") : undefined;
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

  private flags(kind: UnitKind): Uint8Array {
    const { space } = this.kept;
    const { nLayers, nHeads, dMlp } = space.sizes;
    const width = { head: nHeads, mlp: 1, neuron: dMlp }[kind];
    const flags = new Uint8Array(nLayers * width);
    if (!space.kinds.includes(kind)) return flags;
    for (let layer = 0; layer < nLayers; layer++) {
      const { start } = space.layerRange(kind, layer);
      for (let i = 0; i < width; i++) flags[layer * width + i] = this.kept.hasIndex(start + i) ? 0 : 1;
    }
    return flags;
  }
}
