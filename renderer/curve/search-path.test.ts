import { expect, test } from "vitest";
import type { RunStep } from "../../engine/contract/prune.ts";
import { timelineOf } from "../state/timeline.ts";
import { boundsOf, searchPath } from "./search-path.ts";

const trial = (step: number, removed: string, f: number, accepted: boolean, kept: number, order = 0): RunStep => ({
  step,
  removed: [removed],
  faithfulness: f,
  second: accepted ? 0.9 : null,
  accepted,
  kept,
  order,
  pass: 1,
});
const trials = [
  trial(1, "a0.h0", 0.99, true, 3),
  trial(2, "a0.h1", 0.5, false, 3),
  trial(3, "a1.h0", 0.97, true, 2),
  trial(4, "a1.h1", 0.98, true, 3, 1),
];

test("a search that runs: a line for each order, and each rejected trial at the units that it would have kept", () => {
  expect(searchPath(timelineOf({ steps: trials }), trials)).toEqual({
    accepted: [
      [
        { at: 0, kept: 3, f: 0.99, second: 0.9 },
        { at: 2, kept: 2, f: 0.97, second: 0.9 },
      ],
      [{ at: 3, kept: 3, f: 0.98, second: 0.9 }],
    ],
    rejected: [{ at: 1, kept: 2, f: 0.5, second: undefined }],
  });
});

test("a finished one: the way to its circuit, its second half from the trials, and the rejected ones beside it", () => {
  const step = (at: number, kept: number, f: number) => ({ step: at, removed: [], kept, metric: 1, faithfulness: f });
  const search = { trajectory: [step(0, 4, 1), step(1, 3, 0.99), step(2, 2, 0.97)] };
  const timeline = timelineOf({ circuit: { search } as never, steps: trials });
  expect(searchPath(timeline, trials)).toEqual({
    accepted: [
      [
        { at: 0, kept: 4, f: 1, second: undefined },
        { at: 1, kept: 3, f: 0.99, second: 0.9 },
        { at: 2, kept: 2, f: 0.97, second: 0.9 },
      ],
    ],
    rejected: [{ at: undefined, kept: 2, f: 0.5, second: undefined }],
  });
});

test("both halves have their bounds, and each criterion its own", () => {
  const accuracy = { half: "accuracy", accuracy: 0.8 } as const;
  const kl = { half: "kl", klEmpty: 5 } as const;
  const round = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, x: unknown) => (typeof x === "number" ? Number(x.toFixed(9)) : x)) as unknown;
  expect(
    round([
      boundsOf({ criterion: "match", threshold: 0.9 }, accuracy),
      boundsOf({ criterion: "match", threshold: 0.9 }, kl),
      boundsOf({ criterion: "at-least", threshold: 0.9 }, { half: "kl" }),
      boundsOf({ criterion: "difference-only", threshold: 0.75 }, accuracy),
    ]),
  ).toEqual([
    { f: [0.9, 1.1], second: { half: "accuracy", bound: 0.72 } },
    { f: [0.9, 1.1], second: { half: "kl", bound: 0.5 } },
    { f: [0.9, null], second: { half: "kl" } },
    { f: [0.75, 1.25] },
  ]);
});
