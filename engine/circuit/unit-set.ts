// A set of units as bits: the kept units of a circuit, with cheap copies, equality, keys, counts and differences.
import { assertInternal } from "../base/errors.ts";
import {
  errorUnit,
  featuresAt,
  featureUnit,
  formatUnit,
  hasUnit,
  headUnit,
  indexInLayer,
  mlpUnit,
  neuronUnit,
  UNIT_KINDS,
  type Unit,
  type UnitKind,
  type UnitSizes,
} from "./unit.ts";

/** Units of one kind in one layer. */
const COUNT_AT: Readonly<Record<UnitKind, (sizes: UnitSizes, layer: number) => number>> = {
  head: (sizes) => sizes.nHeads,
  mlp: () => 1,
  neuron: (sizes) => sizes.dMlp,
  feature: featuresAt,
  error: (sizes, layer) => (featuresAt(sizes, layer) > 0 ? 1 : 0),
};

const UNIT_AT: Readonly<Record<UnitKind, (layer: number, i: number) => Unit>> = {
  head: headUnit,
  mlp: mlpUnit,
  neuron: neuronUnit,
  feature: featureUnit,
  error: errorUnit,
};

interface KindRange {
  readonly kind: UnitKind;
  /** Number of the first unit of each layer, and after the last layer the number behind the last unit. */
  readonly starts: readonly number[];
}

/** Numbers the units that one search may remove; a kind that is not searched has no numbers and belongs to every set. */
export class UnitSpace {
  readonly sizes: UnitSizes;
  /** Searched kinds, in the order of UNIT_KINDS. */
  readonly kinds: readonly UnitKind[];
  /** How many units can be removed. */
  readonly size: number;
  private readonly ranges: readonly KindRange[];

  constructor(sizes: UnitSizes, kinds: readonly UnitKind[]) {
    this.sizes = sizes;
    this.kinds = UNIT_KINDS.filter((kind) => kinds.includes(kind));
    let end = 0;
    this.ranges = this.kinds.map((kind) => {
      const starts = [end];
      for (let layer = 0; layer < sizes.nLayers; layer++) starts.push((end += COUNT_AT[kind](sizes, layer)));
      return { kind, starts };
    });
    this.size = end;
  }

  /** Number of a unit, undefined when its kind is not searched. */
  indexOf(unit: Unit): number | undefined {
    assertInternal(hasUnit(this.sizes, unit), `the model has no ${formatUnit(unit)}`);
    const range = this.ranges.find(({ kind }) => kind === unit.kind);
    return range && range.starts[unit.layer] + indexInLayer(unit);
  }

  unitAt(index: number): Unit {
    const range = this.ranges.find(({ starts }) => index < starts[starts.length - 1]);
    assertInternal(range && index >= 0, `unit number ${index} of ${this.size}`);
    let layer = 0;
    while (range.starts[layer + 1] <= index) layer++;
    return UNIT_AT[range.kind](layer, index - range.starts[layer]);
  }

  /** Numbers [start, end) of one kind in one layer; empty when the kind is not searched. */
  layerRange(kind: UnitKind, layer: number): { readonly start: number; readonly end: number } {
    const range = this.ranges.find((candidate) => candidate.kind === kind);
    return range ? { start: range.starts[layer], end: range.starts[layer + 1] } : { start: 0, end: 0 };
  }

  full(): UnitSet {
    return UnitSet.of(
      this,
      Array.from({ length: this.size }, (_, index) => index),
    );
  }

  empty(): UnitSet {
    return UnitSet.of(this, []);
  }

  /** The set of these units; units of kinds that are not searched are in every set anyway. */
  setOf(units: Iterable<Unit>): UnitSet {
    return this.empty().with(units);
  }
}

/** An immutable set of units of one space. */
export class UnitSet {
  private constructor(
    readonly space: UnitSpace,
    private readonly words: Uint32Array,
    /** How many searched units are in the set. */
    readonly size: number,
  ) {}

  static of(space: UnitSpace, indices: Iterable<number>): UnitSet {
    const words = new Uint32Array(Math.ceil(space.size / 32));
    for (const index of indices) words[index >>> 5]! |= 1 << (index & 31);
    return UnitSet.counted(space, words);
  }

  private static counted(space: UnitSpace, words: Uint32Array): UnitSet {
    return new UnitSet(
      space,
      words,
      words.reduce((sum, word) => sum + bitCount(word), 0),
    );
  }

  /** Whether the unit is in the set; always so for a kind that is not searched. */
  has(unit: Unit): boolean {
    const index = this.space.indexOf(unit);
    return index === undefined || this.hasIndex(index);
  }

  hasIndex(index: number): boolean {
    return ((this.words[index >>> 5]! >>> (index & 31)) & 1) === 1;
  }

  with(units: Iterable<Unit>): UnitSet {
    const words = this.words.slice();
    for (const index of this.indicesOf(units)) words[index >>> 5]! |= 1 << (index & 31);
    return UnitSet.counted(this.space, words);
  }

  without(units: Iterable<Unit>): UnitSet {
    const words = this.words.slice();
    for (const index of this.indicesOf(units)) words[index >>> 5]! &= ~(1 << (index & 31));
    return UnitSet.counted(this.space, words);
  }

  private *indicesOf(units: Iterable<Unit>): Iterable<number> {
    for (const unit of units) {
      const index = this.space.indexOf(unit);
      if (index !== undefined) yield index;
    }
  }

  complement(): UnitSet {
    return this.space.full().minus(this);
  }

  /** Units of this set that the other lacks. */
  minus(other: UnitSet): UnitSet {
    return this.combine(other, (a, b) => a & ~b);
  }

  intersection(other: UnitSet): UnitSet {
    return this.combine(other, (a, b) => a & b);
  }

  union(other: UnitSet): UnitSet {
    return this.combine(other, (a, b) => a | b);
  }

  private combine(other: UnitSet, word: (a: number, b: number) => number): UnitSet {
    assertInternal(sameSpace(this.space, other.space), "sets of different models or kinds of unit");
    return UnitSet.counted(
      this.space,
      this.words.map((mine, i) => word(mine, other.words[i]!)),
    );
  }

  equals(other: UnitSet): boolean {
    return sameSpace(this.space, other.space) && this.words.every((word, i) => word === other.words[i]);
  }

  /** A string that two sets of one space share exactly when they are equal, for maps of results. */
  key(): string {
    return Array.from(this.words, (word) => String.fromCharCode(word & 0xffff, word >>> 16)).join("");
  }

  /** |A ∩ B| / |A ∪ B| over the searched units; 1 for two empty sets. */
  jaccard(other: UnitSet): number {
    const union = this.union(other).size;
    return union === 0 ? 1 : this.intersection(other).size / union;
  }

  /** Indices in ascending order: by kind, layer, number. */
  *indices(): IterableIterator<number> {
    for (let i = 0; i < this.words.length; i++) {
      for (let rest = this.words[i]!; rest !== 0; rest &= rest - 1) yield i * 32 + 31 - Math.clz32(rest & -rest);
    }
  }

  /** Units in ascending order of index, of one kind or of all. */
  units(kind?: UnitKind): Unit[] {
    const units = Array.from(this.indices(), (index) => this.space.unitAt(index));
    return kind === undefined ? units : units.filter((unit) => unit.kind === kind);
  }

  ids(kind?: UnitKind): string[] {
    return this.units(kind).map(formatUnit);
  }

  /** How many units of a kind are in the set; all of them when the kind is not searched. */
  count(kind: UnitKind): number {
    return this.countPerLayer(kind).reduce((sum, n) => sum + n, 0);
  }

  /** The same by layer; "layer". */
  countPerLayer(kind: UnitKind): number[] {
    const { sizes, kinds } = this.space;
    return Array.from({ length: sizes.nLayers }, (_, layer) => {
      if (!kinds.includes(kind)) return COUNT_AT[kind](sizes, layer);
      const { start, end } = this.space.layerRange(kind, layer);
      let count = 0;
      for (let index = start; index < end; index++) count += Number(this.hasIndex(index));
      return count;
    });
  }
}

function sameSpace(a: UnitSpace, b: UnitSpace): boolean {
  if (a === b) return true;
  return sameSizes(a.sizes, b.sizes) && a.kinds.join() === b.kinds.join();
}

function sameSizes(a: UnitSizes, b: UnitSizes): boolean {
  if (a.nLayers !== b.nLayers || a.nHeads !== b.nHeads || a.dMlp !== b.dMlp) return false;
  for (let layer = 0; layer < a.nLayers; layer++) if (featuresAt(a, layer) !== featuresAt(b, layer)) return false;
  return true;
}

function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
