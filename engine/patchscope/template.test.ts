import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SHIPPED_TEMPLATES } from "../choices/lists.ts";
import { markedText } from "./target.ts";
import { readTemplate } from "./template.ts";

const folder = mkdtempSync(join(tmpdir(), "template-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a template of a Patchscope", () => {
  test.each(SHIPPED_TEMPLATES)("%s ships, and says how it shapes answers", (name) => {
    const template = readTemplate(name);
    expect(template.name).toBe(name);
    expect(template.shapes).toMatch(/\.$/);
  });

  test("of one's own is a file of named parts", () => {
    const file = join(folder, "mine.yaml");
    writeFileSync(file, 'kind: patchscope\nname: mine\nparts: { before: "The owner of", slot: " x" }\n');
    expect(readTemplate(file).parts).toEqual({ before: "The owner of", slot: " x", after: "" });
  });

  test("that is neither shipped nor a file is refused with those that ship", () => {
    expect(() => readTemplate("capitals")).toThrow(
      "capitals: there is no such template or file. Templates here are identity, description, tell-me-about, capital, plural.",
    );
  });

  test.each([
    ["kind: contrast\nname: a\nparts: { slot: x }", ':1:7: "kind" is "contrast"; write "patchscope".'],
    ["kind: patchscope\nname: a\nparts: { before: x }", ':3:8: "parts.slot" is missing; write a text.'],
    ["kind: patchscope\nname: a\nparts: { slot: x, behind: y }", ':3:19: unknown field "behind" in parts.'],
    ["kind: patchscope\nname: [", ":2:8: "],
  ])("that is none is refused in a sentence: %s", (text, sentence) => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, text);
    expect(() => readTemplate(file)).toThrow(sentence);
  });
});

describe("a place in a text", () => {
  const encode = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

  test("is the last token of a part's last occurrence, or the last of all", () => {
    expect(markedText("a b a c", "a", encode).position).toBe(4);
    expect(markedText("a b a c", undefined, encode).position).toBe(6);
  });

  test("that is not there, or inside a token, is refused", () => {
    expect(() => markedText("a b", "x", encode)).toThrow('There is no "x" in "a b"');
    expect(() => markedText("", undefined, encode)).toThrow("The text is empty");
    const pairs = (text: string) => (text.match(/..?/g) ?? []).map((pair) => pair.length * 1000 + pair.charCodeAt(0));
    expect(() => markedText("abcd", "abc", pairs)).toThrow("A token reaches over the end");
  });
});
