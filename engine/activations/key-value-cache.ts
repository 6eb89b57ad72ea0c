// Keys and values of texts that grow, all in one array for each layer, where attention takes its prefix from.
import type { ModelConfig } from "../model/model.ts";
import type { Precision } from "../transformer/precision.ts";
import type { PrefixRows } from "./executor.ts";
import { type Reals, zeros } from "./packing.ts";

/** Places are made in steps of so many tokens, so that few copies are made and little is fed that no text has reached. */
const roomStep = 64;

export class KeyValueCache {
  private readonly layers: { k: Reals; v: Reals }[];
  private readonly width: number;
  /** Rows of each slot. */
  private capacity = 0;
  private slots = 0;

  constructor(
    config: Pick<ModelConfig, "nLayers" | "nKeyValueHeads" | "dHead">,
    private readonly precision: Precision,
  ) {
    this.width = config.nKeyValueHeads * config.dHead;
    this.layers = Array.from({ length: config.nLayers }, () => ({ k: zeros(precision, 0), v: zeros(precision, 0) }));
  }

  /** A place for one more text, filled for its first positions. @returns its number */
  open(length: number, read: (layer: number, site: "k" | "v", position: number) => ArrayLike<number>): number {
    const slot = this.add(length);
    this.layers.forEach((_, layer) => {
      for (let position = 0; position < length; position++) {
        for (const site of ["k", "v"] as const) this.set(slot, layer, site, position, read(layer, site, position));
      }
    });
    return slot;
  }

  /** A place for a text that begins as another one. @returns its number */
  copy(slot: number): number {
    const made = this.add(this.capacity);
    const size = this.capacity * this.width;
    for (const layer of this.layers) {
      for (const rows of [layer.k, layer.v]) rows.copyWithin(made * size, slot * size, (slot + 1) * size);
    }
    return made;
  }

  /** Makes every place long enough for so many tokens. */
  reserve(length: number): void {
    if (length > this.capacity) this.resize(Math.ceil(length / roomStep) * roomStep, this.slots);
  }

  set(slot: number, layer: number, site: "k" | "v", position: number, row: ArrayLike<number>): void {
    this.layers[layer][site].set(row, (this.firstRow(slot) + position) * this.width);
  }

  /** All texts of a layer, "slot·position keyValueHead·dHead". */
  rows(layer: number): PrefixRows {
    return this.layers[layer];
  }

  firstRow(slot: number): number {
    return slot * this.capacity;
  }

  private add(length: number): number {
    const capacity = Math.max(this.capacity, Math.ceil(length / roomStep) * roomStep);
    this.resize(capacity, this.slots + 1);
    return this.slots - 1;
  }

  private resize(capacity: number, slots: number): void {
    const [before, after] = [this.capacity * this.width, capacity * this.width];
    for (const layer of this.layers) {
      for (const site of ["k", "v"] as const) {
        const rows = zeros(this.precision, slots * after);
        for (let slot = 0; slot < this.slots; slot++) {
          rows.set(layer[site].subarray(slot * before, (slot + 1) * before), slot * after);
        }
        layer[site] = rows;
      }
    }
    this.capacity = capacity;
    this.slots = slots;
  }
}
