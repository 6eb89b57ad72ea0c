// Runs graphs on ONNX Runtime's CPU provider; the only file that imports onnxruntime-node.
import { join } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { cores } from "../base/cores.ts";
import { type Data, type Dim, type DType, formatValue, type Graph, type Value } from "../onnx/graph.ts";

/** Version of ONNX Runtime that runs the graphs. */
export const runtimeVersion: string = env.versions.node ?? "unknown";

/** A dense array with its type and shape, row-major; bool is one byte per entry. */
export interface Feed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Data;
}

export interface ProgramOptions {
  /** Threads inside one op; default: all cores. */
  readonly threads?: number;
  /** Keep freed memory for the next run: saves a third of a training step, costs its peak memory for good. Default: give it back. */
  readonly keepMemory?: boolean;
}

/**
 * A session's idle thread spins for milliseconds by default before it sleeps. That takes the cores from the next session and from
 * whatever else runs: beside one busy process a step of generation took twice as long. Waiting for so short a time costs an idle
 * machine nothing that could be measured.
 */
const SESSION_CONFIGURATION = { session: { intra_op: { spin_duration_us: "20" } } } as const;

let traced = 0;

/**
 * Where SECATEUR_TRACES names a folder, every session writes the times of its kernels there when it is released: ONNX Runtime's
 * own trace, one file for each.
 */
function tracing(): { enableProfiling?: boolean; profileFilePrefix?: string } {
  const folder = process.env.SECATEUR_TRACES;
  if (folder === undefined) return {};
  return { enableProfiling: true, profileFilePrefix: join(folder, `${process.pid}-${traced++}`) };
}

type Declared = Pick<Value, "name" | "dtype" | "shape">;

/** A graph made ready to run. Weights live in it once; `dispose` frees them. */
export class Program {
  private constructor(
    readonly name: string,
    /** Of its weights. */
    readonly bytes: number,
    private readonly inputs: readonly Declared[],
    private readonly session: InferenceSession,
  ) {}

  /** @throws Error "internal: …" when ONNX Runtime refuses the graph, with its inputs' types and shapes. */
  static async compile(graph: Graph, options: ProgramOptions = {}): Promise<Program> {
    try {
      const session = await InferenceSession.create(graph.toBytes(), {
        executionProviders: ["cpu"],
        executionMode: "sequential",
        intraOpNumThreads: options.threads ?? cores(),
        interOpNumThreads: 1,
        enableCpuMemArena: options.keepMemory ?? false,
        graphOptimizationLevel: hasFloat64(graph) ? "basic" : "all",
        logSeverityLevel: 3,
        extra: SESSION_CONFIGURATION,
        ...tracing(),
      });
      // Only what a feed is checked against: a Value would hold on to its graph, and so to all weights.
      const declared = graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
      const bytes = graph.constants.reduce((sum, { data }) => sum + data.byteLength, 0);
      return new Program(graph.name, bytes, declared, session);
    } catch (cause) {
      const inputs = graph.inputs.map((input) => `${input.name}: ${formatValue(input)}`).join(", ");
      throw new Error(`internal: ONNX Runtime refuses graph "${graph.name}" (inputs: ${inputs}): ${text(cause)}`, {
        cause,
      });
    }
  }

  /**
   * One run; the wanted graph outputs by name (default: every one), or with the arrays that they are to be written into. Feeds are
   * read in place. onnxruntime-node 1.30 copies every result into an array of its own, also one that was written where it was wanted:
   * what is large is best used up inside the graph.
   *
   * @throws Error "internal: …" with names, types and shapes of all inputs
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    wanted?: readonly string[] | Readonly<Record<string, Feed>>,
  ): Promise<Readonly<Record<string, Feed>>> {
    try {
      checkFeeds(this.inputs, feeds);
      const tensors = tensorsOf(feeds);
      const results = wanted
        ? await this.session.run(tensors, isList(wanted) ? wanted : tensorsOf(wanted))
        : await this.session.run(tensors);
      const named: Record<string, Feed> = {};
      for (const [name, result] of Object.entries(results)) named[name] = toFeed(result);
      return named;
    } catch (cause) {
      const inputs = Object.entries(feeds).map(([name, feed]) => `${name}: ${formatValue(feed)}`);
      throw new Error(`internal: run of graph "${this.name}" failed (inputs: ${inputs.join(", ")}): ${text(cause)}`, {
        cause,
      });
    }
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

export function f32(shape: readonly number[], data: Float32Array | readonly number[]): Feed {
  return { dtype: "float32", shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

export function f64(shape: readonly number[], data: Float64Array | readonly number[]): Feed {
  return { dtype: "float64", shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

export function i64(shape: readonly number[], data: BigInt64Array | readonly number[]): Feed {
  return { dtype: "int64", shape, data: data instanceof BigInt64Array ? data : BigInt64Array.from(data, BigInt) };
}

export function bool(shape: readonly number[], data: Uint8Array | readonly boolean[]): Feed {
  return { dtype: "bool", shape, data: data instanceof Uint8Array ? data : Uint8Array.from(data, Number) };
}

/** Beyond the basic level ONNX Runtime 1.30 fuses float64 nodes into ops that it can run in float32 only (QuickGelu). */
function hasFloat64(graph: Graph): boolean {
  return (
    graph.inputs.some((value) => value.dtype === "float64") ||
    graph.nodes.some((node) => node.result.dtype === "float64")
  );
}

/** Every input is fed with its type and shape, and one symbol is one size throughout: ONNX Runtime relies on it without checking. */
function checkFeeds(inputs: readonly Declared[], feeds: Readonly<Record<string, Feed>>): void {
  const sizes = new Map<Dim, number>();
  for (const input of inputs) {
    const feed = feeds[input.name];
    if (!feed) throw new Error(`"${input.name}" is not fed`);
    const fits =
      feed.shape.length === input.shape.length &&
      feed.shape.every((size, axis) => agrees(sizes, input.shape[axis]!, size));
    if (!fits || feed.dtype !== input.dtype) {
      throw new Error(`"${input.name}" is declared as ${formatValue(input)} and fed ${formatValue(feed)}`);
    }
  }
  const unknown = Object.keys(feeds).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is no input`);
}

function agrees(sizes: Map<Dim, number>, dim: Dim, size: number): boolean {
  if (typeof dim === "number") return dim === size;
  const known = sizes.get(dim) ?? size;
  sizes.set(dim, known);
  return known === size;
}

function tensorsOf(feeds: Readonly<Record<string, Feed>>): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dtype, data, shape }] of Object.entries(feeds)) tensors[name] = new Tensor(dtype, data, shape);
  return tensors;
}

function isList<T>(value: readonly string[] | T): value is readonly string[] {
  return Array.isArray(value);
}

function toFeed(result: Tensor): Feed {
  return { dtype: result.type as DType, shape: result.dims, data: result.data as Data };
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
