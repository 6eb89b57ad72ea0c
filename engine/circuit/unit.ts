// A unit is what pruning removes: an attention head, an MLP, or one hidden neuron of an MLP; its id is `a3.h1`, `m2` or `m2.n17`.
import { UNIT_KINDS, type UnitKind } from "../choices/lists.ts";

/** The sizes that decide which units and nodes a model has. */
export interface UnitSizes {
  readonly nLayers: number;
  /** Query heads per layer. */
  readonly nHeads: number;
  /** Hidden neurons per MLP. */
  readonly dMlp: number;
}

export { UNIT_KINDS, type UnitKind };

export interface Head {
  readonly kind: "head";
  readonly layer: number;
  readonly head: number;
}
export interface Mlp {
  readonly kind: "mlp";
  readonly layer: number;
}
export interface Neuron {
  readonly kind: "neuron";
  readonly layer: number;
  /** Index among the hidden neurons, after the non-linearity. */
  readonly neuron: number;
}
export type Unit = Head | Mlp | Neuron;

/** Index without sign or leading zeros, at most nine digits, so that every id has one spelling and fits an integer. */
const INDEX = "(0|[1-9]\\d{0,8})";
const HEAD = new RegExp(`^a${INDEX}\\.h${INDEX}$`);
const MLP = new RegExp(`^m${INDEX}$`);
const NEURON = new RegExp(`^m${INDEX}\\.n${INDEX}$`);

export function headUnit(layer: number, head: number): Head {
  return { kind: "head", layer, head };
}

export function mlpUnit(layer: number): Mlp {
  return { kind: "mlp", layer };
}

export function neuronUnit(layer: number, neuron: number): Neuron {
  return { kind: "neuron", layer, neuron };
}

export function formatUnit(unit: Unit): string {
  switch (unit.kind) {
    case "head":
      return `a${unit.layer}.h${unit.head}`;
    case "mlp":
      return `m${unit.layer}`;
    case "neuron":
      return `m${unit.layer}.n${unit.neuron}`;
  }
}

/** The unit of an id, or undefined when the text is not the id of a unit. */
export function parseUnit(id: string): Unit | undefined {
  const head = HEAD.exec(id);
  if (head) return headUnit(Number(head[1]), Number(head[2]));
  const neuron = NEURON.exec(id);
  if (neuron) return neuronUnit(Number(neuron[1]), Number(neuron[2]));
  const mlp = MLP.exec(id);
  return mlp ? mlpUnit(Number(mlp[1])) : undefined;
}

/** Whether a model of these sizes has this unit. */
export function hasUnit(sizes: UnitSizes, unit: Unit): boolean {
  if (unit.layer >= sizes.nLayers) return false;
  switch (unit.kind) {
    case "head":
      return unit.head < sizes.nHeads;
    case "mlp":
      return true;
    case "neuron":
      return unit.neuron < sizes.dMlp;
  }
}

/** Order of the data flow: by layer, then heads, MLP, neurons, then by index. */
export function compareUnits(a: Unit, b: Unit): number {
  return (
    a.layer - b.layer || UNIT_KINDS.indexOf(a.kind) - UNIT_KINDS.indexOf(b.kind) || indexInLayer(a) - indexInLayer(b)
  );
}

function indexInLayer(unit: Unit): number {
  switch (unit.kind) {
    case "head":
      return unit.head;
    case "mlp":
      return 0;
    case "neuron":
      return unit.neuron;
  }
}
