// What goes into a sweep's means of a job without figures of held-out examples.
import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import type { JobRecord } from "./job-record.ts";
import { rowOf } from "./sweep-report.ts";

const headline = { code: "prune", values: { kept: 5, f: 0.9 }, split: "discovery" };
const record = { state: "finished", headline, seconds: 2 } as unknown as JobRecord;

test("f of the examples that were searched does not go into a mean with those of held-out ones", () => {
  const whole = exampleCircuit();
  const figuresOf = (circuit: typeof whole) => rowOf({ id: "a", at: {} }, record, circuit).figures;
  expect(whole.task.examples.heldOut).toBeGreaterThan(0);
  expect(figuresOf(whole)).toMatchObject({ kept: 5, f: 0.9, seconds: 2 });
  expect(figuresOf({ ...whole, results: { ...whole.results!, heldOut: undefined } })).toEqual({ kept: 5, seconds: 2 });
});
