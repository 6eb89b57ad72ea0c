import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { RemovedHistory, timelineOf, type TimelineStep } from "./timeline.ts";

function step(number: number, removed: string[], more: Partial<TimelineStep> = {}): TimelineStep {
  return {
    step: number,
    removed,
    added: [],
    kept: 0,
    faithfulness: 1,
    second: null,
    accepted: true,
    order: 0,
    ...more,
  };
}

test("after a step everything accepted so far is gone, and what was tried in vain is not", () => {
  const history = new RemovedHistory([step(1, ["a0.h0"]), step(2, ["a0.h1"], { accepted: false }), step(3, ["a1.h0"])]);
  expect([-1, 0, 1, 2].map((index) => [...history.after(index)])).toEqual([
    [],
    ["a0.h0"],
    ["a0.h0"],
    ["a0.h0", "a1.h0"],
  ]);
});

test("a unit that was put back is there again", () => {
  const history = new RemovedHistory([step(1, ["a0.h0", "a0.h1"]), step(2, ["a1.h0"], { added: ["a0.h1"] })]);
  expect([...history.after(1)]).toEqual(["a0.h0", "a1.h0"]);
});

test("another order begins at what was ablated before the search", () => {
  const history = new RemovedHistory([step(1, ["a0.h0"]), step(2, ["a0.h1"], { order: 1 })], ["a1.h1"]);
  expect([...history.after(0)]).toEqual(["a1.h1", "a0.h0"]);
  expect([...history.after(1)]).toEqual(["a1.h1", "a0.h1"]);
});

test("a jump over several keyframes gives what walking there gives", () => {
  const steps = Array.from({ length: 250 }, (_, i) => step(i, [`m0.n${i}`], i % 7 === 3 ? { order: 1 } : {}));
  const history = new RemovedHistory(steps);
  const walked = new Set<string>();
  for (const [i, each] of steps.entries()) {
    if (i > 0 && each.order !== steps[i - 1].order) walked.clear();
    each.removed.forEach((id) => walked.add(id));
    expect(history.after(i)).toEqual(walked);
  }
});

test("a finished run's timeline is the trajectory of its circuit", () => {
  const circuit = exampleCircuit();
  expect(timelineOf({ circuit, steps: [] }).map(({ step, kept, second }) => [step, kept, second])).toEqual([
    [0, 22, null],
    [1, 20, 1],
    [2, 18, null],
  ]);
});
