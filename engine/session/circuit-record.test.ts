// What a circuit file says of a search and of what validation made of its circuit.
import { expect, test } from "vitest";
import { headUnit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { validationWords } from "./circuit-record.ts";
import type { Validated } from "./validate-circuit.ts";

const space = new UnitSpace({ nLayers: 2, nHeads: 3, dMlp: 4 }, ["head"]);
const circuit = (heads: readonly number[]) =>
  space.full().without([0, 1, 2].filter((head) => !heads.includes(head)).map((head) => headUnit(0, head)));
const words = (end: readonly number[], kept: readonly number[], putBack: Validated["record"]["putBack"]) =>
  validationWords(circuit(end), { kept: circuit(kept), record: { putBack } as Validated["record"] });

const end = ", so that the criterion holds on validation examples too";

test.each([
  ["the search's own circuit", [0], [0], undefined, ""],
  ["one unit more", [0], [0, 1], "way-back", `; then 1 removed unit was put back${end}`],
  [
    "two more by tests",
    [0],
    [0, 1, 2],
    "tests",
    `; then 2 removed units were put back, one at a time by exact tests${end}`,
  ],
  [
    "others and fewer",
    [0, 1],
    [2],
    "second-search",
    `; then 1 removed unit was put back and 2 more were taken away, by a second search on fresh examples${end}`,
  ],
  ["fewer", [0, 1], [1], "second-search", `; then 1 more was taken away, by a second search on fresh examples${end}`],
] as const)("validation's circuit is told from the search's: %s", (_, from, kept, putBack, expected) => {
  expect(words(from, kept, putBack)).toBe(expected);
});

test("without validation nothing is said of it", () => {
  expect(validationWords(circuit([0]), undefined)).toBe("");
});
