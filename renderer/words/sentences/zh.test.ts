import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import { hasWords } from "../said.ts";
import { leavesOf } from "../../../engine/choices/option.ts";
import { VERB_ROWS } from "../../../engine/contract/verbs.ts";
import { INSTRUMENTS, TABS } from "../../state/instruments.ts";
import { zh } from "./zh.ts";

/** Rooms of the engine whose sentences no window shows, and why. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  onnx: "graphs are built by the program alone: what is wrong with one is a mistake of ours, told to a developer",
  train: "the embedded model is trained by a command alone",
};

/** No sentence has it. */
const NO_LITERAL = "\0";

const engine = new URL("../../../engine/", import.meta.url);

/** What a call or a tag stands for: a sentence's template, what stands between the values of a list, or `NO_LITERAL`. */
function saidIn(node: ts.Node): string | undefined {
  if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "say") {
    const { template } = node;
    if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
    return template.head.text + template.templateSpans.map(({ literal }, i) => `{${i}}${literal.text}`).join("");
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "sayList") {
    const between = node.arguments[1];
    return between && ts.isStringLiteral(between) ? between.text : NO_LITERAL;
  }
  return undefined;
}

/** Every sentence of the engine's sources → the files that say it. */
function everySentence(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(engine, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
  for (const file of files) {
    const [room] = file.split("/");
    if (!file.endsWith(".ts") || file.endsWith(".test.ts") || Object.hasOwn(NOT_SHOWN, room)) continue;
    const text = readFileSync(new URL(file, engine), "utf8");
    const visit = (node: ts.Node): void => {
      const said = saidIn(node);
      if (said !== undefined) found.set(said, [...(found.get(said) ?? []), file]);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  }
  return found;
}

/** Help of what has no pane of its own, where it stands beside each field. */
const helps = TABS.flatMap((tab) => {
  const verb = INSTRUMENTS[tab].plain;
  const leaves = verb === undefined ? [] : leavesOf(VERB_ROWS[verb].settings);
  // The bar says both.
  return leaves
    .filter(({ path }) => !["model", "task"].includes(path.join(".")))
    .map(({ words }) => [words.help, [`settings of ${verb}`]] as const);
});

const said = new Map([...everySentence(), ...helps]);
const holesIn = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(([hole]) => hole).sort();

test("whatever the engine says has words in Chinese", () => {
  const missing = [...said].filter(([template]) => hasWords(template) && !Object.hasOwn(zh, template));
  expect(missing).toEqual([]);
});

test("no Chinese stands there for what the engine does not say", () => {
  expect(Object.keys(zh).filter((template) => !said.has(template))).toEqual([]);
});

test("a sentence has the same holes in both languages", () => {
  for (const [template, words] of Object.entries(zh))
    expect([template, holesIn(words)]).toEqual([template, holesIn(template)]);
});

test("what stands between the values of a list is written where the list is made", () => {
  expect(said.get(NO_LITERAL)).toBeUndefined();
});
