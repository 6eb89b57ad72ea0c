// The command line and other people's files: standard input, hostile texts, folders that npm changes, where things are written.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { formatCircuit } from "../engine/circuit/circuit-file.ts";
import { exampleCircuit } from "./example-circuit.ts";

// A process each: slow where the machine is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-files-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROOT = process.cwd();
const PROGRAM = [inject("commandLine")];

interface Run {
  readonly input?: string;
  readonly cwd?: string;
  readonly npm?: NodeJS.ProcessEnv;
}

function secateur(args: readonly string[], { input, cwd, npm }: Run = {}) {
  const run = spawnSync(process.execPath, [...PROGRAM, ...args], {
    encoding: "utf8",
    input,
    cwd,
    env: { ...process.env, SECATEUR_HOME: folder, NO_COLOR: "1", ...npm },
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

const PROMPT = {
  clean: "When Marie and Susan went to the hotel, Susan gave a coat to",
  corrupt: "When Marie and Susan went to the hotel, Jacob gave a coat to",
  answers: [" Marie"],
  wrong_answers: [" Susan"],
};
const TASK = JSON.stringify({ prompts: [PROMPT] });

describe("standard input is read as a file", () => {
  test.each([
    ["a task in JSON", ["validate", "-"], TASK, '-: a contrast task, "standard-input"\n'],
    ["by its device's name", ["validate", "/dev/stdin"], TASK, '/dev/stdin: a contrast task, "standard-input"\n'],
    [
      "a task in YAML",
      ["validate", "-"],
      `prompts:\n  - ${JSON.stringify(PROMPT)}\n`,
      '-: a contrast task, "standard-input"\n',
    ],
    [
      "a table",
      ["validate", "-"],
      "clean,corrupted,plural\nThe cat,The cats,0\n",
      '-: a contrast task, "standard-input"\n',
    ],
    [
      "a circuit",
      ["validate", "-"],
      formatCircuit(exampleCircuit()),
      "-: a circuit of ioi on tiny with 6 nodes, version 2\n",
    ],
  ] as const)("%s", (_, args, input, out) => {
    expect(secateur(args, { input })).toMatchObject({ code: 0, out });
  });

  test("contrast sets are said to be those, with their sides", () => {
    const sets = join(folder, "sets.yaml");
    const file =
      "kind: contrast-sets\nname: mood\nplus: { label: glad, texts: [Hooray, Nice] }\nminus: { label: sad, texts: [Alas, Oh no] }\n";
    writeFileSync(sets, file);
    expect(secateur(["validate", sets])).toMatchObject({
      code: 0,
      out: `${sets}: contrast sets of 2 texts "glad" and 2 texts "sad", "mood"\n`,
    });
    writeFileSync(sets, file.replace("minus:", "mimus:"));
    expect(secateur(["validate", sets])).toMatchObject({ code: 2, out: expect.stringContaining("mimus") });
  });

  test("twice in one command, it is the same file", () => {
    const { code, out } = secateur(["compare", "-", "-"], { input: formatCircuit(exampleCircuit()) });
    expect([code, out.split("\n")[0]]).toEqual([0, expect.stringContaining("0 only in -, 0 only in -; Jaccard 1.000")]);
  });

  test("nothing on it is said so, and nothing is written into it", () => {
    expect(secateur(["tasks", "show", "-"], { input: "" })).toMatchObject({
      code: 2,
      err: "error: -: is empty; see tasks/README.md for a task to begin with.\n",
    });
    expect(
      secateur(["export", "-", "--format", "csv", "--out", "-"], { input: formatCircuit(exampleCircuit()) }),
    ).toMatchObject({
      code: 2,
      err: "error: -: is standard input, which nothing can be written into; name a file.\n",
    });
  });
});

describe("a file of someone else's", () => {
  const escape = "\u001b[31mRED\u001b]0;pwned\u0007";

  test("does not steer the terminal by its texts, whatever shows them", () => {
    const task = join(folder, "ansi.json");
    writeFileSync(
      task,
      JSON.stringify({ name: escape, title: { en: escape }, description: "\u001b[2J", prompts: [PROMPT] }),
    );
    const shown = secateur(["tasks", "show", task]);
    expect(shown.out.split("\n")[0]).toBe("␛[31mRED␛]0;pwned␇ (ansi.json): ␛[2J");
    const circuit = exampleCircuit();
    const file = join(folder, "ansi.circuit.json");
    writeFileSync(file, formatCircuit({ ...circuit, task: { ...circuit.task, name: escape } }));
    for (const args of [
      ["inspect", file],
      ["export", file, "--format", "csv"],
    ]) {
      const { code, out, err } = secateur(args);
      expect([code, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test((out + err).replaceAll("\r\n", "\n"))]).toEqual([
        0,
        false,
      ]);
    }
    expect((JSON.parse(secateur(["inspect", file, "--json"]).out) as typeof circuit).task.name).toBe(escape);
    expect(secateur(["tasks", "show", `${escape}.yaml`]).err).toContain(
      "␛[31mRED␛]0;pwned␇.yaml: there is no such file",
    );
  });

  test("is refused by its ending before a byte of it is shown", () => {
    const secret = join(folder, "secret");
    writeFileSync(secret, "root:hash\u0001\n");
    expect(secateur(["tasks", "show", secret]).err).toBe(
      `error: ${secret}: is not a task file by its name; tasks end in .yaml, .yml, .json, .csv, .tsv, .jsonl.\n`,
    );
    expect(secateur(["inspect", secret]).err).toBe(
      `error: ${secret}: is not a circuit file by its name; circuits, and graphs of EAP-IG, end in .json.\n`,
    );
  });
});

test("npm run from another folder: relative paths are the caller's", () => {
  const elsewhere = mkdtempSync(join(folder, "elsewhere-"));
  writeFileSync(join(elsewhere, "mine.json"), TASK);
  const npm = { npm_lifecycle_event: "secateur", npm_package_json: join(ROOT, "package.json"), INIT_CWD: elsewhere };
  expect(secateur(["validate", "mine.json"], { npm })).toMatchObject({
    code: 0,
    out: 'mine.json: a contrast task, "mine"\n',
  });
});

test("a device is written to, not replaced", () => {
  const file = join(folder, "whole.circuit.json");
  writeFileSync(file, formatCircuit(exampleCircuit()));
  const { code, out } = secateur(["export", file, "--format", "own", "--out", "/dev/stdout"]);
  expect([code, out]).toEqual([0, readFileSync(file, "utf8")]);
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("relations are written into one folder, which is named; two of one name are refused before the work", () => {
  const here = mkdtempSync(join(folder, "relations-"));
  const [capital, sound] = ["country-capital", "noun-plural"].map((name) => join(ROOT, `tasks/relations/${name}.json`));
  const quick = ["--estimator", "bias-only", "--seeds", "5"];
  const { code, err } = secateur(["relation", capital!, sound!, ...quick], { cwd: here });
  expect([code, err.trim().split("\n").at(-1)]).toEqual([
    0,
    "wrote 2 relations into relations, each with W and b beside it",
  ]);
  expect(readdirSync(here)).toEqual(["relations"]);
  expect(readdirSync(join(here, "relations")).sort()).toEqual([
    "country-capital.relation.json",
    "country-capital.relation.safetensors",
    "noun-plural.relation.json",
    "noun-plural.relation.safetensors",
  ]);
  expect(secateur(["relation", capital!, capital!, ...quick], { cwd: here }).err).toContain("would both be written to");
  expect(existsSync(join(here, "country-capital.relation.json"))).toBe(false);
});
