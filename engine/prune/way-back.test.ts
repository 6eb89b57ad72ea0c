import { describe, expect, test } from "vitest";
import { UnitSpace } from "../circuit/unit-set.ts";
import type { Step } from "./removal.ts";
import { circuitsAlong, firstOnTheWay, wayBack } from "./way-back.ts";

const sizes = { nLayers: 2, nHeads: 3, dMlp: 4 };
const heads = new UnitSpace(sizes, ["head"]);
const step = (removed: readonly string[], added: readonly string[] = []): Omit<Step, "step" | "kept"> => ({
  removed,
  added,
  metric: 0,
  faithfulness: 1,
});
const trajectory = (...steps: Omit<Step, "step" | "kept">[]): Step[] =>
  [step([]), ...steps].map((each, index) => ({ ...each, step: index, kept: 0 }));

test("the circuits along a search are those after each step, with the neurons that went with their MLP", () => {
  const space = new UnitSpace(sizes, ["mlp", "neuron"]);
  const path = circuitsAlong(space, trajectory(step(["m0.n1"]), step(["m0"]), step(["m1.n0"], ["m0"])));
  expect(path.map((kept) => kept.ids().join(" "))).toEqual([
    "m0 m1 m0.n0 m0.n1 m0.n2 m0.n3 m1.n0 m1.n1 m1.n2 m1.n3",
    "m0 m1 m0.n0 m0.n2 m0.n3 m1.n0 m1.n1 m1.n2 m1.n3",
    "m1 m1.n0 m1.n1 m1.n2 m1.n3",
    "m0 m1 m1.n1 m1.n2 m1.n3",
  ]);
});

describe("the way back", () => {
  const path = trajectory(step(["a0.h0"]), step(["a1.h2", "a0.h1"]), step(["a0.h2"], ["a0.h0"]));
  const back = (to = 0, leftOut?: readonly string[]) =>
    [...wayBack(heads, path, { to, leftOut })].map((kept) => kept.ids().join(" "));

  test("begins where the search ended, undoes swaps, and puts the last of a block back first", () => {
    expect(back()).toEqual([
      "a0.h0 a1.h0 a1.h1",
      "a0.h1 a0.h2 a1.h0 a1.h1",
      "a0.h1 a0.h2 a1.h0 a1.h1 a1.h2",
      "a0.h0 a0.h1 a0.h2 a1.h0 a1.h1 a1.h2",
    ]);
  });

  test("ends where it was told to", () => {
    expect(back(1).at(-1)).toBe("a0.h1 a0.h2 a1.h0 a1.h1 a1.h2");
  });

  test("puts what a start left out back in the order that the start gives", () => {
    const begun = trajectory(step(["a0.h0", "a0.h1", "a0.h2"]));
    const order = ["a0.h1", "a0.h0", "a0.h2"];
    expect([...wayBack(heads, begun, { to: 0, leftOut: order })].map((kept) => kept.ids()[0])).toEqual([
      "a1.h0",
      "a0.h1",
      "a0.h0",
      "a0.h0",
    ]);
  });

  test("grows by a fiftieth at a time, not unit by unit, where the circuits are large", () => {
    const space = new UnitSpace({ nLayers: 1, nHeads: 1, dMlp: 1000 }, ["neuron"]);
    const block = Array.from({ length: 800 }, (_, i) => `m0.n${i}`);
    const found = [...wayBack(space, trajectory(step(block)), { to: 0 })].map(({ size }) => size);
    expect([found.length, found[0], found[1], found.at(-1)]).toEqual([83, 200, 204, 1000]);
  });
});

describe("the first circuit on a way that holds", () => {
  /** @returns where it was found, and the places that were looked at, in their order */
  async function search(holding: readonly boolean[]) {
    const looked: number[] = [];
    const found = await firstOnTheWay(holding.length, (place) => {
      looked.push(place);
      return Promise.resolve(holding[place]);
    });
    return { found, looked };
  }
  const from = (first: number, length: number) => Array.from({ length }, (_, place) => place >= first);

  test("is found wherever it is, with the one before looked at", async () => {
    for (const length of [1, 2, 3, 8, 21]) {
      for (let first = 0; first < length; first++) {
        const { found, looked } = await search(from(first, length));
        expect([found, first === 0 || looked.includes(first - 1)]).toEqual([first, true]);
      }
    }
  });

  test("costs steps that double and then halve", async () => {
    expect(await search(from(0, 100))).toEqual({ found: 0, looked: [0] });
    expect(await search(from(40, 100))).toEqual({ found: 40, looked: [0, 1, 3, 7, 15, 31, 63, 47, 39, 43, 41, 40] });
  });

  test("is none where it does not hold at the end either", async () => {
    expect(await search(from(5, 5))).toEqual({ found: undefined, looked: [0, 1, 3, 4] });
  });
});
