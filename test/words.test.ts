// What the engine emits by name has words in both languages of the window.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../engine/base/errors.ts";
import { leavesOf } from "../engine/choices/option.ts";
import { parseCircuit } from "../engine/circuit/circuit-file.ts";
import { WIRE_CODES } from "../engine/contract.ts";
import { VERB_NAMES, VERB_ROWS } from "../engine/contract/verbs.ts";
import { evidenceNames, roleNames } from "../engine/reading/roles.ts";
import { loadTask } from "../engine/task/load.ts";
import { en } from "../renderer/words/en.ts";
import { zh } from "../renderer/words/zh.ts";

const HEADLINES: Readonly<Record<string, readonly string[]>> = Object.assign(
  {},
  ...Object.values(VERB_ROWS).map(({ headlines }) => headlines),
);
const STAGES = Object.values(VERB_ROWS).flatMap(({ stages }): readonly string[] => stages);

/** Of all tasks that ship. */
const rules = readdirSync("tasks")
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => {
    const task = loadTask(`tasks/${file}`);
    return task.kind === "contrast" ? task.roles : [];
  });
const ROLE_NAMES = roleNames(rules);
const EVIDENCE_NAMES = evidenceNames(rules);

test.each([
  ["error", [...ERROR_CODES, ...WIRE_CODES]],
  ["role", ROLE_NAMES],
  ["evidence", EVIDENCE_NAMES],
  ["stage", STAGES],
  ["headline", Object.keys(HEADLINES)],
])("every name of kind %s has words in English and Chinese", (prefix, names) => {
  const missing = (table: Readonly<Record<string, string>>) => names.filter((name) => !table[`${prefix}.${name}`]);
  expect({ en: missing(en), zh: missing(zh) }).toEqual({ en: [], zh: [] });
});

test("the roles and evidence of a recorded circuit are among those names", () => {
  const { record } = JSON.parse(readFileSync("renderer/example/ioi.json", "utf8")) as { record: { circuit: unknown } };
  const roles = parseCircuit(JSON.stringify(record.circuit), "ioi.json").nodes.flatMap(({ role }) => role ?? []);
  expect(roles.length).toBeGreaterThan(0);
  expect(roles.map(({ name }) => name).filter((name) => !ROLE_NAMES.includes(name))).toEqual([]);
  const evidence = roles.flatMap((role) => Object.keys(role.evidence));
  expect(evidence.filter((name) => !EVIDENCE_NAMES.includes(name))).toEqual([]);
});

test.each([
  ["English", en],
  ["Chinese", zh],
] as const)(
  "a headline in %s names values that come with it, and no others",
  (_, table: Readonly<Record<string, string>>) => {
    const unknown = Object.entries(HEADLINES).flatMap(([code, values]) => {
      const named = [...table[`headline.${code}`].matchAll(/\{(\w+)%?\}/g)].map(([, name]) => name);
      return named.filter((name) => !values.includes(name)).map((name) => `${code}: ${name}`);
    });
    expect(unknown).toEqual([]);
  },
);
test("every verb has a name in both languages", () => {
  const missing = (table: Readonly<Record<string, string>>) => VERB_NAMES.filter((name) => !table[`verb.${name}`]);
  expect({ en: missing(en), zh: missing(zh) }).toEqual({ en: [], zh: [] });
});

test("every setting of every verb and every figure of a card has a name in both languages, and no other", () => {
  const rows = Object.values(VERB_ROWS);
  const settings = rows.flatMap(({ settings }) => leavesOf(settings).map(({ path }) => path.join(".")));
  const figures = Object.values(HEADLINES).flat();
  const facts = ["verb", "model", "task", "n", "state", "when", "seconds", "split"];
  const named = Object.keys(en).filter((key) => key.startsWith("field."));
  expect(named.sort()).toEqual([...new Set([...settings, ...figures, ...facts])].map((name) => `field.${name}`).sort());
});
