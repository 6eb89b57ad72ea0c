// A file whose held-out prompts, and those for validation, do not tell the model from the empty circuit, through every verb that measures on them.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluateCircuit } from "./evaluate-circuit.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";
import { stabilityTask } from "./stability-task.ts";
import { transferTask } from "./transfer-task.ts";

const PAIRS = [
  "Mary John",
  "Emily James",
  "Sarah Robert",
  "Anna David",
  "Alice Richard",
  "Jane Thomas",
  "Grace Mark",
  "Rose Paul",
].map((pair) => pair.split(" "));
const sentence = (io: string, s: string, giver: string, place: string) =>
  `When ${io} and ${s} went to the ${place}, ${giver} gave a drink to`;

/** The corrupt prompt of the first names another giver; of the others it names another place, on which nothing hangs. */
function taskFile(): string {
  const prompts = ["store", "school", "park"].flatMap((place, part) =>
    PAIRS.map(([io, s]) => ({
      clean: sentence(io, s, s, place),
      corrupt: part === 0 ? sentence(io, s, "Emma", place) : sentence(io, s, s, "beach"),
      answers: [` ${io}`],
      wrong_answers: [` ${s}`],
    })),
  );
  const split = { order: "file", discovery: 8, heldOut: 8 };
  const file = join(mkdtempSync(join(tmpdir(), "secateur-unseparated-")), "givers.json");
  writeFileSync(
    file,
    JSON.stringify({ kind: "contrast", name: "givers", criterion: "difference-only", split, prompts }),
  );
  return file;
}

const task = taskFile();
const asked = {
  task,
  model: "sprig",
  units: ["head"],
  examples: { validation: 8 },
  orders: 1,
  swaps: 0,
  ...onlySearch,
} as const;
const { circuit } = await pruneTask(asked);
const source = { form: "own", file: "givers.circuit.json", version: 2, circuit } as const;

const unjudged =
  "On the 8 held-out examples the model and the empty circuit differ too little for f to mean anything, so no figures were measured there. Ask for more of them (--held-out), or choose another corruption.";

test("a search ends with the circuit that it found, with figures of discovery alone, and says why", () => {
  expect(circuit.kept.heads!.length).toBeGreaterThan(0);
  expect([circuit.results!.heldOut, circuit.results!.validation, circuit.search.validation]).toEqual([undefined, undefined, undefined]); // prettier-ignore
  expect(circuit.results!.notes!.slice(0, 2)).toEqual([
    {
      code: "not-validated",
      text: "On the 8 validation examples the model and the empty circuit differ too little for f to mean anything, so the search stopped where the criterion would break on the discovery examples. Ask for more of them (--validation), or choose another corruption.",
    },
    { code: "held-out-not-judged", text: unjudged },
  ]);
});

test("so does its evaluation", async () => {
  const { results } = await evaluateCircuit(source, { task, random: 0, parts: false });
  expect(results.discovery).toEqual(circuit.results!.discovery);
  expect([results.heldOut, results.validation]).toEqual([undefined, undefined]);
  expect(results.notes![0]).toEqual({ code: "held-out-not-judged", text: unjudged });
});

test("a transfer has this sentence in the place of figures", async () => {
  const cells = await transferTask({ circuits: [source], tasks: [task] });
  expect(cells.map(({ row }) => [row.failure, row.figures])).toEqual([[unjudged, undefined]]);
});

test("searches of several seeds, which are made for held-out figures, end with it", async () => {
  const seed = { code: "degenerate-task", message: `Seed 1: ${unjudged}` };
  await expect(stabilityTask({ ...asked, runs: 1, sizes: [4] })).rejects.toMatchObject(seed);
});
