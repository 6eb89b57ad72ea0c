// The limit is of the work itself: what only waits for the machine is not given up.
import { expect, test } from "vitest";
import { withinTime } from "./time-limit.ts";

const late = () => new Error("late");
/** Waits without working, as a process does to which a busy machine gives no turn. */
const wait = (milliseconds: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

test("work that does not end is given up", () => {
  expect(() => withinTime(50, () => { for (;;); }, late)).toThrow("late"); // prettier-ignore
});

// The limit is so long that what other threads of this process have yet to do is little beside it.
test("what waits longer than the limit, and works less, comes to its end", () => {
  let begun = 0;
  const value = withinTime(
    200,
    () => {
      begun++;
      wait(500);
      for (let i = 0; i < 1e4; i++);
      return begun;
    },
    late,
  );
  expect(value).toBeGreaterThan(1);
});

test("what it throws comes through, and work within work has its own limit", () => {
  const broken = () => {
    throw new RangeError("own");
  };
  expect(() => withinTime(50, broken, late)).toThrow(RangeError);
  expect(withinTime(5000, () => withinTime(50, () => 7, late), late)).toBe(7);
});
