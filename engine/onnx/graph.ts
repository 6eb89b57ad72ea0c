// Builds an ONNX graph value by value, checks it, and hands out what the serialiser needs; holds no knowledge of single ops.
import { assertInternal, EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { graphBytes } from "./serialise.ts";

export type DType = "float32" | "float64" | "int64" | "bool";

/** A size: a number, or a name such as "rows" that every run fixes; a product of names is written "runs*pos". */
export type Dim = number | string;

export type Data = Float32Array | Float64Array | BigInt64Array | Uint8Array;

/** A node's attribute, tagged as ONNX tags it: whole number, real number, list of whole numbers, text. */
export type Attribute =
  { readonly i: number } | { readonly f: number } | { readonly ints: readonly number[] } | { readonly s: string };
export type Attributes = Readonly<Record<string, Attribute>>;

/** What stands on an edge of the graph: an input, a constant or the result of a node. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** What the gradient table sees: an op with its inputs and its result, whether one node computes it or several. */
export interface Step {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly result: Value;
}

/** What ONNX Runtime sees. */
export interface Node extends Step {
  readonly domain: string;
}

export interface Constant {
  readonly value: Value;
  readonly data: Data;
}

/** Constants up to this many entries are shared when they are equal and unnamed. */
const SHARED_ENTRIES = 16;

export class Graph {
  readonly name: string;
  readonly inputs: Value[] = [];
  readonly constants: Constant[] = [];
  /** In the order of their making, which is an order of evaluation. */
  readonly nodes: Node[] = [];
  /** The same computation with every composite as one step. */
  readonly steps: Step[] = [];
  readonly outputs = new Map<string, Value>();
  private readonly values = new Map<string, Value>();
  private readonly shared = new Map<string, Value>();
  private insideComposite = false;

  constructor(name: string) {
    this.name = name;
  }

  /** A value fed at every run. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    const value = this.define(name, dtype, shape);
    this.inputs.push(value);
    return value;
  }

  /** An initialiser. Typed arrays of the right type are kept, not copied. */
  constant(data: Data | readonly number[], dtype: DType, shape: readonly number[], name?: string): Value {
    const typed = toData(data, dtype);
    const size = shape.reduce((product, n) => product * n, 1);
    if (typed.length !== size) {
      const label = name === undefined ? say`a constant` : say`${name}`;
      throw new EngineError(
        "shape",
        say`Graph "${this.name}": ${label} has shape ${formatShape(shape)} but ${typed.length} values.`,
      );
    }
    const key =
      name === undefined && size <= SHARED_ENTRIES ? `${dtype}/${shape}/${[...typed].map(exactly)}` : undefined;
    const known = key === undefined ? undefined : this.shared.get(key);
    if (known) return known;
    const value = this.define(name ?? `constant_${this.constants.length}`, dtype, shape);
    this.constants.push({ value, data: typed });
    if (key !== undefined) this.shared.set(key, value);
    return value;
  }

  /** Appends a node with one result, whose type and shape the caller has worked out. */
  node(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    result: { readonly dtype: DType; readonly shape: readonly Dim[] },
    domain = "",
  ): Value {
    for (const input of inputs) this.checkKnown(input, say`${op}`);
    const value = this.define(`${op}_${this.nodes.length}`, result.dtype, result.shape);
    const node: Node = { op, domain, inputs, attributes, result: value };
    this.nodes.push(node);
    if (!this.insideComposite) this.steps.push(node);
    return value;
  }

  /**
   * An op made of several nodes that has one gradient rule of its own: `build` appends the nodes and returns the result, which
   * may depend on `inputs` and constants only. Inside another composite it is no step.
   */
  composite(op: string, inputs: readonly Value[], attributes: Attributes, build: () => Value): Value {
    if (this.insideComposite) return build();
    this.insideComposite = true;
    try {
      const result = build();
      this.steps.push({ op, inputs, attributes, result });
      return result;
    } finally {
      this.insideComposite = false;
    }
  }

  /** Gives a value a name under which a run returns it. One value may have several such names. */
  output(name: string, value: Value): void {
    this.checkKnown(value, say`output "${name}"`);
    if (this.outputs.has(name)) throw this.duplicate(name);
    const holder = this.values.get(name);
    if (holder && holder !== value) throw this.duplicate(name);
    this.outputs.set(name, value);
  }

  /** A constant without axes. */
  scalar(value: number, dtype: DType): Value {
    return this.constant([value], dtype, []);
  }

  /**
   * Checks that every name is defined once and before its use, with the type and shape it is used with, and that there is an output.
   *
   * @throws EngineError "shape" naming graph, node and value
   */
  verify(): void {
    const defined = new Map<string, Value>();
    const define = (value: Value): void => {
      if (defined.has(value.name)) throw this.duplicate(value.name);
      defined.set(value.name, value);
    };
    const use = (value: Value, user: Sentence): void => this.checkSame(defined.get(value.name), value, user);
    this.inputs.forEach(define);
    this.constants.forEach((constant) => define(constant.value));
    for (const node of this.nodes) {
      for (const input of node.inputs) use(input, say`${node.result.name}`);
      define(node.result);
    }
    if (this.outputs.size === 0)
      throw new EngineError("shape", say`Graph "${this.name}" has no output, so a run would return nothing.`);
    for (const [name, value] of this.outputs) {
      use(value, say`output "${name}"`);
      if (defined.has(name) && defined.get(name) !== value) throw this.duplicate(name);
    }
  }

  /** The verified graph as an ONNX ModelProto, without nodes and constants that no output needs. Inputs stay. */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.verify();
    return graphBytes(this);
  }

  private define(name: string, dtype: DType, shape: readonly Dim[]): Value {
    if (this.values.has(name)) throw this.duplicate(name);
    const value: Value = { graph: this, name, dtype, shape };
    this.values.set(name, value);
    return value;
  }

  private checkKnown(value: Value, user: Sentence): void {
    this.checkSame(this.values.get(value.name), value, user);
  }

  private checkSame(known: Value | undefined, value: Value, user: Sentence): void {
    if (!known || value.graph !== this) {
      const origin =
        value.graph === this ? say`which nothing defines before it` : say`which belongs to graph "${value.graph.name}"`;
      throw new EngineError("shape", say`Graph "${this.name}": ${user} reads "${value.name}", ${origin}.`);
    }
    if (known.dtype !== value.dtype || formatShape(known.shape) !== formatShape(value.shape)) {
      throw new EngineError(
        "shape",
        say`Graph "${this.name}": ${user} reads "${value.name}" as ${formatValue(value)}, but it is ${formatValue(known)}.`,
      );
    }
  }

  private duplicate(name: string): EngineError {
    return new EngineError(
      "shape",
      say`Graph "${this.name}": the name "${name}" is given twice; every value needs a name of its own.`,
    );
  }
}

/** "[rows, 64]" */
export function formatShape(shape: readonly Dim[]): string {
  return `[${shape.join(", ")}]`;
}

/** "float32 [rows, 64]" */
export function formatValue(value: { readonly dtype: DType; readonly shape: readonly Dim[] }): string {
  return `${value.dtype} ${formatShape(value.shape)}`;
}

const CONVERT: Readonly<Record<DType, (data: readonly number[]) => Data>> = {
  float32: (data) => Float32Array.from(data),
  float64: (data) => Float64Array.from(data),
  int64: (data) => BigInt64Array.from(data, BigInt),
  bool: (data) => Uint8Array.from(data, Number),
};

const ARRAY_OF: Readonly<Record<DType, new () => Data>> = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

function toData(data: Data | readonly number[], dtype: DType): Data {
  if (Array.isArray(data)) return CONVERT[dtype](data);
  assertInternal(data instanceof ARRAY_OF[dtype], `a ${dtype} constant from a ${data.constructor.name}`);
  return data as Data;
}

/** A text that differs for different numbers, -0 and 0 among them. */
function exactly(entry: number | bigint): string {
  return Object.is(entry, -0) ? "-0" : String(entry);
}
