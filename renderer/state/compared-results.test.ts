import { expect, test } from "vitest";
import type { ResultSummary } from "../../engine/contract/jobs.ts";
import { comparedCsv, type ComparedResult, comparedFields } from "./compared-results.ts";

function compared(id: string, f: number, discovery: number, units: string[]): ComparedResult {
  const about = { model: "sprig", task: "ioi" };
  const headline = { code: "prune", values: { kept: 5, f }, split: "heldOut" } as const;
  const summary = { id, verb: "prune", state: "finished", about, headline, when: "2026-11-28", name: "" };
  return { summary: summary as unknown as ResultSummary, settings: { model: "sprig", examples: { discovery }, units } };
}

const pair = [compared("a", 0.5, 16, ["head"]), compared("b", 0.75, 32, ["head", "mlp"])];

test("results side by side: what differs is marked, nested settings have paths, numbers differ by so much", () => {
  const fields = comparedFields(pair).filter(({ differs }) => differs);
  expect(fields).toEqual([
    { part: "figures", name: "f", cells: [0.5, 0.75], differs: true, differences: [undefined, 0.25] },
    { part: "settings", name: "examples.discovery", cells: [16, 32], differs: true, differences: [undefined, 16] },
    {
      part: "settings",
      name: "units",
      cells: ["head", "head, mlp"],
      differs: true,
      differences: [undefined, undefined],
    },
  ]);
});

test("a field that only one result has stays, and differs", () => {
  const other: ComparedResult = { ...pair[1]!, settings: { seed: 3 } };
  const seed = comparedFields([pair[0]!, other]).find(({ name }) => name === "seed");
  expect([seed?.cells, seed?.differs]).toEqual([[undefined, 3], true]);
});

test("the table as a file has the differences behind the values", () => {
  const fields = comparedFields(pair).filter(({ name }) => name === "f" || name === "units");
  expect(comparedCsv(pair, fields)).toBe(
    'part,field,a,b,b − a\r\nfigures,f,0.5,0.75,0.25\r\nsettings,units,head,"head, mlp",\r\n',
  );
});
