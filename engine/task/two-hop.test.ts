import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadTask } from "./load.ts";
import { fileKind } from "./file-kind.ts";
import { loadTwoHop } from "./two-hop.ts";

const folder = mkdtempSync(join(tmpdir(), "two-hop-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "task.yaml");

const TASK = `kind: two-hop
name: cities
title: { en: Cities }
forms:
  capital: { prompt: "Capital of the land of {e1}:", hop1: "{e1} is in", hop2: "Capital of {e2}:", shortcut: "Capital of it:" }
items:
  - { form: capital, e1: Lyon, e2: France, e3: Paris, aliases: [Lutetia] }
`;

describe("a two-hop task", () => {
  test("is a question, its single hops and the question without the first of them", () => {
    writeFileSync(file, TASK);
    expect(fileKind(file)).toBe("two-hop");
    expect(loadTwoHop(file).questions).toEqual([
      {
        form: "capital",
        e1: "Lyon",
        e2: "France",
        e3: "Paris",
        aliases: ["Lutetia"],
        prompt: "Capital of the land of Lyon:",
        hop1: "Lyon is in",
        hop2: "Capital of France:",
        shortcut: "Capital of it:",
      },
    ]);
  });

  test.each([
    ["form: capital", "form: capitol", /task\.yaml:7:\d+: there is no form "capitol" \(there are capital\)/],
    ["of {e1}:", "of it:", /task\.yaml:5:\d+: "prompt" has no \{e1\} in it/],
    ["hop2:", "hpo2:", /unknown field "hpo2" in forms.capital. Did you mean "hop2"\?/],
    ["e3: Paris,", "", /e3/],
  ])("with %s written as %s is refused with its place", (good, bad, sentence) => {
    writeFileSync(file, TASK.replace(good, bad));
    expect(() => loadTwoHop(file)).toThrow(sentence);
  });

  test("is told apart where a contrast is wanted", () => {
    writeFileSync(file, TASK);
    expect(() => loadTask(file)).toThrow('this is a two-hop task, which "secateur two-hop" takes');
  });
});
