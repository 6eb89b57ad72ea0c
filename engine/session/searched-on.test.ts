// A task of listed prompts: with other numbers of examples than a circuit was found with, what is held out was searched on.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { textOf } from "../base/sentence.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import { readCircuitSource } from "./circuit-source.ts";
import { evaluateCircuit } from "./evaluate-circuit.ts";
import { withTask } from "./prepare.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-searched-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("which held-out examples a circuit was searched on is counted, and with its file's own numbers there are none", async () => {
  const drawn = { task: "tasks/ioi.yaml", model: "sprig", examples: { discovery: 12, heldOut: 0, validation: 0 } };
  const prompts = await withTask(drawn, {}, ({ discovery }) =>
    Promise.resolve(
      discovery.map(({ clean, corrupt, answers, wrongAnswers }) => ({
        clean: clean.text,
        corrupt: corrupt.text,
        answers,
        wrong_answers: wrongAnswers,
      })),
    ),
  );
  const task = join(folder, "listed.json");
  writeFileSync(task, JSON.stringify({ kind: "contrast", name: "listed", prompts }));
  const found = { task, model: "sprig", units: ["head" as const], ...onlySearch, confidence: 0, orders: 1, swaps: 0 };
  const { circuit } = await pruneTask({ ...found, examples: { discovery: 8, heldOut: 4, validation: 0 } });
  const file = join(folder, "listed.circuit.json");
  writeFileSync(file, formatCircuit(circuit));
  const notesWith = async (examples: { discovery: number; heldOut: number } | undefined) => {
    const { notes } = await evaluateCircuit(readCircuitSource(file), { task, model: "sprig", examples, random: 0, parts: false }); // prettier-ignore
    return notes.map(textOf).filter((note) => note.includes("searched on"));
  };
  expect(await notesWith(undefined)).toEqual([]);
  expect(await notesWith({ discovery: 4, heldOut: 4 })).toEqual([
    "4 of the 4 held-out examples have a clean prompt that this circuit was searched on, so they say too much for it. The numbers of examples and the seed of its file keep them apart.",
  ]);
});
