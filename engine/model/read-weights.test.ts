import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { readMatrix, readVector } from "./read-weights.ts";
import { conv1d, interleavedPerHead, linear, rotaryInterleaved, sideBySide } from "./weight-names.ts";

/** One tensor "t" whose value at (row, column) is 1000 · row + column. */
function counting(rows: number, columns: number): Checkpoint {
  const value = (row: number, column: number): number => 1000 * row + column;
  return {
    files: ["t"],
    tensors: new Map([["t", { name: "t", storage: "F32", shape: [rows, columns], file: "t" }]]),
    readRows: (_, first, count) =>
      Float32Array.from({ length: count * columns }, (_, at) => value(first + Math.floor(at / columns), at % columns)),
    requireReadable: () => undefined,
    close: () => undefined,
  };
}

describe("readMatrix()", () => {
  test("transposes “out in”, also across tiles", () => {
    const [nOut, nIn] = [130, 70];
    const matrix = readMatrix(counting(nOut, nIn), linear("t"), [nOut, nIn]);
    const expected = Array.from({ length: nIn * nOut }, (_, at) => 1000 * (at % nOut) + Math.floor(at / nOut));
    expect([...matrix]).toEqual(expected);
  });

  test("takes “in out” as it is", () => {
    expect([...readMatrix(counting(2, 3), conv1d("t"), [3, 2])]).toEqual([0, 1, 2, 1000, 1001, 1002]);
  });

  test("takes one of three weights that stand side by side", () => {
    const [q, k, v] = [0, 1, 2].map((part) => sideBySide(part, 3, 2));
    expect([...readMatrix(counting(2, 6), conv1d("t", k), [2, 2])]).toEqual([2, 3, 1002, 1003]);
    expect([...readMatrix(counting(6, 2), linear("t", v), [2, 2])]).toEqual([4000, 5000, 4001, 5001]);
    expect([...readVector(counting(1, 6), linear("t", q), 2)]).toEqual([0, 1]);
  });

  test("takes one of three weights interleaved per head", () => {
    const k = interleavedPerHead(1, 3, 2, 2);
    expect([...readMatrix(counting(12, 1), linear("t", k), [4, 1])]).toEqual([2000, 3000, 8000, 9000]);
    expect([...readVector(counting(1, 12), linear("t", k), 4)]).toEqual([2, 3, 8, 9]);
  });

  test("undoes llama.cpp's interleaving of a head's halves: even rows are the first half", () => {
    const stored = linear("t", rotaryInterleaved(2, 6));
    expect([...readMatrix(counting(12, 1), stored, [12, 1])].map((value) => value / 1000)).toEqual([
      0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11,
    ]);
  });
});
