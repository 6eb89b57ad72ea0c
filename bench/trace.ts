// Reads the traces that ONNX Runtime writes of its sessions, and splits the time of a whole run among what took it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a run's time goes to, in the order in which it is shown. */
export const PARTS = ["matrix products", "other kernels", "between kernels", "compiling", "JavaScript"] as const;
export type Part = (typeof PARTS)[number];

/** Seconds by part. */
export type Shares = Readonly<Record<Part, number>>;

/** One event of a trace; times in microseconds. */
export interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

/** Kernels that are matrix products, alone or with what ONNX Runtime fused to them. */
const PRODUCTS = new Set(["MatMul", "FusedMatMul", "Gemm", "FusedGemm"]);
const COMPILING = new Set(["model_loading_array", "session_initialization"]);

/** Every event of the traces in a folder. */
export function readTraces(folder: string): TraceEvent[] {
  return readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as TraceEvent[]);
}

/**
 * Sessions run one after another, so their times add up; what is left of the whole is JavaScript: mixing, copying, searching.
 *
 * @param seconds of the whole, from before the first session was made
 */
export function sharesOf(events: readonly TraceEvent[], seconds: number): Shares {
  const sum = (wanted: (event: TraceEvent) => boolean) =>
    events.reduce((total, event) => total + (wanted(event) ? event.dur : 0), 0) / 1e6;
  const isKernel = ({ cat, name }: TraceEvent) => cat === "Node" && name.endsWith("_kernel_time");
  const isProduct = (event: TraceEvent) => isKernel(event) && PRODUCTS.has(event.args.op_name ?? "");
  const kernels = sum(isKernel);
  const products = sum(isProduct);
  const runs = sum(({ cat, name }) => cat === "Session" && name === "model_run");
  const compiling = sum(({ cat, name }) => cat === "Session" && COMPILING.has(name));
  return {
    "matrix products": products,
    "other kernels": kernels - products,
    "between kernels": runs - kernels,
    compiling,
    JavaScript: seconds - runs - compiling,
  };
}
