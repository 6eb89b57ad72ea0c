// The graph's verifier by its sentences, and its bytes by reading them back.
import { fromBinary } from "@bufbuild/protobuf";
import { expect, suite, test } from "vitest";
import { Graph, type Value } from "./graph.ts";
import { ModelProtoSchema } from "./onnx_pb.ts";
import * as ops from "./ops.ts";

/** y = tanh(x · W) with x "rows 2", W "2 3". */
function small(): { graph: Graph; x: Value; W: Value; y: Value } {
  const graph = new Graph("small");
  const x = graph.input("x", "float32", ["rows", 2]);
  const W = graph.constant([1, 2, 3, 4, 5, 6], "float32", [2, 3], "W");
  return { graph, x, W, y: ops.tanh(ops.matMul(x, W)) };
}

suite("Graph", () => {
  test("refuses a name given twice, to a value or to an output", () => {
    const { graph, x, y } = small();
    const sentence = (name: string) =>
      `Graph "small": the name "${name}" is given twice; every value needs a name of its own.`;
    expect(() => graph.input("x", "float32", [1])).toThrow(sentence("x"));
    expect(() => graph.constant([1], "float32", [1], "W")).toThrow(sentence("W"));
    expect(() => graph.output("x", y)).toThrow(sentence("x"));
    graph.output("y", y);
    expect(() => graph.output("y", x)).toThrow(sentence("y"));
  });

  test("refuses a name given twice that arose after the output was named", () => {
    const { graph, y } = small();
    graph.output("late", y);
    graph.output("other", graph.constant([1], "float32", [1], "late"));
    expect(() => graph.verify()).toThrow('Graph "small": the name "late" is given twice');
  });

  test("refuses a value of another graph and a name that nothing defines", () => {
    const { graph } = small();
    const foreign = new Graph("foreign").input("x", "float32", ["rows", 2]);
    expect(() => graph.node("Tanh", [foreign], {}, foreign)).toThrow(
      'Graph "small": Tanh reads "x", which belongs to graph "foreign".',
    );
    const ghost: Value = { graph, name: "ghost", dtype: "float32", shape: [2] };
    expect(() => graph.output("y", ghost)).toThrow(
      'Graph "small": output "y" reads "ghost", which nothing defines before it.',
    );
  });

  test("refuses a value used with another type or shape than it was made with", () => {
    const { graph, x } = small();
    expect(() => graph.node("Tanh", [{ ...x, dtype: "float64" }], {}, x)).toThrow(
      'Graph "small": Tanh reads "x" as float64 [rows, 2], but it is float32 [rows, 2].',
    );
    expect(() => graph.node("Tanh", [{ ...x, shape: ["rows", 3] }], {}, x)).toThrow(
      'Graph "small": Tanh reads "x" as float32 [rows, 3], but it is float32 [rows, 2].',
    );
  });

  test("refuses to be written without an output", () => {
    expect(() => small().graph.toBytes()).toThrow('Graph "small" has no output, so a run would return nothing.');
  });

  test("refuses a constant whose values do not fill its shape", () => {
    const sentence = 'Graph "g": W has shape [2, 3] but 5 values.';
    expect(() => new Graph("g").constant([1, 2, 3, 4, 5], "float32", [2, 3], "W")).toThrow(sentence);
  });

  test("shares small unnamed constants that are equal, but not 0 with -0 nor types with each other", () => {
    const graph = new Graph("g");
    const zero = graph.scalar(0, "float32");
    expect(graph.scalar(0, "float32")).toBe(zero);
    expect(graph.scalar(-0, "float32")).not.toBe(zero);
    expect(graph.scalar(0, "float64")).not.toBe(zero);
    expect(graph.constant([0], "float32", [1])).not.toBe(zero);
  });

  test("keeps a typed array as it is", () => {
    const graph = new Graph("g");
    const data = new Float32Array(100);
    graph.constant(data, "float32", [100]);
    expect(graph.constants[0]?.data).toBe(data);
  });

  test("is a composite's one step for the gradient, and all its nodes for the executor", () => {
    const graph = new Graph("g");
    ops.silu(graph.input("x", "float32", [2]));
    expect(graph.steps.map((step) => step.op)).toEqual(["Silu"]);
    expect(graph.nodes.map((node) => node.op)).toEqual(["Sigmoid", "Mul"]);
  });
});

suite("Graph.toBytes()", () => {
  test("writes a model that reads back as it was built", () => {
    const { graph, y } = small();
    graph.output("y", y);
    const model = fromBinary(ModelProtoSchema, graph.toBytes());
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", 23n],
      ["com.microsoft", 1n],
    ]);
    const proto = model.graph!;
    expect(proto.node.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ["MatMul", ["x", "W"], ["MatMul_0"]],
      ["Tanh", ["MatMul_0"], ["y"]],
    ]);
    expect(proto.initializer.map(({ name, dims, dataType }) => [name, dims, dataType])).toEqual([["W", [2n, 3n], 1]]);
    const { buffer } = proto.initializer[0]!.rawData.slice();
    expect([...new Float32Array(buffer)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(proto.input.map(({ name }) => name)).toEqual(["x"]);
    expect(proto.output.map(({ name }) => name)).toEqual(["y"]);
  });

  test("leaves out nodes and constants that no output needs, and keeps the inputs", () => {
    const { graph, x } = small();
    graph.output("h", ops.neg(x));
    const proto = fromBinary(ModelProtoSchema, graph.toBytes()).graph!;
    expect(proto.node.map((node) => node.opType)).toEqual(["Neg"]);
    expect(proto.initializer).toEqual([]);
    expect(proto.input.map(({ name }) => name)).toEqual(["x"]);
  });

  test("copies a value that has two output names, or is an input", () => {
    const { graph, x, y } = small();
    graph.output("first", y);
    graph.output("second", y);
    graph.output("same", x);
    const proto = fromBinary(ModelProtoSchema, graph.toBytes()).graph!;
    expect(proto.node.map(({ opType, input, output }) => [opType, input, output]).slice(1)).toEqual([
      ["Tanh", ["MatMul_0"], ["first"]],
      ["Identity", ["first"], ["second"]],
      ["Identity", ["x"], ["same"]],
    ]);
  });

  test("writes every type and tag of attribute", () => {
    const graph = new Graph("g");
    const x = graph.constant([1], "float64", [1]);
    const attributes = { whole: { i: 3 }, real: { f: 0.5 }, list: { ints: [1, 2] }, word: { s: "add" } };
    graph.output(
      "y",
      graph.node("Odd", [x, graph.constant([1], "int64", [1]), graph.constant([1], "bool", [1])], attributes, x),
    );
    const proto = fromBinary(ModelProtoSchema, graph.toBytes()).graph!;
    expect(proto.initializer.map(({ dataType, rawData }) => [dataType, rawData.length])).toEqual([
      [11, 8],
      [7, 8],
      [9, 1],
    ]);
    const [whole, real, list, word] = proto.node[0]!.attribute;
    expect([whole?.i, real?.f, list?.ints, new TextDecoder().decode(word?.s)]).toEqual([3n, 0.5, [1n, 2n], "add"]);
  });
});
