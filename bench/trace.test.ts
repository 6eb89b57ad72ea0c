import { expect, test } from "vitest";
import { sharesOf, type TraceEvent } from "./trace.ts";

const session = (name: string, dur: number): TraceEvent => ({ cat: "Session", name, dur, args: {} });
const node = (name: string, op_name: string, dur: number): TraceEvent => ({
  cat: "Node",
  name,
  dur,
  args: { op_name },
});

test("A run's time is split among products, other kernels, what lies between, compiling, and what is left.", () => {
  const events = [
    session("model_loading_array", 250_000),
    session("session_initialization", 250_000),
    node("MatMul_0_kernel_time", "MatMul", 375_000),
    node("fused_1_kernel_time", "FusedMatMul", 125_000),
    node("Softmax_2_kernel_time", "Softmax", 125_000),
    session("SequentialExecutor::Execute", 700_000),
    session("model_run", 750_000),
    node("MatMul_0_kernel_time", "MatMul", 500_000),
    session("model_run", 750_000),
  ];
  expect(sharesOf(events, 3)).toEqual({
    "matrix products": 1,
    "other kernels": 0.125,
    "between kernels": 0.375,
    compiling: 0.5,
    JavaScript: 1,
  });
});

test("Without a trace all the time is JavaScript's.", () => {
  expect(sharesOf([], 2)).toEqual({
    "matrix products": 0,
    "other kernels": 0,
    "between kernels": 0,
    compiling: 0,
    JavaScript: 2,
  });
});
