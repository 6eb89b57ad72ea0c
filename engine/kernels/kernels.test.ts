// Oracles: the same in plain JavaScript; to the same bits where the arithmetic is the same, else to the tolerance that a test names.
import { describe, expect, test } from "vitest";
import { adamWStep, type Moments, noMoments } from "../base/adamw.ts";
import { EngineError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { Kernels, type Lay } from "./kernels.ts";
import type { SparseRows } from "./sparse-rows.ts";

const random = Random.seeded(7, "kernels");
const normals = (length: number) => Float32Array.from({ length }, () => random.normal());

/** A memory that begins with these arrays, and the kernels over it. */
function over<T extends Readonly<Record<string, Float32Array | Int32Array>>>(given: T) {
  return Kernels.over(
    ({ floats, ints }) =>
      Object.fromEntries(
        Object.entries(given).map(([name, values]) => {
          const array = values instanceof Float32Array ? floats(values.length) : ints(values.length);
          if (array.length > 0) array.set(values);
          return [name, array];
        }),
      ) as T,
  );
}

/** A matrix as lists, and room for results of the same size. */
function listed(matrix: Float32Array, width: number): SparseRows {
  const [starts, columns, values]: [number[], number[], number[]] = [[0], [], []];
  for (let start = 0; start < matrix.length; start += width) {
    for (let i = 0; i < width; i++) {
      if (matrix[start + i] === 0) continue;
      columns.push(i);
      values.push(matrix[start + i]);
    }
    starts.push(columns.length);
  }
  return { starts: Int32Array.from(starts), columns: Int32Array.from(columns), values: Float32Array.from(values) };
}

/** "row width" with this share of entries other than 0. */
function sparse(rows: number, width: number, share: number): Float32Array {
  return normals(rows * width).map((x) => (random.uniform() < share ? x : 0));
}

function product(a: Float32Array, b: Float32Array, inner: number, width: number): number[] {
  const rows = a.length / inner;
  return Array.from({ length: rows * width }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let i = 0; i < inner; i++) sum += a[row * inner + i] * b[i * width + column];
    return sum;
  });
}

function greatestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(found[i] - expected[i]));
  return most;
}

describe("a memory", () => {
  test("has zeros, one array behind the other, and keeps what another memory holds apart", () => {
    const plan = ({ floats, ints }: Lay) => ({ a: floats(3), b: ints(1), none: floats(0) });
    const [one, two] = [Kernels.over(plan).arrays, Kernels.over(plan).arrays];
    one.a.fill(1);
    expect(one).toEqual({ a: Float32Array.of(1, 1, 1), b: Int32Array.of(0), none: new Float32Array(0) });
    expect(two.a).toEqual(new Float32Array(3));
  });

  test("of more than 4 GB is refused with the size", () => {
    const refused = () => Kernels.over(({ floats }) => floats(1_200_000_000));
    expect(refused).toThrow(EngineError);
    expect(refused).toThrow(/needs 4\.8 GB at once/);
  });

  test("works on no array of another", () => {
    const { kernels } = over({ a: normals(4) });
    expect(() => kernels.sumOfSquares(normals(4))).toThrow(/outside its memory/);
  });
});

describe("adam", () => {
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

  test.each([0, 1, 3, 4, 5, 64, 1027])("of %i weights gives the bits of adamWStep over three steps", (length) => {
    const zeros = () => new Float32Array(length);
    const { kernels, arrays } = over({ w: normals(length), g: zeros(), m: zeros(), v: zeros() });
    const plain = arrays.w.slice();
    let expected = noMoments(length);
    let found: Moments = { first: arrays.m, second: arrays.v, updates: 0 };
    for (const rate of [0.1, 0.001, 0]) {
      const gradient = normals(length).map((x, i) => (i % 7 === 3 ? 0 : x * 1e-3));
      arrays.g.set(gradient);
      const every = [{ offset: 0, decayed: false }];
      const still = { ...options, weightDecay: 0, maxNorm: Infinity };
      expected = adamWStep(plain, [gradient], expected, rate, every, still);
      found = kernels.adam(arrays.w, arrays.g, found, rate, options);
    }
    expect(arrays.w).toEqual(plain);
    expect(found).toEqual(expected);
  });

  test("keeps what is no number to its own place", () => {
    const zero = () => new Float32Array(6);
    const { kernels, arrays } = over({
      ...{ w: Float32Array.of(1, 2, 3, 4, 5, 6), g: Float32Array.of(0, NaN, Infinity, 0, 0, NaN) },
      ...{ m: zero(), v: zero() },
    });
    kernels.adam(arrays.w, arrays.g, { first: arrays.m, second: arrays.v, updates: 0 }, 0.1, options);
    expect(arrays.w).toEqual(Float32Array.of(1, NaN, NaN, 4, 5, NaN));
  });
});

describe.each([1, 2, 3, 4, 7, 16, 33, 576])("rows of %i", (width) => {
  const rows = 5;
  const norm = (row: Float32Array) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
  const rowsOf = (matrix: Float32Array) =>
    Array.from({ length: rows }, (_, row) => matrix.subarray(row * width, (row + 1) * width));

  test("norms are those of float64 sums to 1e-6 of them", () => {
    const { kernels, arrays } = over({ w: normals(rows * width), norms: new Float32Array(rows) });
    kernels.rowNorms(arrays.w, arrays.norms);
    const relative = rowsOf(arrays.w).map((row, i) => arrays.norms[i] / norm(row));
    expect(greatestDifference(relative, [1, 1, 1, 1, 1])).toBeLessThan(1e-6);
  });

  test("become of length 1 to 1e-6, but for rows of zeros, and of NaN", () => {
    const given = normals(rows * width);
    given.fill(0, 0, width);
    given.fill(NaN, width, 2 * width);
    const { kernels, arrays } = over({ w: given });
    kernels.toUnitRows(arrays.w, width);
    const found = rowsOf(arrays.w);
    const lengths = [3, 4, 5].map((row) => norm(found[row - 1]));
    expect(greatestDifference(lengths, [1, 1, 1])).toBeLessThan(1e-6);
    expect(arrays.w.subarray(0, 2 * width)).toEqual(given.subarray(0, 2 * width));
  });

  test("lose their part along unit rows: what is left is at right angles to 1e-5", () => {
    const { kernels, arrays } = over({ g: normals(rows * width), w: normals(rows * width) });
    kernels.toUnitRows(arrays.w, width);
    const before = arrays.g.slice();
    kernels.withoutOwnDirection(arrays.g, arrays.w, width);
    const [after, along] = [rowsOf(arrays.g), rowsOf(arrays.w)];
    const angles = after.map((row, i) => row.reduce((sum, x, d) => sum + x * along[i][d], 0));
    expect(greatestDifference(angles, [0, 0, 0, 0, 0])).toBeLessThan(1e-5);
    const expected = rowsOf(before).flatMap((row, i) => {
      const dot = row.reduce((sum, x, d) => sum + x * along[i][d], 0);
      return [...row].map((x, d) => x - dot * along[i][d]);
    });
    expect(greatestDifference(arrays.g, expected)).toBeLessThan(1e-6);
  });

  test("are scaled and shifted, summed, and squared as in JavaScript, to 1e-5", () => {
    const { kernels, arrays } = over({ x: normals(rows * width), shift: normals(width), sums: normals(width) });
    const [x, sums] = [arrays.x.slice(), arrays.sums.slice()];
    const squares = kernels.sumOfSquares(arrays.x);
    kernels.addRows(arrays.x, arrays.sums);
    kernels.scaleAndShift(arrays.x, -2, arrays.shift);
    expect(squares).toBeCloseTo(
      x.reduce((sum, value) => sum + value * value, 0),
      5,
    );
    const columnSums = sums.map((sum, i) => rowsOf(x).reduce((all, row) => all + row[i], sum));
    expect(greatestDifference(arrays.sums, columnSums)).toBeLessThan(1e-5);
    expect(
      greatestDifference(
        arrays.x,
        x.map((value, at) => -2 * value + arrays.shift[at % width]),
      ),
    ).toBeLessThan(1e-5);
  });
});

/** Places of the k largest of some values that are above 0, of equals the first; by sorting. */
function largest(values: Float32Array, k: number): number[] {
  const places = [...values.keys()].filter((i) => values[i] > 0);
  return places
    .sort((a, b) => values[b] - values[a] || a - b)
    .slice(0, k)
    .sort((a, b) => a - b);
}

function chosen({ starts, columns, values }: SparseRows, rows: number, width: number): Float32Array {
  const matrix = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let i = starts[row]; i < starts[row + 1]; i++) matrix[row * width + columns[i]] = values[i];
  }
  return matrix;
}

describe("the largest", () => {
  const taken = (x: Float32Array, width: number, k: number, together: number) => {
    const rows = x.length / width;
    const room = x.length;
    const { kernels, arrays } = over({
      ...{ x, heap: new Float32Array(k) },
      ...{ starts: new Int32Array(rows + 1), columns: new Int32Array(room), values: new Float32Array(room) },
    });
    const count = kernels.takeLargest(arrays.x, width, { k, together, heap: arrays.heap }, arrays);
    expect(arrays.starts[rows]).toBe(count);
    return chosen(arrays, rows, width);
  };
  const expected = (x: Float32Array, width: number, k: number, together: number) => {
    const kept = new Float32Array(x.length);
    for (let start = 0; start < x.length; start += width * together) {
      const group = x.subarray(start, start + width * together);
      for (const place of largest(group, k)) kept[start + place] = group[place];
    }
    return kept;
  };

  test.each([
    [1, 1],
    [3, 2],
    [4, 4],
    [7, 3],
    [37, 5],
    [64, 64],
    [129, 200],
    [6, 0],
  ])("of rows of %i, %i of each and as many on average", (width, k) => {
    // Rounded, so that many are equal.
    const x = normals(6 * width).map((value) => Math.round(value * 4) / 4);
    expect(taken(x, width, k, 1)).toEqual(expected(x, width, k, 1));
    expect(taken(x, width, k * 6, 6)).toEqual(expected(x, width, k * 6, 6));
    expect(taken(x, width, k * 3, 3)).toEqual(expected(x, width, k * 3, 3));
  });

  test("are none where nothing lies above 0, and never NaN", () => {
    expect(taken(Float32Array.of(-1, 0, -0, NaN, -Infinity, -2), 6, 4, 1)).toEqual(new Float32Array(6));
    const x = Float32Array.of(NaN, 3, NaN, 1, 2, NaN, 5);
    expect(taken(x, 7, 3, 1)).toEqual(Float32Array.of(0, 3, 0, 0, 2, 0, 5));
    expect(taken(x, 7, 5, 1)).toEqual(Float32Array.of(0, 3, 0, 1, 2, 0, 5));
  });
});

describe("what lies within bounds", () => {
  test.each([1, 3, 4, 9, 130])(
    "of %i columns: above the low one and not above the high one, and never NaN",
    (width) => {
      const rows = 4;
      const x = normals(rows * width).map((value) => Math.round(value * 4) / 4);
      x[0] = NaN;
      x[x.length - 1] = Infinity;
      const { kernels, arrays } = over({
        ...{ x, low: normals(width).map((v) => Math.round(v * 4) / 4), high: new Float32Array(width).fill(1) },
        ...{ starts: new Int32Array(rows + 1), columns: new Int32Array(x.length), values: new Float32Array(x.length) },
      });
      arrays.high[width - 1] = Infinity;
      arrays.low[width - 1] = -Infinity;
      const inside = (value: number, at: number) => value > arrays.low[at % width] && value <= arrays.high[at % width];
      const count = kernels.takeWithin(arrays.x, arrays.low, arrays.high, arrays);
      expect(count).toBe(x.filter(inside).length);
      expect(chosen(arrays, rows, width)).toEqual(x.map((value, at) => (inside(value, at) ? value : 0)));
    },
  );
});

describe.each([
  ["nothing", 0],
  ["few", 0.1],
  ["all", 1],
])("lists of %s of a matrix", (_, share) => {
  test.each([
    [1, 1, 1],
    [3, 5, 2],
    [8, 33, 16],
    [17, 9, 35],
  ])("%i × %i, times one of width %i", (rows, inner, width) => {
    const whole = sparse(rows, inner, share);
    const lists = listed(whole, inner);
    const { kernels, arrays } = over({
      ...{ ...lists, right: normals(inner * width), left: normals(rows * width) },
      ...{ out: normals(rows * width), back: new Float32Array(rows * inner), dots: new Float32Array(rows * inner) },
    });
    const before = arrays.out.slice();
    kernels.sparseProduct(arrays, arrays.right, arrays.out, width);
    const expected = product(whole, arrays.right, inner, width).map((value, at) => value + before[at]);
    expect(greatestDifference(arrays.out, expected)).toBeLessThan(1e-5);

    kernels.sampledDots(arrays, arrays.left, arrays.right, width, arrays.dots);
    const right = Float32Array.from({ length: inner * width }, (_, at) => {
      const [column, i] = [Math.floor(at / inner), at % inner];
      return arrays.right[i * width + column];
    });
    const all = product(arrays.left, right, width, inner);
    const dots = chosen({ ...lists, values: arrays.dots }, rows, inner);
    const masked = all.map((value, at) => (whole[at] === 0 ? 0 : value));
    expect(greatestDifference(dots, masked)).toBeLessThan(1e-5);

    arrays.back.fill(9);
    kernels.spread(arrays, arrays.back, inner);
    expect(arrays.back).toEqual(whole);
  });

  test("are read back from a whole matrix, and added to and from their columns", () => {
    const [rows, width] = [6, 7];
    const whole = sparse(rows, width, share);
    const lists = listed(whole, width);
    const count = lists.columns.length;
    const { kernels, arrays } = over({ ...lists, other: normals(rows * width), sums: normals(width) });
    const sums = arrays.sums.slice();
    kernels.addToColumns(arrays, count, arrays.sums);
    const expected = sums.slice();
    lists.columns.forEach((column, i) => (expected[column] += lists.values[i]));
    expect(arrays.sums).toEqual(expected);
    kernels.addOfColumns(arrays, count, arrays.sums);
    expect(arrays.values).toEqual(lists.values.map((value, i) => value + expected[lists.columns[i]]));
    kernels.pick(arrays, arrays.other, width);
    expect(chosen(arrays, rows, width)).toEqual(arrays.other.map((value, at) => (whole[at] === 0 ? 0 : value)));
  });
});

test("a product of what is no number is no number in its rows alone", () => {
  const lists = listed(Float32Array.of(1, 0, NaN, 1), 2);
  const { kernels, arrays } = over({ ...lists, right: Float32Array.of(1, 2, 3, 4), out: new Float32Array(4) });
  kernels.sparseProduct(arrays, arrays.right, arrays.out, 2);
  expect(arrays.out).toEqual(Float32Array.of(1, 2, NaN, NaN));
});
