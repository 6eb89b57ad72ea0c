// Every gradient rule against central differences in float64, against its float32 form, and against values worked out by hand.
import { expect, suite, test } from "vitest";
import { Random } from "../base/random.ts";
import { sizeOf } from "../base/tensor.ts";
import { f32, f64, type Feed, Program } from "../runtime/ort.ts";
import { GRADIENT_RULES, gradients } from "./gradient.ts";
import { Graph, type Value } from "./graph.ts";
import * as ops from "./ops.ts";

/** An axis as number, or as symbol with its size in the run. */
type Axis = number | readonly [symbol: string, size: number];

interface Case {
  readonly shapes: readonly (readonly Axis[])[];
  readonly build: (...xs: Value[]) => Value;
  /** Values lie in (0.5, 1.5) instead of (−2, 2). */
  readonly positive?: boolean;
  /** Step of the differences and tolerance that go with it; default 1e-5 and 1e-8. */
  readonly differences?: { readonly h: number; readonly tolerance: number };
}

const rows = ["rows", 3] as const;
const runs = ["runs", 2] as const;

const indices = (x: Value, entries: readonly number[], shape: readonly number[]) =>
  x.graph.constant(entries, "int64", shape);

/** At least one case per rule; keys are ops of the gradient table. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  Add: [
    { shapes: [[rows, 4], [4]], build: ops.add },
    {
      shapes: [
        [rows, 1],
        [runs, 1, 4],
      ],
      build: ops.add,
    },
  ],
  Sub: [
    {
      shapes: [
        [rows, 4],
        [rows, 1],
      ],
      build: ops.sub,
    },
    { shapes: [[4], [rows, 4]], build: ops.sub },
  ],
  Mul: [
    {
      shapes: [
        [rows, 4],
        [1, 4],
      ],
      build: ops.mul,
    },
    { shapes: [[rows, 4]], build: ops.square },
    { shapes: [[rows, 4], []], build: ops.mul },
  ],
  Div: [
    {
      shapes: [
        [rows, 4],
        [rows, 1],
      ],
      build: ops.div,
      positive: true,
    },
  ],
  Neg: [{ shapes: [[rows, 2]], build: ops.neg }],
  Exp: [{ shapes: [[rows, 2]], build: ops.exp }],
  Log: [{ shapes: [[rows, 2]], build: ops.log, positive: true }],
  Sqrt: [{ shapes: [[rows, 2]], build: ops.sqrt, positive: true }],
  Reciprocal: [{ shapes: [[rows, 2]], build: ops.reciprocal, positive: true }],
  Pow: [
    { shapes: [[rows, 2]], build: (x) => ops.pow(x, 3) },
    { shapes: [[rows, 2]], build: (x) => ops.pow(x, -0.5), positive: true },
  ],
  Tanh: [{ shapes: [[rows, 2]], build: ops.tanh }],
  Sigmoid: [{ shapes: [[rows, 2]], build: ops.sigmoid }],
  Relu: [{ shapes: [[rows, 4]], build: ops.relu }],
  Erf: [{ shapes: [[rows, 4]], build: ops.erf }],
  Gelu: [{ shapes: [[rows, 4]], build: ops.gelu }],
  GeluTanh: [{ shapes: [[rows, 4]], build: ops.geluTanh }],
  Silu: [{ shapes: [[rows, 4]], build: ops.silu }],
  Where: [
    { shapes: [[rows, 4], [4]], build: (a, b) => ops.where(a.graph.constant([1, 0, 0, 1], "bool", [4]), a, b) },
    { shapes: [[rows, 1], []], build: (a, b) => ops.where(a.graph.constant([1, 0, 0, 1], "bool", [4]), a, b) },
  ],
  Cast: [
    {
      shapes: [[rows, 2]],
      build: (x) => ops.cast(ops.cast(x, x.dtype === "float32" ? "float64" : "float32"), x.dtype),
      differences: { h: 0.5, tolerance: 1e-6 }, // linear, so a wide step costs nothing and drowns the rounding to float32
    },
  ],
  Reshape: [
    { shapes: [[rows, 6]], build: (x) => ops.reshape(x, ["rows", 2, 3]) },
    { shapes: [[rows, 6]], build: (x) => ops.reshape(x, [-1, 2]) },
    { shapes: [[rows, runs, 2]], build: (x) => ops.reshape(ops.reshape(x, [-1, 2]), ["runs", "rows", 2]) },
  ],
  Transpose: [{ shapes: [[rows, 2, runs]], build: (x) => ops.transpose(x, [2, 0, 1]) }],
  Slice: [
    { shapes: [[rows, 5]], build: (x) => ops.slice(x, 1, 1, 3) },
    { shapes: [[rows, 5]], build: (x) => ops.slice(x, 0, 1, "rows") },
    { shapes: [[rows, 5]], build: (x) => ops.slice(x, 0, 0, 1) },
  ],
  Concat: [
    {
      shapes: [
        [rows, 2],
        [rows, 3],
      ],
      build: (a, b) => ops.concat([a, b, a], -1),
    },
    {
      shapes: [
        [rows, 2],
        [runs, 2],
      ],
      build: (a, b) => ops.concat([a, b, a], 0),
    },
  ],
  Gather: [
    { shapes: [[4, 3]], build: (x) => ops.gather(x, indices(x, [0, 2, 2, 2, 3], [5]), 0) },
    { shapes: [[rows, 2, 2]], build: (x) => ops.gather(x, indices(x, [0, 2, 2, 2], [2, 2]), 0) },
    { shapes: [[rows, 3, 2]], build: (x) => ops.gather(x, indices(x, [2, 0, 2, 2], [2, 2]), 1) },
    { shapes: [[rows, 3]], build: (x) => ops.gather(x, indices(x, [1], []), 1) },
  ],
  GatherElements: [
    { shapes: [[2, 3]], build: (x) => ops.gatherElements(x, indices(x, [0, 0, 2, 1, 1, 1, 0, 2], [2, 4]), -1) },
    { shapes: [[3, 3]], build: (x) => ops.gatherLast(x, indices(x, [2, 0, 0], [3])) },
  ],
  Expand: [
    {
      shapes: [
        [1, 3],
        [rows, 1],
      ],
      build: (x, y) => ops.mul(ops.expand(x, ["rows", 3]), y),
    },
  ],
  MatMul: [
    {
      shapes: [
        [rows, 3],
        [3, 2],
      ],
      build: ops.matMul,
    },
    {
      shapes: [
        [runs, rows, 3],
        [3, 2],
      ],
      build: ops.matMul,
    },
    {
      shapes: [
        [runs, rows, 3],
        [runs, 3, 2],
      ],
      build: ops.matMul,
    },
    {
      shapes: [
        [runs, 1, rows, 2],
        [2, 2, 3],
      ],
      build: ops.matMul,
    },
    {
      shapes: [
        [rows, 3],
        [runs, 3, 2],
      ],
      build: ops.matMul,
    },
  ],
  Gemm: [
    {
      shapes: [
        [rows, 3],
        [2, 3],
      ],
      build: ops.matMulTransposed,
    },
  ],
  ReduceSum: [
    { shapes: [[rows, 2, 2]], build: (x) => ops.reduceSum(x, [0, -1]) },
    { shapes: [[rows, 2, 2]], build: (x) => ops.reduceSum(x, [1], true) },
  ],
  ReduceMean: [
    { shapes: [[rows, 2, 2]], build: (x) => ops.reduceMean(x, [2, 1]) },
    { shapes: [[rows, 2, runs]], build: (x) => ops.reduceMean(x, [0, 2]) },
    { shapes: [[rows, 2]], build: (x) => ops.reduceMean(x, [0], true) },
  ],
  Softmax: [{ shapes: [[runs, rows, 4]], build: ops.softmax }],
  LogSoftmax: [{ shapes: [[rows, 4]], build: ops.logSoftmax }],
  CrossEntropy: [{ shapes: [[3, 5]], build: (x) => ops.crossEntropy(x, indices(x, [4, 0, 4], [3])) }],
  LayerNormalization: [
    { shapes: [[rows, 5], [5], [5]], build: (x, gain, bias) => ops.layerNorm(x, gain, bias, 1e-5) },
    { shapes: [[runs, rows, 5], [5]], build: (x, gain) => ops.layerNorm(x, gain, undefined, 0.1) },
  ],
  SimplifiedLayerNormalization: [
    { shapes: [[rows, 5], [5]], build: (x, gain) => ops.rmsNorm(x, gain, 1e-5) },
    { shapes: [[runs, rows, 5], [5]], build: (x, gain) => ops.rmsNorm(x, gain, 0.1) },
  ],
  Rotary: [
    {
      shapes: [
        [rows, 2, 4],
        [rows, 1, 4],
        [rows, 1, 4],
      ],
      build: ops.rotary,
    },
  ],
};

interface Trial {
  readonly graph: Graph;
  readonly names: readonly string[];
  readonly feeds: Record<string, Feed>;
}

/** A graph with the outputs L = Σ weight · build(x0, x1, …) and dx0 = ∂L/∂x0, dx1, …, with seeded feeds. */
async function trialOf({ shapes, build, positive }: Case, dtype: "float32" | "float64"): Promise<Trial> {
  const random = Random.seeded(7, "gradient test");
  const feedOf = (sizes: readonly number[], low: number, high: number): Feed =>
    (dtype === "float32" ? f32 : f64)(
      sizes,
      Array.from({ length: sizeOf(sizes) }, () => Math.fround(low + (high - low) * random.uniform())),
    );
  const graph = new Graph("trial");
  const feeds: Record<string, Feed> = {};
  const xs = shapes.map((shape, i) => {
    const sizes = shape.map((axis) => (typeof axis === "number" ? axis : axis[1]));
    feeds[`x${i}`] = positive ? feedOf(sizes, 0.5, 1.5) : feedOf(sizes, -2, 2);
    const dims = shape.map((axis) => (typeof axis === "number" ? axis : axis[0]));
    return graph.input(`x${i}`, dtype, dims);
  });
  const y = build(...xs);
  graph.output("y", y);
  feeds["weight"] = feedOf((await runOnce(graph, feeds))["y"]!.shape, -1, 1);
  const weight = graph.input("weight", dtype, y.shape);
  graph.output("L", ops.reduceSum(ops.mul(y, weight), [...y.shape.keys()]));
  gradients([{ value: y, cotangent: weight }], xs).forEach((dx, i) => graph.output(`dx${i}`, dx));
  return { graph, names: xs.map((x) => x.name), feeds };
}

async function runOnce(graph: Graph, feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Feed>>> {
  const program = await Program.compile(graph, { threads: 1 });
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/** (L(x + h) − L(x − h)) / 2h for every entry of one input. */
async function centralDifferences(
  program: Program,
  feeds: Readonly<Record<string, Feed>>,
  name: string,
  h: number,
): Promise<number[]> {
  const original = feeds[name]!;
  const objectiveAt = async (entry: number, shift: number): Promise<number> => {
    const data = Float64Array.from(original.data, Number);
    data[entry]! += shift;
    return Number((await program.run({ ...feeds, [name]: f64(original.shape, data) }))["L"]!.data[0]);
  };
  const differences: number[] = [];
  for (let entry = 0; entry < original.data.length; entry++) {
    differences.push(((await objectiveAt(entry, h)) - (await objectiveAt(entry, -h))) / (2 * h));
  }
  return differences;
}

/** |a − b| ≤ tolerance · max(1, |b|) for every entry. */
function expectClose(actual: Feed["data"], expected: readonly number[], tolerance: number, label: string): void {
  expect(actual.length, label).toBe(expected.length);
  expected.forEach((value, i) => {
    const difference = Math.abs(Number(actual[i]) - value);
    expect(difference <= tolerance * Math.max(1, Math.abs(value)), `${label}[${i}]: ${actual[i]} for ${value}`).toBe(
      true,
    );
  });
}

async function expectAgreesWithDifferences(trial: Trial, tolerance: number, h: number): Promise<void> {
  const program = await Program.compile(trial.graph, { threads: 1 });
  const results = await program.run(trial.feeds);
  for (const name of trial.names) {
    expectClose(
      results[`d${name}`]!.data,
      await centralDifferences(program, trial.feeds, name, h),
      tolerance,
      `d${name}`,
    );
  }
  await program.dispose();
}

suite("gradient table", () => {
  test("every rule has a case whose graph contains its op, and no case is without a rule", async () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(GRADIENT_RULES).sort());
    for (const [op, cases] of Object.entries(CASES)) {
      expect(cases.length, op).toBeGreaterThan(0);
      for (const one of cases) {
        const { graph } = await trialOf(one, "float64");
        expect(graph.steps.map((step) => step.op)).toContain(op);
      }
    }
  });

  for (const [op, cases] of Object.entries(CASES)) {
    cases.forEach((one, i) => {
      const { h, tolerance } = one.differences ?? { h: 1e-5, tolerance: 1e-8 };
      test(`${op} ${i}: equals central differences in float64 to ${tolerance} of max(1, |gradient|)`, async () => {
        await expectAgreesWithDifferences(await trialOf(one, "float64"), tolerance, h);
      });

      test(`${op} ${i}: the float32 kernels agree with the float64 twin to 3e-6 of max(1, |value|)`, async () => {
        const [single, double] = [await trialOf(one, "float32"), await trialOf(one, "float64")];
        const [actual, expected] = [
          await runOnce(single.graph, single.feeds),
          await runOnce(double.graph, double.feeds),
        ];
        for (const name of ["y", ...single.names.map((x) => `d${x}`)]) {
          expectClose(actual[name]!.data, Array.from(expected[name]!.data, Number), 3e-6, name);
        }
      });
    });
  }
});
