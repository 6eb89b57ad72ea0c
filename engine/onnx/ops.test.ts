// What the ops compute, the shapes they infer, and what they say when types or shapes do not fit.
import { expect, suite, test } from "vitest";
import { f32, f64, type Feed, i64, Program } from "../runtime/ort.ts";
import { type Dim, type DType, Graph, type Value } from "./graph.ts";
import * as ops from "./ops.ts";

/** One op on inputs of the given values; runs it and gives its declared shape beside the result. */
async function run(
  inputs: readonly { readonly dims: readonly Dim[]; readonly feed: Feed }[],
  build: (...xs: Value[]) => Value,
): Promise<{ declared: readonly Dim[]; result: Feed }> {
  const graph = new Graph("op");
  const xs = inputs.map(({ dims, feed }, i) => graph.input(`x${i}`, feed.dtype, dims));
  const y = build(...xs);
  graph.output("y", y);
  const program = await Program.compile(graph, { threads: 1 });
  const result = (await program.run(Object.fromEntries(inputs.map(({ feed }, i) => [`x${i}`, feed]))))["y"]!;
  await program.dispose();
  return { declared: y.shape, result };
}

const counting = (...shape: number[]): Feed =>
  f32(
    shape,
    Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => i),
  );

/** x as declared, with "rows" = 2 and "pos" = 3. */
const SHAPES: Readonly<Record<string, { dims: Dim[]; build: (x: Value) => Value; declared: Dim[]; result: number[] }>> =
  {
    "reshape keeps a symbol on its axis": {
      dims: ["rows", 6],
      build: (x) => ops.reshape(x, ["rows", 2, 3]),
      declared: ["rows", 2, 3],
      result: [2, 2, 3],
    },
    "reshape works out the rest as a product of symbols": {
      dims: ["rows", "pos", 2],
      build: (x) => ops.reshape(x, [-1, 2]),
      declared: ["pos*rows", 2],
      result: [6, 2],
    },
    "reshape splits a product of symbols that the inputs have as axes": {
      dims: ["rows", "pos", 2],
      build: (x) => ops.reshape(ops.reshape(x, ["rows*pos", 2]), ["rows", "pos", 2, 1]),
      declared: ["rows", "pos", 2, 1],
      result: [2, 3, 2, 1],
    },
    "reshape multiplies a number into the rest": {
      dims: ["rows", 6],
      build: (x) => ops.reshape(x, [-1, 2]),
      declared: ["3*rows", 2],
      result: [6, 2],
    },
    "reshape divides a number out of the rest again": {
      dims: ["rows", 6],
      build: (x) => ops.reshape(ops.reshape(x, [-1, 2]), [-1, 6]),
      declared: ["rows", 6],
      result: [2, 6],
    },
    "reshape names a rest that cannot be worked out": {
      dims: ["rows", 6],
      build: (x) => ops.reshape(x, [4, -1]),
      declared: [4, "(6*rows/4)"],
      result: [4, 3],
    },
    "transpose permutes": {
      dims: ["rows", "pos", 4],
      build: (x) => ops.transpose(x, [2, 0, 1]),
      declared: [4, "rows", "pos"],
      result: [4, 2, 3],
    },
    "slice of a number": {
      dims: ["rows", 6],
      build: (x) => ops.slice(x, -1, 1, 4),
      declared: ["rows", 3],
      result: [2, 3],
    },
    "slice to the end of a symbol": {
      dims: [6, "rows"],
      build: (x) => ops.slice(x, 1, 1, "rows"),
      declared: [6, "(rows+-1)"],
      result: [6, 1],
    },
    "concat adds numbers and symbols": {
      dims: ["rows", 6],
      build: (x) => ops.concat([x, ops.slice(x, 0, 0, 1), x], 0),
      declared: ["(rows+rows+1)", 6],
      result: [5, 6],
    },
    "a sum is one factor of a product": {
      dims: ["rows", 6],
      build: (x) => ops.reshape(ops.concat([x, x], 0), [-1, 2]),
      declared: ["3*(rows+rows)", 2],
      result: [12, 2],
    },
    "gather puts the axes of the indices in place of its own": {
      dims: ["rows", "pos", 2],
      build: (x) => ops.gather(x, x.graph.constant([0, 1, 1, 0, 2, 2], "int64", [3, 2]), 1),
      declared: ["rows", 3, 2, 2],
      result: [2, 3, 2, 2],
    },
    "matMul broadcasts leading axes": {
      dims: ["rows", "pos", 2],
      build: (x) =>
        ops.matMul(ops.reshape(x, ["rows", 1, "pos", 2]), x.graph.constant(new Float32Array(24), "float32", [4, 2, 3])),
      declared: ["rows", 4, "pos", 3],
      result: [2, 4, 3, 3],
    },
    "matMulTransposed multiplies by the rows of the second": {
      dims: ["rows", "pos"],
      build: (x) => ops.matMulTransposed(x, x),
      declared: ["rows", "rows"],
      result: [2, 2],
    },
    "reduceSum drops its axes": {
      dims: ["rows", "pos", 2],
      build: (x) => ops.reduceSum(x, [0, -1]),
      declared: ["pos"],
      result: [3],
    },
    "reduceMean keeps its axes as 1": {
      dims: ["rows", "pos", 2],
      build: (x) => ops.reduceMean(x, [1], true),
      declared: ["rows", 1, 2],
      result: [2, 1, 2],
    },
    "reduceMax drops its axes": {
      dims: ["rows", "pos", 2],
      build: (x) => ops.reduceMax(x, [-1]),
      declared: ["rows", "pos"],
      result: [2, 3],
    },
    "topPlaces puts their number in place of the last axis": {
      dims: ["rows", "pos"],
      build: (x) => ops.topPlaces(x, x.graph.constant([2], "int64", [1]), "places"),
      declared: ["rows", "places"],
      result: [2, 2],
    },
    "gatherWithin puts the choice in place of the second axis": {
      dims: ["rows", "pos", 4],
      build: (x) => ops.gatherWithin(x, x.graph.constant([1, 0, 2, 2], "int64", [2, 2])),
      declared: [2, 2, 4],
      result: [2, 2, 4],
    },
    "expand reads symbols off the inputs": {
      dims: ["rows", "pos"],
      build: (x) => ops.expand(x.graph.constant([1, 2], "float32", [2, 1, 1]), [2, "pos", "rows"]),
      declared: [2, "pos", "rows"],
      result: [2, 3, 2],
    },
  };

suite("inferred shapes", () => {
  for (const [what, { dims, build, declared, result }] of Object.entries(SHAPES)) {
    test(what, async () => {
      const sizes = dims.map((dim) => (dim === "rows" ? 2 : dim === "pos" ? 3 : Number(dim)));
      const ran = await run([{ dims, feed: counting(...sizes) }], build);
      expect(ran.declared).toEqual(declared);
      expect(ran.result.shape).toEqual(result);
    });
  }
});

suite("errors of ops", () => {
  const graph = new Graph("g");
  const x = graph.input("x", "float32", ["rows", 4]);
  const y = graph.input("y", "float32", ["rows", 3]);
  const wide = graph.input("wide", "float64", ["rows", 4]);
  const ids = graph.input("ids", "int64", ["rows"]);
  const cases: Readonly<Record<string, () => Value>> = {
    "add: shapes [rows, 4] and [rows, 3] do not broadcast (axis 1: 4 and 3).": () => ops.add(x, y),
    'mul: the types differ: "x" is float32 [rows, 4], "wide" is float64 [rows, 4].': () => ops.mul(x, wide),
    'exp needs float32 or float64, but "ids" is int64 [rows].': () => ops.exp(ids),
    "matMul: shapes [rows, 4] and [3, 3] cannot be multiplied.": () =>
      ops.matMul(x, graph.constant(new Float32Array(9), "float32", [3, 3])),
    "matMulTransposed: shapes [rows, 4] and [4, 3] are no two matrices of one width.": () =>
      ops.matMulTransposed(x, graph.constant(new Float32Array(12), "float32", [4, 3])),
    "reshape: float32 [rows, 4] to [rows, 3]: 4*rows entries do not fill 3*rows.": () => ops.reshape(x, ["rows", 3]),
    "reshape: float32 [rows, 4] to [-1, -1]: −1 stands for one axis only.": () => ops.reshape(x, [-1, -1]),
    'reshape: "runs" is no axis of [rows, 4] nor of an input of graph "g", so its size cannot be read at run time.':
      () => ops.reshape(x, ["runs", "rows", 2]),
    "transpose: [0, 0] does not permute the axes of shape [rows, 4].": () => ops.transpose(x, [0, 0]),
    "slice: 2 to 5 lies outside axis 1 of shape [rows, 4].": () => ops.slice(x, 1, 2, 5),
    "slice: there is no axis 2 in shape [rows, 4].": () => ops.slice(x, 2, 0, 1),
    "concat: shapes [rows, 4] and [rows, 3] differ on an axis other than 0.": () => ops.concat([x, y], 0),
    'gather needs int64 indices, but "y" is float32 [rows, 3].': () => ops.gather(x, y, 0),
    "gatherElements: shapes [rows, 4] and indices [rows] differ in their number of axes.": () =>
      ops.gatherElements(x, ids, 0),
    'where needs a bool condition, but "x" is float32 [rows, 4].': () => ops.where(x, x, x),
    "expand: shape [rows, 4] does not broadcast to [1, 4].": () => ops.expand(x, [1, 4]),
    "rmsNorm: a gain or bias has shape [3] for x of shape [rows, 4]; it needs one entry per entry of the last axis.":
      () => ops.rmsNorm(x, graph.constant([1, 1, 1], "float32", [3]), 1e-5),
    "rotary: the last axis of [rows, 3] has no two halves.": () => ops.rotary(y, y, y),
    "rotary: shape [rows, 4] does not broadcast to [rows, 3].": () => ops.rotary(y, x, y),
  };
  for (const [sentence, build] of Object.entries(cases)) {
    test(sentence, () => expect(build).toThrow(sentence));
  }
});

type Point = readonly [x: number, y: number];

/** Values from mpmath 1.3 with 40 digits. */
const REFERENCE: readonly {
  readonly name: string;
  readonly op: (x: Value) => Value;
  readonly points: readonly Point[];
}[] = [
  {
    name: "erf",
    op: ops.erf,
    points: [
      [-6.5, -1],
      [-3, -0.99997790950300141],
      [-1, -0.84270079294971487],
      [-0.3, -0.32862675945912742],
      [-1e-8, -1.1283791670955126e-8],
      [0, 0],
      [0.1, 0.1124629160182849],
      [0.5, 0.52049987781304654],
      [1.5, 0.96610514647531073],
      [2, 0.99532226501895273],
      [4.5, 0.99999999980338396],
      [30, 1],
    ],
  },
  {
    name: "gelu",
    op: ops.gelu,
    points: [
      [-9, -1.0157295653584566e-18],
      [-4, -0.00012668496733247969],
      [-1, -0.15865525393145705],
      [-0.5, -0.15426876936299345],
      [0, 0],
      [1, 0.84134474606854295],
      [4, 3.9998733150326675],
      [9, 9],
    ],
  },
  {
    name: "geluTanh",
    op: ops.geluTanh,
    points: [
      [-4, -7.024594819237269e-5],
      [-1, -0.1588080093917233],
      [0, 0],
      [0.5, 0.34571400982514392],
      [1, 0.8411919906082767],
      [4, 3.9999297540518076],
    ],
  },
  {
    name: "silu",
    op: ops.silu,
    points: [
      [-30, -2.8072868906517897e-12],
      [-4, -0.071944839848366232],
      [0, 0],
      [0.5, 0.31122966560092728],
      [4, 3.9280551601516338],
    ],
  },
];

suite("functions of one argument", () => {
  const tolerances = { float64: 5e-15, float32: 1e-6 } as const;
  for (const { name, op, points } of REFERENCE) {
    for (const [dtype, tolerance] of Object.entries(tolerances)) {
      test(`${name} in ${dtype} agrees with mpmath to ${tolerance} of max(1, |y|)`, async () => {
        const xs = points.map(([x]) => x);
        const feed = dtype === "float32" ? f32([xs.length], xs) : f64([xs.length], xs);
        const { result } = await run([{ dims: ["n"], feed }], op);
        points.forEach(([x, y], i) => {
          const error = Math.abs(Number(result.data[i]) - y) / Math.max(1, Math.abs(y));
          expect(error, `${name}(${x})`).toBeLessThanOrEqual(tolerance);
        });
      });
    }
  }
});

suite("values worked out by hand", () => {
  const values = async (inputs: readonly Feed[], build: (...xs: Value[]) => Value): Promise<number[]> => {
    const { result } = await run(
      inputs.map((feed) => ({ dims: feed.shape, feed })),
      build,
    );
    return Array.from(result.data, Number);
  };

  test("logSoftmax and crossEntropy do not overflow at large logits", async () => {
    const logits = f64([2, 2], [1000, -1000, -1000, -1000]);
    expect(await values([logits], ops.logSoftmax)).toEqual([0, -2000, -Math.LN2, -Math.LN2]);
    expect(await values([logits, i64([2], [1, 0])], ops.crossEntropy)).toEqual([2000, Math.LN2]);
  });

  test.each([f32, f64])(
    "reduceMax is the largest of each row, among negative entries and infinite ones, too",
    async (feed) => {
      const x = feed([3, 3], [-5, -2, -9, -Infinity, -1, -3, 4, Infinity, 4]);
      expect(await values([x], (value) => ops.reduceMax(value, [-1]))).toEqual([-2, -1, Infinity]);
    },
  );

  test.each([f32, f64])("topPlaces names the largest first and of equal ones the first", async (feed) => {
    const x = feed([2, 4], [1, 5, 5, 7, -3, -Infinity, -3, -4]);
    const places = (k: number) => values([x, i64([1], [k])], (entries, count) => ops.topPlaces(entries, count, "k"));
    expect(await places(3)).toEqual([3, 1, 2, 0, 2, 3]);
    expect(await places(1)).toEqual([3, 0]);
  });

  test("gatherWithin picks for each entry of the first axis its own along the second", async () => {
    const picked = await values([counting(2, 3, 2), i64([2, 2], [2, 0, 1, 1])], ops.gatherWithin);
    expect(picked).toEqual([4, 5, 0, 1, 8, 9, 8, 9]);
  });

  test("layerNorm of a constant row is its bias", async () => {
    const norm = (x: Value, gain: Value, bias: Value) => ops.layerNorm(x, gain, bias, 1e-5);
    const weights = [f64([2], [3, 4]), f64([2], [5, 6])];
    expect(await values([f64([1, 2], [7, 7]), ...weights], norm)).toEqual([5, 6]);
  });

  test("rmsNorm divides by the root of the mean square", async () => {
    const norm = (x: Value, gain: Value) => ops.rmsNorm(x, gain, 0);
    expect(await values([f64([1, 2], [1, 7]), f64([2], [5, 10])], norm)).toEqual([1, 14]);
  });

  test("rotary by a quarter turn maps [a, b] to [-b, a]", async () => {
    const x = f32([1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    const [cos, sin] = [f32([1, 1, 4], [0, 0, 0, 0]), f32([1, 1, 4], [1, 1, 1, 1])];
    expect(await values([x, cos, sin], ops.rotary)).toEqual([-3, -4, 1, 2, -7, -8, 5, 6]);
  });

  test("gatherLast picks one entry of each row", async () => {
    expect(await values([counting(2, 3), i64([2], [2, 0])], ops.gatherLast)).toEqual([2, 3]);
  });

  test("less, greater and equal compare entry by entry", async () => {
    const [a, b] = [f32([3], [1, 2, 3]), f32([3], [3, 2, 1])];
    const numbers: Readonly<Record<string, readonly number[]>> = {
      less: [1, 0, 0],
      equal: [0, 1, 0],
      greater: [0, 0, 1],
    };
    const compare = { less: ops.less, equal: ops.equal, greater: ops.greater };
    for (const [name, op] of Object.entries(compare)) expect(await values([a, b], op), name).toEqual(numbers[name]);
  });

  test("cast truncates towards zero", async () => {
    const toInt: (x: Value) => Value = (x) => ops.cast(x, "int64" satisfies DType);
    expect(await values([f32([3], [-1.5, 0.5, 2.9])], toInt)).toEqual([-1, 0, 2]);
  });
});
