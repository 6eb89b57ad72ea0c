import { expect, test } from "vitest";
import type { LensReading, LensResult } from "../../engine/choices/lens.ts";
import { lensDifference, lensGrid } from "./lens-grid.ts";

const reading = (id: number, p: number, rank: number, entropy: number): LensReading => ({
  top: [{ id, logit: 0, logProbability: Math.log(p) }],
  tokens: [{ id: 3, logit: 0, logProbability: 0, rank }],
  entropy,
  kl: { to: 0, from: 0 },
});

function lens(tokens: readonly string[], top: number, p: number): LensResult {
  return {
    modelName: "m",
    points: [
      { site: "residPre", layer: 0 },
      { site: "residPost", layer: 0 },
    ],
    prompts: [{ text: tokens.join(""), ids: tokens.map((_, i) => i), tokens }],
    places: tokens.map((_, position) => ({
      prompt: 0,
      position,
      readings: [reading(1, 0.5, 4, 2), reading(top, p, 1, 1)],
    })),
    words: [{ word: "w", id: 3 }],
    traces: [],
    masses: [],
    texts: { 1: " one", 2: "\n", 3: "w" },
    notes: [],
  };
}

const drawn = ({ cells }: ReturnType<typeof lensGrid>) =>
  cells.map((row) => row.map(({ text, value }) => [text, Math.round(value * 1e6) / 1e6]));

test("the last state is on top; a cell has its likeliest word and the share that colours it", () => {
  const grid = lensGrid(lens(["The", " cat"], 2, 0.25), 0, "probability");
  expect([grid.rows, grid.columns, grid.points, grid.positions]).toEqual([
    ["residPost 0", "residPre 0"],
    ["The", "␣cat"],
    [1, 0],
    [0, 1],
  ]);
  expect(drawn(grid)).toEqual([
    [
      ["⏎", 0.25],
      ["⏎", 0.25],
    ],
    [
      ["␣one", 0.5],
      ["␣one", 0.5],
    ],
  ]);
  expect(drawn(lensGrid(lens(["a"], 2, 0.25), 0, "rank"))).toEqual([[["⏎", 1]], [["␣one", 0.25]]]);
  expect(drawn(lensGrid(lens(["a"], 2, 0.25), 0, "entropy"))).toEqual([[["⏎", 0.5]], [["␣one", 1]]]);
});

test("two prompts are laid end to end, and a cell has the second's value less the first's", () => {
  const first = lensGrid(lens(["x", "a", "b"], 2, 0.25), 0, "probability");
  const second = lensGrid(lens(["a", "c"], 1, 0.75), 0, "probability");
  const difference = lensDifference(first, second);
  expect(difference.columns).toEqual(["a", "b→c"]);
  expect(drawn(difference)).toEqual([
    [
      ["⏎→␣one", 0.5],
      ["⏎→␣one", 0.5],
    ],
    [
      ["␣one", 0],
      ["␣one", 0],
    ],
  ]);
});
