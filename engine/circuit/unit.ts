// A unit is what pruning removes: an attention head (`a3.h1`), an MLP (`m2`), a hidden neuron (`m2.n17`); and where a dictionary is laid
// on a layer, one of its features (`d2.f17`) or what it leaves unexplained (`d2.error`).
import { UNIT_KINDS, type UnitKind } from "../choices/lists.ts";

/** The sizes that decide which units and nodes a model has. */
export interface UnitSizes {
  readonly nLayers: number;
  /** Query heads per layer. */
  readonly nHeads: number;
  /** Hidden neurons per MLP. */
  readonly dMlp: number;
  /** Dictionaries whose features are units, at most one a layer. */
  readonly dictionaries?: readonly { readonly layer: number; readonly features: number }[] | undefined;
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
export interface Feature {
  readonly kind: "feature";
  /** Of the dictionary. */
  readonly layer: number;
  readonly feature: number;
}
/** The difference between a state and its reconstruction by the layer's dictionary. */
export interface ErrorTerm {
  readonly kind: "error";
  readonly layer: number;
}
export type Unit = Head | Mlp | Neuron | Feature | ErrorTerm;

/** Index without sign or leading zeros, at most nine digits, so that every id has one spelling and fits an integer. */
const INDEX = "(0|[1-9]\\d{0,8})";
const HEAD = new RegExp(`^a${INDEX}\\.h${INDEX}$`);
const MLP = new RegExp(`^m${INDEX}$`);
const NEURON = new RegExp(`^m${INDEX}\\.n${INDEX}$`);
const FEATURE = new RegExp(`^d${INDEX}\\.f${INDEX}$`);
const ERROR = new RegExp(`^d${INDEX}\\.error$`);

export function headUnit(layer: number, head: number): Head {
  return { kind: "head", layer, head };
}

export function mlpUnit(layer: number): Mlp {
  return { kind: "mlp", layer };
}

export function neuronUnit(layer: number, neuron: number): Neuron {
  return { kind: "neuron", layer, neuron };
}

export function featureUnit(layer: number, feature: number): Feature {
  return { kind: "feature", layer, feature };
}

export function errorUnit(layer: number): ErrorTerm {
  return { kind: "error", layer };
}

export function formatUnit(unit: Unit): string {
  switch (unit.kind) {
    case "head":
      return `a${unit.layer}.h${unit.head}`;
    case "mlp":
      return `m${unit.layer}`;
    case "neuron":
      return `m${unit.layer}.n${unit.neuron}`;
    case "feature":
      return `d${unit.layer}.f${unit.feature}`;
    case "error":
      return `d${unit.layer}.error`;
  }
}

/** The unit of an id, or undefined when the text is not the id of a unit. */
export function parseUnit(id: string): Unit | undefined {
  const head = HEAD.exec(id);
  if (head) return headUnit(Number(head[1]), Number(head[2]));
  const neuron = NEURON.exec(id);
  if (neuron) return neuronUnit(Number(neuron[1]), Number(neuron[2]));
  const mlp = MLP.exec(id);
  if (mlp) return mlpUnit(Number(mlp[1]));
  const feature = FEATURE.exec(id);
  if (feature) return featureUnit(Number(feature[1]), Number(feature[2]));
  const error = ERROR.exec(id);
  return error ? errorUnit(Number(error[1])) : undefined;
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
    case "feature":
      return unit.feature < featuresAt(sizes, unit.layer);
    case "error":
      return featuresAt(sizes, unit.layer) > 0;
  }
}

/** Features of the dictionary at a layer; 0 where there is none. */
export function featuresAt({ dictionaries = [] }: UnitSizes, layer: number): number {
  return dictionaries.find((dictionary) => dictionary.layer === layer)?.features ?? 0;
}

/** Order of the data flow: by layer, then heads, MLP, neurons, features, error, then by index. */
export function compareUnits(a: Unit, b: Unit): number {
  return (
    a.layer - b.layer || UNIT_KINDS.indexOf(a.kind) - UNIT_KINDS.indexOf(b.kind) || indexInLayer(a) - indexInLayer(b)
  );
}

/** Its number among the units of its kind in its layer. */
export function indexInLayer(unit: Unit): number {
  switch (unit.kind) {
    case "head":
      return unit.head;
    case "mlp":
    case "error":
      return 0;
    case "neuron":
      return unit.neuron;
    case "feature":
      return unit.feature;
  }
}
