import { expect, test } from "vitest";
import { textOf } from "../base/sentence.ts";
import { curvesSettings } from "../choices/curves.ts";
import { pruneSettings } from "../choices/prune.ts";
import { curvesTask, sizesUpTo } from "./curves-task.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";

test("few units are measured at every size, many at sizes evenly apart on a logarithmic scale", () => {
  expect(sizesUpTo(4)).toEqual([0, 1, 2, 3, 4]);
  const sizes = sizesUpTo(300);
  expect(sizes.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(sizes.at(-1)).toBe(300);
  expect(sizes.length).toBeLessThanOrEqual(33);
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
});

const neurons = { task: "tasks/agreement.yaml", units: ["neuron"], examples: { discovery: 8, heldOut: 8 } };

test("an order of hidden neurons by their gradients keeps more of the task than a random one; what neurons have not is left out with a note", async () => {
  const settings = curvesSettings.parse({
    ...neurons,
    orderings: ["attribution", "random", "learned-masks", "matryoshka"],
  });
  const { curves, searches, units, notes } = await curvesTask(settings);
  expect([units, searches]).toEqual([1024, []]);
  expect(curves.map(({ ordering }) => ordering)).toEqual(["attribution", "random"]);
  const [best, random] = curves.map(({ areas }) => areas!.cappedCpr);
  expect(best).toBeGreaterThan(random + 0.1);
  expect(notes.map(textOf)).toEqual(
    expect.arrayContaining([
      "Searches of hidden neurons are runs of their own: prune --units neurons.",
      "Left out for 1024 units with hidden neurons among them: learned-masks, matryoshka.",
    ]),
  );
});

test("the greedy search goes down to the criterion itself, which is what the orders are held against", async () => {
  const heads = { task: "tasks/ioi.yaml", units: ["head" as const], examples: { discovery: 16, heldOut: 8 } };
  const { searches } = await curvesTask(curvesSettings.parse({ ...heads, maskSteps: 2, orderings: ["attribution"] }));
  const { search } = (await pruneTask({ ...pruneSettings.parse(heads), ...onlySearch, confidence: 0 })).circuit;
  const greedy = searches.find((found) => found.search === "greedy");
  expect(greedy).toMatchObject({ kept: search.trajectory.at(-1)!.kept, trials: search.trials });
});

test("conductance is left out with a note where the ablation has no run to begin at, and refused where it is all that is asked for", async () => {
  const asked = { ...neurons, ablation: "mean" };
  const { curves, notes } = await curvesTask(curvesSettings.parse({ ...asked, orderings: ["conductance", "random"] }));
  expect(curves.map(({ ordering }) => ordering)).toEqual(["random"]);
  expect(notes.map(textOf)).toContain(
    "Conductance is left out, since what mean ablation gives is of no run that a path could begin at.",
  );
  await expect(curvesTask(curvesSettings.parse({ ...asked, orderings: ["conductance"] }))).rejects.toThrow(
    "choose --ablation resample, or --method integrated-gradients",
  );
});

test.each([
  [{ ...neurons, orderings: ["learned-masks"] }, "are not ordered by learned-masks; take a gradient method or random."],
  [{ ...neurons, units: ["feature"] }, "Curves are drawn of heads, MLPs and neurons; prune features"],
])("orders and units that have no curve are refused: %o", async (asked, sentence) => {
  await expect(curvesTask(curvesSettings.parse(asked))).rejects.toThrow(sentence);
});
