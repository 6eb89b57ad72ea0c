// Gradients where differences say little: limits and kinks by hand, whole blocks, and how gradients of several values combine.
import { expect, suite, test } from "vitest";
import { Random } from "../base/random.ts";
import { sizeOf } from "../base/tensor.ts";
import { f32, f64, type Feed, i64, Program } from "../runtime/ort.ts";
import { gradients } from "./gradient.ts";
import { type Dim, Graph, type Value } from "./graph.ts";
import * as ops from "./ops.ts";

async function runOnce(graph: Graph, feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Feed>>> {
  const program = await Program.compile(graph, { threads: 1 });
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/** dx for y = build(x) and a given dy, in float64. */
async function pullBack(x: Feed, dy: Feed, build: (x: Value) => Value): Promise<number[]> {
  const graph = new Graph("pull-back");
  const variable = graph.input("x", "float64", x.shape);
  const [dx] = gradients([{ value: build(variable), cotangent: graph.input("dy", "float64", dy.shape) }], [variable]);
  graph.output("dx", dx!);
  return Array.from((await runOnce(graph, { x, dy }))["dx"]!.data, Number);
}

suite("gradients at limits and kinks", () => {
  test("softmax of saturated logits: exactly zero, and a quarter where two share the mass", async () => {
    const row = (...entries: number[]) => f64([1, entries.length], entries);
    expect(await pullBack(row(1000, 0, -1000), row(1, 2, 3), ops.softmax)).toEqual([0, 0, 0]);
    expect(await pullBack(row(1000, 1000), row(1, 0), ops.softmax)).toEqual([0.25, -0.25]);
  });

  test("logSoftmax and crossEntropy of saturated logits: softmax minus the target, with either sign", async () => {
    const logits = f64([1, 2], [1000, 0]);
    expect(await pullBack(logits, f64([1, 2], [0, 1]), ops.logSoftmax)).toEqual([-1, 1]);
    const loss = (x: Value) => ops.crossEntropy(x, x.graph.constant([1], "int64", [1]));
    expect(await pullBack(logits, f64([1], [2]), loss)).toEqual([2, -2]);
  });

  test("relu has derivative 0 at 0 and next to it on the left", async () => {
    const x = f64([4], [-1e-300, 0, 1e-300, -0]);
    expect(await pullBack(x, f64([4], [1, 2, 3, 4]), ops.relu)).toEqual([0, 0, 3, 0]);
  });

  test("layerNorm of a constant row: (dy − mean dy) / √epsilon, to 1e-12", async () => {
    const norm = (x: Value) => ops.layerNorm(x, x.graph.constant([1, 1, 1, 1], "float64", [4]), undefined, 1e-5);
    const dx = await pullBack(f64([1, 4], [5, 5, 5, 5]), f64([1, 4], [1, 0, 0, 0]), norm);
    const scale = 1 / Math.sqrt(Math.fround(1e-5));
    [0.75, -0.25, -0.25, -0.25].forEach((share, i) => expect(dx[i]! / (share * scale)).toBeCloseTo(1, 12));
  });

  test("rmsNorm of a zero row: dy · gain / √epsilon, to 1e-12", async () => {
    const norm = (x: Value) => ops.rmsNorm(x, x.graph.constant([2, 3], "float64", [2]), 1e-6);
    const dx = await pullBack(f64([1, 2], [0, 0]), f64([1, 2], [1, -1]), norm);
    const scale = 1 / Math.sqrt(Math.fround(1e-6));
    [2, -3].forEach((gain, i) => expect(dx[i]! / (gain * scale)).toBeCloseTo(1, 12));
  });

  test("the three GELU-like activations are flat far left and the identity far right", async () => {
    for (const activation of [ops.gelu, ops.geluTanh, ops.silu]) {
      expect(await pullBack(f64([2], [-800, 800]), f64([2], [1, 1]), activation)).toEqual(
        [0, 1].map((y) => expect.closeTo(y, 12)),
      );
    }
  });

  test("where passes no gradient from the branch not taken, not even NaN", async () => {
    const guarded = (x: Value) => ops.where(ops.greater(x, 0), ops.mul(x, 3), ops.mul(x, 0));
    expect(await pullBack(f64([2], [-1, 1]), f64([2], [1, 1]), guarded)).toEqual([0, 3]);
  });

  test("gather adds up thousands of reads of one row, the same at every run on two threads", async () => {
    const reads = 4000;
    const graph = new Graph("embedding");
    const table = graph.input("table", "float32", [3, 64]);
    const read = ops.gather(table, graph.input("ids", "int64", ["reads"]), 0);
    const [dTable] = gradients([{ value: read, cotangent: graph.scalar(1, "float32") }], [table]);
    graph.output("dTable", dTable!);
    const ids = Array.from({ length: reads }, (_, i) => (i % 4 === 0 ? 0 : 2));
    const program = await Program.compile(graph, { threads: 2 });
    const feeds = { table: f32([3, 64], new Float32Array(192)), ids: i64([reads], ids) };
    const expected = f32(
      [3, 64],
      Float32Array.from({ length: 192 }, (_, i) => [reads / 4, 0, (3 * reads) / 4][Math.floor(i / 64)]!),
    );
    for (let run = 0; run < 5; run++) expect((await program.run(feeds))["dTable"]).toEqual(expected);
    await program.dispose();
  });
});

suite("gradients()", () => {
  const vector = (graph: Graph, name: string): Value => graph.input(name, "float64", ["n"]);

  test("counts every path to a value in between, and goes on through it", async () => {
    const graph = new Graph("g");
    const x = vector(graph, "x");
    const h = ops.mul(x, 3);
    const y = ops.add(ops.mul(h, h), h);
    const [dh, dx] = gradients([{ value: y, cotangent: graph.scalar(1, "float64") }], [h, x]);
    graph.output("dh", dh!);
    graph.output("dx", dx!);
    const results = await runOnce(graph, { x: f64([2], [1, 2]) });
    expect(results).toEqual({ dh: f64([2], [7, 13]), dx: f64([2], [21, 39]) });
  });

  test("adds the gradients of several outputs", async () => {
    const graph = new Graph("g");
    const x = vector(graph, "x");
    const seeds = [
      { value: ops.mul(x, 3), cotangent: graph.scalar(1, "float64") },
      { value: ops.neg(x), cotangent: vector(graph, "dy") },
      { value: x, cotangent: graph.scalar(100, "float64") },
    ];
    graph.output("dx", gradients(seeds, [x])[0]!);
    expect(await runOnce(graph, { x: f64([2], [1, 2]), dy: f64([2], [10, 20]) })).toEqual({ dx: f64([2], [93, 83]) });
  });

  test("is zero of the right shape where there is no path, also by way of integers and conditions", async () => {
    const graph = new Graph("g");
    const [x, y] = [vector(graph, "x"), vector(graph, "y")];
    const picked = ops.where(ops.greater(x, 0), y, ops.mul(y, 2));
    const read = ops.gather(y, ops.cast(x, "int64"), 0);
    const [dx] = gradients([{ value: ops.add(picked, read), cotangent: graph.scalar(1, "float64") }], [x]);
    graph.output("dx", dx!);
    expect(await runOnce(graph, { x: f64([2], [1, 0]), y: f64([2], [3, 4]) })).toEqual({ dx: f64([2], [0, 0]) });
  });

  test("differentiates by a constant", async () => {
    const graph = new Graph("g");
    const W = graph.constant([2], "float64", [1], "W");
    const [dW] = gradients([{ value: ops.mul(vector(graph, "x"), W), cotangent: graph.scalar(1, "float64") }], [W]);
    graph.output("dW", dW!);
    expect(await runOnce(graph, { x: f64([2], [1, 2]) })).toEqual({ dW: f64([1], [3]) });
  });

  test("names an op on the way that has no rule", () => {
    const graph = new Graph("g");
    const x = vector(graph, "x");
    const y = graph.node("Sin", [x], {}, x);
    expect(() => gradients([{ value: y, cotangent: x }], [x])).toThrow(
      'There is no gradient rule for the op "Sin" that makes "Sin_0".',
    );
  });

  test("names a cotangent that is not of its value's type and shape", () => {
    const graph = new Graph("g");
    const x = graph.input("x", "float64", ["n", 2]);
    const wrong = graph.input("wrong", "float64", ["n", 3]);
    expect(() => gradients([{ value: x, cotangent: wrong }], [x])).toThrow(
      'gradients: the cotangent float64 [n, 3] is not of the type and shape of "x", float64 [n, 2].',
    );
    expect(() => gradients([{ value: x, cotangent: graph.scalar(1, "float32") }], [x])).toThrow(
      'gradients: the cotangent float32 [] is not of the type and shape of "x", float64 [n, 2].',
    );
  });
});

/** A block and its read-out: the named variables with their axes, and the loss that they make with token ids and targets. */
interface Block {
  readonly variables: Readonly<Record<string, readonly Dim[]>>;
  readonly loss: (variable: (name: string) => Value, tokens: Value, targets: Value) => Value;
}

const [POS, D, HEADS, HEAD, MLP, VOCAB] = [4, 6, 2, 4, 5, 7] as const;

/** 0 where query ≥ key, else −1e4, "pos pos". */
function causalMask(graph: Graph, dtype: Value["dtype"]): Value {
  const entries = Array.from({ length: POS * POS }, (_, i) => (i % POS > Math.floor(i / POS) ? -1e4 : 0));
  return graph.constant(entries, dtype, [POS, POS]);
}

/** "runs pos head·HEAD" → "runs head pos HEAD" */
function perHead(x: Value): Value {
  return ops.transpose(ops.reshape(x, ["runs", POS, -1, HEAD]), [0, 2, 1, 3]);
}

function attend(q: Value, k: Value, v: Value): Value {
  const scores = ops.mul(ops.matMul(q, ops.transpose(k, [0, 1, 3, 2])), 1 / Math.sqrt(HEAD));
  const z = ops.matMul(ops.softmax(ops.add(scores, causalMask(q.graph, q.dtype))), v);
  return ops.reshape(ops.transpose(z, [0, 2, 1, 3]), ["runs", POS, HEADS * HEAD]);
}

const BLOCKS: Readonly<Record<string, Block>> = {
  "GPT-2's: layer norm, learned positions, GELU, tied unembedding": {
    variables: {
      W_E: [VOCAB, D], W_pos: [POS, D], gain1: [D], bias1: [D], W_QKV: [D, 3 * HEADS * HEAD], b_QKV: [3 * HEADS * HEAD],
      W_O: [HEADS * HEAD, D], b_O: [D], gain2: [D], bias2: [D], W_in: [D, MLP], b_in: [MLP], W_out: [MLP, D], b_out: [D],
    }, // prettier-ignore
    loss: (variable, tokens, targets) => {
      const residPre = ops.add(ops.gather(variable("W_E"), tokens, 0), variable("W_pos"));
      const normed = ops.layerNorm(residPre, variable("gain1"), variable("bias1"), 1e-5);
      const qkv = ops.add(ops.matMul(normed, variable("W_QKV")), variable("b_QKV"));
      const [q, k, v] = [0, 1, 2].map((i) => perHead(ops.slice(qkv, -1, i * HEADS * HEAD, (i + 1) * HEADS * HEAD)));
      const attnOut = ops.add(ops.matMul(attend(q!, k!, v!), variable("W_O")), variable("b_O"));
      const residMid = ops.add(residPre, attnOut);
      const normed2 = ops.layerNorm(residMid, variable("gain2"), variable("bias2"), 1e-5);
      const hidden = ops.geluTanh(ops.add(ops.matMul(normed2, variable("W_in")), variable("b_in")));
      const residPost = ops.add(residMid, ops.add(ops.matMul(hidden, variable("W_out")), variable("b_out")));
      const logits = ops.matMul(ops.reshape(residPost, [-1, D]), ops.transpose(variable("W_E"), [1, 0]));
      return ops.reduceMean(ops.crossEntropy(logits, ops.reshape(targets, [-1])), [0]);
    },
  },
  "Llama's: RMS norm, rotary, grouped keys and values, gated MLP": {
    variables: {
      W_E: [VOCAB, D], gain1: [D], W_Q: [D, HEADS * HEAD], W_K: [D, HEAD], W_V: [D, HEAD], W_O: [HEADS * HEAD, D],
      gain2: [D], W_gate: [D, MLP], W_in: [D, MLP], W_out: [MLP, D], gain3: [D], W_U: [D, VOCAB],
    }, // prettier-ignore
    loss: (variable, tokens, targets) => {
      const { graph, dtype } = variable("W_E");
      const angles = Array.from({ length: POS * HEAD }, (_, i) => Math.floor(i / HEAD) * [1, 0.1][i % 2]!);
      const [cos, sin] = [Math.cos, Math.sin].map((turn) => graph.constant(angles.map(turn), dtype, [POS, HEAD]));
      const residPre = ops.gather(variable("W_E"), tokens, 0);
      const normed = ops.rmsNorm(residPre, variable("gain1"), 1e-5);
      const [q, k, v] = ["W_Q", "W_K", "W_V"].map((name) => perHead(ops.matMul(normed, variable(name))));
      const z = attend(ops.rotary(q!, cos!, sin!), ops.rotary(k!, cos!, sin!), v!);
      const residMid = ops.add(residPre, ops.matMul(z, variable("W_O")));
      const normed2 = ops.rmsNorm(residMid, variable("gain2"), 1e-5);
      const hidden = ops.mul(ops.silu(ops.matMul(normed2, variable("W_gate"))), ops.matMul(normed2, variable("W_in")));
      const residPost = ops.add(residMid, ops.matMul(hidden, variable("W_out")));
      const last = ops.slice(ops.rmsNorm(residPost, variable("gain3"), 1e-5), 1, 1, POS);
      const logits = ops.matMul(ops.reshape(last, [-1, D]), variable("W_U"));
      return ops.reduceMean(ops.crossEntropy(logits, ops.reshape(ops.slice(targets, 1, 1, POS), [-1])), [0]);
    },
  },
};

/** The block's graph with outputs "loss" and "d<variable>", and seeded feeds for two runs of tokens. */
function blockGraph(block: Block, dtype: "float32" | "float64"): { graph: Graph; feeds: Record<string, Feed> } {
  const random = Random.seeded(3, "block");
  const graph = new Graph("block");
  const feeds: Record<string, Feed> = {};
  const values = new Map<string, Value>();
  for (const [name, shape] of Object.entries(block.variables)) {
    values.set(name, graph.input(name, dtype, shape));
    const sizes = shape.map(Number);
    const entries = Array.from({ length: sizeOf(sizes) }, () => Math.fround(0.7 * random.normal()));
    feeds[name] = dtype === "float32" ? f32(sizes, entries) : f64(sizes, entries);
  }
  const [tokens, targets] = ["tokens", "targets"].map((name) => graph.input(name, "int64", ["runs", POS]));
  const ids = () =>
    i64(
      [2, POS],
      Array.from({ length: 2 * POS }, () => random.below(VOCAB)),
    );
  Object.assign(feeds, { tokens: ids(), targets: ids() });
  const loss = block.loss((name) => values.get(name)!, tokens!, targets!);
  graph.output("loss", loss);
  const names = [...values.keys()];
  const found = gradients([{ value: loss, cotangent: graph.scalar(1, dtype) }], [...values.values()]);
  found.forEach((gradient, i) => graph.output(`d${names[i]}`, gradient));
  return { graph, feeds };
}

suite("gradient of a whole block", () => {
  for (const [name, block] of Object.entries(BLOCKS)) {
    test(`${name}: equals central differences in float64 to 1e-8 at every weight`, async () => {
      const { graph, feeds } = blockGraph(block, "float64");
      const program = await Program.compile(graph, { threads: 1 });
      const results = await program.run(feeds);
      const lossWith = async (variable: string, entry: number, shift: number): Promise<number> => {
        const data = Float64Array.from(feeds[variable]!.data, Number);
        data[entry]! += shift;
        return Number(
          (await program.run({ ...feeds, [variable]: f64(feeds[variable]!.shape, data) }))["loss"]!.data[0],
        );
      };
      const h = 1e-5;
      for (const variable of Object.keys(block.variables)) {
        const gradient = results[`d${variable}`]!.data;
        for (let entry = 0; entry < gradient.length; entry++) {
          const difference = ((await lossWith(variable, entry, h)) - (await lossWith(variable, entry, -h))) / (2 * h);
          expect(Math.abs(Number(gradient[entry]) - difference), `d${variable}[${entry}]`).toBeLessThanOrEqual(1e-8);
        }
      }
      await program.dispose();
    });

    test(`${name}: the float32 gradient agrees with the float64 twin to 1e-5`, async () => {
      const [single, double] = [blockGraph(block, "float32"), blockGraph(block, "float64")];
      const [actual, expected] = [await runOnce(single.graph, single.feeds), await runOnce(double.graph, double.feeds)];
      for (const [output, { data }] of Object.entries(expected)) {
        const errors = Array.from(data, Number).map((value, i) => Math.abs(value - Number(actual[output]!.data[i])));
        expect(Math.max(...errors), output).toBeLessThanOrEqual(1e-5);
      }
    });
  }
});
