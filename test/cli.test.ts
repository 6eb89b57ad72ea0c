// The command line from outside: exit codes, sentences, and what goes to which stream.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// A process each: slow where the machine is busy.
vi.setConfig({ testTimeout: 300_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function secateur(...args: string[]) {
  const env = { ...process.env, SECATEUR_HOME: folder, NO_COLOR: "1" };
  const run = spawnSync(process.execPath, ["--import", "tsx", "cli/main.ts", ...args], { encoding: "utf8", env });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

test.each([
  [["prun"], 2, "unknown command 'prun'"],
  [["prune", "tasks/ioi.yaml", "--tresh", "1"], 2, "unknown option '--tresh'"],
  [["prune", "tasks/ioi.yaml", "--threshold", "2"], 2, "Give a number above 0, at most 1"],
  [["prune", "tasks/ioi.yaml", "--units", "legs"], 2, '"legs" is no kind of unit'],
  [["prune", "tasks/absent.yaml"], 2, "tasks/absent.yaml: there is no such task file"],
  [["prune"], 2, "prune needs a task file"],
  [["prune", "tasks/ioi.yaml", "--model", "no/such-model"], 3, "no/such-model"],
  [["prune", "--resume", "never-started"], 2, "no such run journal"],
  [["inspect", "absent.circuit.json"], 2, "absent.circuit.json: there is no such file"],
  [["prune", "tasks/relations/noun-plural.json"], 2, "this is a relation"],
] as const)("%j ends with %i and a sentence", (args, code, sentence) => {
  const run = secateur(...args);
  expect({ code: run.code, out: run.out }).toEqual({ code, out: "" });
  expect(run.err).toContain(sentence);
  expect(run.err).not.toMatch(/\n\s+at /);
});

test("a task that the model cannot do ends with 4 before any pruning, and nothing is written", () => {
  const task = join(folder, "nonsense.yaml");
  const prompt = (a: string, b: string) =>
    `  - { clean: "${a} is", corrupt: "${b} is", answers: [" ring"], wrong_answers: [" book"] }`;
  const names = ["Mary", "John", "Anna", "Paul", "Jane", "Mark", "Kate", "Jack"];
  const pairs = names.map((name, i) => prompt(name, names[(i + 1) % names.length]));
  writeFileSync(task, `kind: contrast\nsplit: { discovery: 4, heldOut: 4 }\nprompts:\n${pairs.join("\n")}\n`);
  const out = join(folder, "nonsense.circuit.json");
  const run = secateur("prune", task, "--out", out);
  expect(run.code).toBe(4);
  expect(existsSync(out)).toBe(false);
});

test("tasks show prints one example a line, with ids and positions", () => {
  const run = secateur("tasks", "show", "tasks/ioi.yaml", "--examples", "3", "--held-out", "2", "--jsonl");
  const examples = run.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(examples.map(({ index, split }) => `${String(index)} ${String(split)}`)).toEqual([
    "0 discovery",
    "1 discovery",
    "2 discovery",
    "3 heldOut",
    "4 heldOut",
  ]);
  expect(Object.keys(examples[0])).toEqual([
    "index",
    "split",
    "clean",
    "corrupt",
    "answers",
    "wrongAnswers",
    "positions",
  ]);
  expect(Object.keys(examples[0].positions as object)).toEqual(expect.arrayContaining(["IO", "S1", "S2", "END"]));
});
