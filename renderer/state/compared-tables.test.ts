import { expect, test } from "vitest";
import type { Table } from "../../engine/choices/result-table.ts";
import { comparedTableCsv, comparedTables } from "./compared-tables.ts";

const columns = ["order", "kept", "f"];
const a: Table = {
  title: "curve",
  columns,
  rows: [
    ["effects", 1, 0.25],
    ["effects", 2, 0.5],
    ["random", 1, 0],
  ],
};
const b: Table = {
  title: "curve",
  columns,
  rows: [
    ["effects", 1, 0.5],
    ["effects", 3, 1],
  ],
};
const only: Table = { title: "searches", columns: ["search"], rows: [["greedy"]] };

test("rows that say the same are one row, with each result's figure and how much more it is than the first", () => {
  const [table, ...rest] = comparedTables([[a, only], [b]]);
  expect(rest).toEqual([]);
  expect([table?.keyColumns, table?.figures]).toEqual([["order", "kept"], ["f"]]);
  expect(table?.rowsOf("f")).toEqual([
    { key: ["effects", 1], values: [0.25, 0.5], differences: [undefined, 0.25] },
    { key: ["effects", 2], values: [0.5, undefined], differences: [undefined, undefined] },
    { key: ["random", 1], values: [0, undefined], differences: [undefined, undefined] },
    { key: ["effects", 3], values: [undefined, 1], differences: [undefined, undefined] },
  ]);
  expect(comparedTableCsv(table!, "f", ["x", "y"])).toBe(
    "order,kept,x,y,y − x\r\neffects,1,0.25,0.5,0.25\r\neffects,2,0.5,,\r\nrandom,1,0,,\r\neffects,3,,1,\r\n",
  );
});

test("the same over the number that rows stand at: a line for each result and each text", () => {
  expect(comparedTables([[a], [b]])[0]?.linesOf("f", ["x", "y"])).toEqual({
    xTitle: "kept",
    lines: [
      {
        name: "x · effects",
        points: [
          { x: 1, y: 0.25 },
          { x: 2, y: 0.5 },
        ],
      },
      {
        name: "y · effects",
        points: [
          { x: 1, y: 0.5 },
          { x: 3, y: 1 },
        ],
      },
      { name: "x · random", points: [{ x: 1, y: 0 }] },
    ],
  });
});

test("a table without a place for its rows is compared, and not drawn; results of other verbs share none", () => {
  const node = (f: number): Table => ({ title: "nodes", columns: ["id", "effect"], rows: [["a1.h0", f]] });
  const [nodes] = comparedTables([[node(1)], [node(3)]]);
  expect(nodes?.rowsOf("effect")).toEqual([{ key: ["a1.h0"], values: [1, 3], differences: [undefined, 2] }]);
  expect(nodes?.linesOf("effect", ["x", "y"])).toBeUndefined();
  expect(comparedTables([[a], [node(1)]])).toEqual([]);
});
