import { expect, test } from "vitest";
import type { RecordedFigures } from "../../engine/circuit/circuit-schema.ts";
import type { MeasureRequest } from "../../engine/contract.ts";
import { HeldOutPath } from "./held-out-path.svelte.ts";

const CHOICE = { task: "tasks/ioi.yaml", model: "sprig", units: ["head"] } as const;
const circuit = (kept: number) => Array.from({ length: kept }, (_, i) => `a0.h${i}`);
const figures = ({ kept }: MeasureRequest) => ({ faithfulness: 1 - 1 / kept.length }) as RecordedFigures;

test("each circuit on the way is measured on held-out examples, the smallest first, and none twice", async () => {
  const asked: MeasureRequest[] = [];
  const path = new HeldOutPath((request) => {
    asked.push(request);
    return Promise.resolve(figures(request));
  });
  const way = [4, 2, 1].map(circuit);
  await path.ask("run", CHOICE, way);
  await path.ask("run", CHOICE, [...way, circuit(8)]);
  expect(asked.map(({ kept, split }) => [kept.length, split])).toEqual([1, 2, 4, 8].map((kept) => [kept, "heldOut"]));
  expect(path.pointsOf("run")).toEqual([1, 2, 4, 8].map((kept) => ({ kept, f: 1 - 1 / kept })));
  expect(path.pointsOf("another")).toEqual([]);
  expect(path.measuring).toBe(false);
});

test("of a long way 24 circuits are measured, both ends among them", async () => {
  const path = new HeldOutPath((request) => Promise.resolve(figures(request)));
  await path.ask(
    "run",
    CHOICE,
    Array.from({ length: 200 }, (_, i) => circuit(200 - i)),
  );
  const kept = path.pointsOf("run").map((point) => point.kept);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([24, 1, 200]);
});

test("what stands when it is stopped or another figure takes its turn stays, and asking again goes on", async () => {
  let answered = 0;
  const path = new HeldOutPath((request) =>
    ++answered === 2 ? Promise.reject(new Error("gone")) : Promise.resolve(figures(request)),
  );
  await path.ask("run", CHOICE, [2, 1].map(circuit));
  expect(path.pointsOf("run").map(({ kept }) => kept)).toEqual([1]);
  expect(path.failure?.message).toBe("gone");
  await path.ask("run", CHOICE, [2, 1].map(circuit));
  expect(path.pointsOf("run").map(({ kept }) => kept)).toEqual([1, 2]);
  expect(path.failure).toBeUndefined();
});
