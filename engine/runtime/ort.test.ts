// Running a graph: values in and out, and what the error says when it cannot run.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, suite, test, vi } from "vitest";
import { Graph } from "../onnx/graph.ts";
import { add, cast, greater, matMul } from "../onnx/ops.ts";
import { bool, f32, f64, type Feed, i64, Program } from "./ort.ts";

type Trace = readonly { readonly args: { readonly op_name?: string } }[];

/** y = a + b with a "rows 2" and b "rows 2". */
function sum(): Graph {
  const graph = new Graph("sum");
  graph.output("y", add(graph.input("a", "float32", ["rows", 2]), graph.input("b", "float32", ["rows", 2])));
  return graph;
}

suite("Program", () => {
  test("returns every output by name with its type, shape and values", async () => {
    const graph = new Graph("g");
    const x = graph.input("x", "float32", ["rows", 2]);
    graph.output("double", add(x, x));
    graph.output("positive", greater(x, 0));
    graph.output("whole", cast(x, "int64"));
    graph.output("wide", cast(x, "float64"));
    const program = await Program.compile(graph);
    expect(await program.run({ x: f32([2, 2], [-1, 0.5, 2, 3]) })).toEqual({
      double: f32([2, 2], [-2, 1, 4, 6]),
      positive: bool([2, 2], [false, true, true, true]),
      whole: i64([2, 2], [-1, 0, 2, 3]),
      wide: f64([2, 2], [-1, 0.5, 2, 3]),
    });
    await program.dispose();
  });

  test("runs with no rows at all", async () => {
    const program = await Program.compile(sum());
    expect(await program.run({ a: f32([0, 2], []), b: f32([0, 2], []) })).toEqual({ y: f32([0, 2], []) });
    await program.dispose();
  });

  test("gives the same bits with one thread at every run", async () => {
    const graph = new Graph("g");
    const W = graph.constant(
      Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i)),
      "float32",
      [64, 64],
    );
    graph.output("y", matMul(graph.input("x", "float32", ["rows", 64]), W));
    const program = await Program.compile(graph, { threads: 1 });
    const x = f32(
      [5, 64],
      Float32Array.from({ length: 320 }, (_, i) => Math.cos(i)),
    );
    expect(await program.run({ x })).toEqual(await program.run({ x }));
    await program.dispose();
  });

  test("names every input with type and shape when one does not fit", async () => {
    const program = await Program.compile(sum());
    const [a, b] = [f32([2, 2], [1, 2, 3, 4]), f32([1, 2], [1, 2])];
    const failureOf = (feeds: Readonly<Record<string, Feed>>): Promise<string> =>
      program.run(feeds).then(
        () => "no failure",
        (error: Error) => error.message,
      );
    const said = (feeds: string, fault: string) => `internal: run of graph "sum" failed (inputs: ${feeds}): ${fault}`;
    expect(await failureOf({ a })).toBe(said("a: float32 [2, 2]", '"b" is not fed'));
    expect(await failureOf({ a, b })).toBe(
      said("a: float32 [2, 2], b: float32 [1, 2]", '"b" is declared as float32 [rows, 2] and fed float32 [1, 2]'),
    );
    expect(await failureOf({ a, b: i64([2, 2], [1, 2, 3, 4]) })).toBe(
      said("a: float32 [2, 2], b: int64 [2, 2]", '"b" is declared as float32 [rows, 2] and fed int64 [2, 2]'),
    );
    expect(await failureOf({ a, b: a, c: a })).toBe(
      said("a: float32 [2, 2], b: float32 [2, 2], c: float32 [2, 2]", '"c" is no input'),
    );
    await program.dispose();
  });

  test("names the graph's inputs when ONNX Runtime refuses the graph", async () => {
    const graph = new Graph("odd");
    const x = graph.input("x", "float32", ["rows", 2]);
    graph.output("y", graph.node("NoSuchOp", [x], {}, x));
    await expect(Program.compile(graph)).rejects.toThrow(
      'internal: ONNX Runtime refuses graph "odd" (inputs: x: float32 [rows, 2]): ',
    );
  });

  test("writes a trace of its kernels where one is asked for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "secateur-traces-"));
    vi.stubEnv("SECATEUR_TRACES", folder);
    try {
      const program = await Program.compile(sum());
      await program.run({ a: f32([1, 2], [1, 2]), b: f32([1, 2], [3, 4]) });
      await program.dispose();
      const traces = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Trace);
      expect(traces.map((trace) => trace.flatMap(({ args }) => args.op_name ?? []))).toEqual([["Add"]]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });
});
