// A model with some of its weights replaced: everything that takes a model takes it, and nothing is written to the checkpoint.
import { sha256 } from "../base/hash.ts";
import { lazily } from "../base/lazily.ts";
import type { LayerWeights, Model, NormWeights } from "./model.ts";
import { checkPatch, hashOfPatch, layerField, type WeightPatch, type WeightRows, weightShape } from "./weight-patch.ts";
import type { LayerField } from "./weight-names.ts";

/** Which parts of a model read changed weights: the numbers of layers, and "final-norm" and "unembed". */
export type ChangedPart = number | "final-norm" | "unembed";

export interface OverlayNames {
  readonly name?: string;
  readonly source?: string;
}

export class OverlaidModel implements Model {
  readonly name: string;
  readonly source: string;
  readonly config: Model["config"];
  readonly tokenizer: Model["tokenizer"];
  readonly sha256: string;
  readonly changedParts: ReadonlySet<ChangedPart>;
  private readonly byName: ReadonlyMap<string, WeightRows>;

  /**
   * Embedding and unembedding of a tied model are changed one by one: a patch of "embed" leaves what is read out as it was.
   *
   * @param base stays open; closing the overlay closes it
   * @throws EngineError "invalid-file" for a patch that does not fit
   */
  constructor(
    readonly base: Model,
    readonly patch: WeightPatch,
    { name, source }: OverlayNames = {},
  ) {
    checkPatch(patch, base, source);
    const hash = hashOfPatch(patch);
    this.name = name ?? `${base.name}+${hash.slice(0, 8)}`;
    this.source = source ?? base.source;
    this.byName = new Map(patch.weights.map((change) => [change.weight, change]));
    const isTied = base.config.tiedUnembedding && !this.byName.has("embed") && !this.byName.has("unembed");
    this.config = { ...base.config, tiedUnembedding: isTied };
    this.tokenizer = base.tokenizer;
    this.sha256 = sha256(Buffer.from(`${base.sha256}+${hash}`));
    this.changedParts = new Set(patch.weights.flatMap(({ weight }) => partOf(weight)));
  }

  get precision(): string {
    return this.base.precision;
  }

  speech(): ReturnType<Model["speech"]> {
    return this.base.speech();
  }

  layer(l: number): LayerWeights {
    const weights = this.base.layer(l);
    if (!this.changedParts.has(l)) return weights;
    const changed = (field: LayerField, own: Float32Array | undefined) => this.changed(`layers.${l}.${field}`, own);
    const norm = (field: "norm1" | "norm2"): NormWeights => ({
      gain: changed(`${field}.gain`, weights[field].gain)!,
      bias: changed(`${field}.bias`, weights[field].bias),
    });
    return lazily<LayerWeights>({
      norm1: () => norm("norm1"),
      W_Q: () => changed("W_Q", weights.W_Q)!,
      b_Q: () => changed("b_Q", weights.b_Q),
      W_K: () => changed("W_K", weights.W_K)!,
      b_K: () => changed("b_K", weights.b_K),
      W_V: () => changed("W_V", weights.W_V)!,
      b_V: () => changed("b_V", weights.b_V),
      normQ: () => changed("normQ", weights.normQ),
      normK: () => changed("normK", weights.normK),
      W_O: () => changed("W_O", weights.W_O)!,
      b_O: () => changed("b_O", weights.b_O),
      norm2: () => norm("norm2"),
      W_gate: () => changed("W_gate", weights.W_gate),
      b_gate: () => changed("b_gate", weights.b_gate),
      W_in: () => changed("W_in", weights.W_in)!,
      b_in: () => changed("b_in", weights.b_in),
      W_out: () => changed("W_out", weights.W_out)!,
      b_out: () => changed("b_out", weights.b_out),
    });
  }

  embedRows(ids: readonly number[]): Float32Array {
    return this.changedRows("embed", ids, this.base.embedRows(ids));
  }

  unembedRows(ids: readonly number[]): Float32Array {
    return this.changedRows("unembed", ids, this.base.unembedRows(ids));
  }

  positionRows(): Float32Array | undefined {
    return this.changed("positions", this.base.positionRows());
  }

  finalNorm(): NormWeights {
    const { gain, bias } = this.base.finalNorm();
    return { gain: this.changed("finalNorm.gain", gain)!, bias: this.changed("finalNorm.bias", bias) };
  }

  unembedBias(): Float32Array | undefined {
    return this.changed("unembed.bias", this.base.unembedBias());
  }

  close(): void {
    this.base.close();
  }

  /** A weight that the base has not is taken from the patch where it is whole: a bias that an edit adds. */
  private changed(weight: string, own: Float32Array | undefined): Float32Array | undefined {
    const change = this.byName.get(weight);
    if (!change) return own;
    if (!change.rows) return change.data.slice();
    const [rows, columns] = weightShape(weight, this.config)!;
    const values = own?.slice() ?? new Float32Array(rows * columns);
    change.rows.forEach((row, i) => values.set(change.data.subarray(i * columns, (i + 1) * columns), row * columns));
    return values;
  }

  private changedRows(weight: "embed" | "unembed", ids: readonly number[], own: Float32Array): Float32Array {
    const change = this.byName.get(weight);
    if (!change) return own;
    const { dModel } = this.config;
    const place = change.rows && new Map(change.rows.map((row, i) => [row, i]));
    ids.forEach((id, r) => {
      const at = place ? place.get(id) : id;
      if (at !== undefined) own.set(change.data.subarray(at * dModel, (at + 1) * dModel), r * dModel);
    });
    return own;
  }
}

function partOf(weight: string): ChangedPart[] {
  const place = layerField(weight);
  if (place) return [place.layer];
  if (weight.startsWith("finalNorm")) return ["final-norm"];
  return weight.startsWith("unembed") ? ["unembed"] : [];
}
