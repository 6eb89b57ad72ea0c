import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generateSettings } from "../choices/generate.ts";
import { leavesOf } from "../choices/option.ts";
import { generateTask } from "./generate-task.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-generate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = "The capital of Poland is";
const text = (settings: object = {}) => generateTask(generateSettings.parse({ text: TEXT, maxTokens: 4, ...settings }));

function changesFile(name: string, changes: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ changes }));
  return file;
}

const change = (where: object) => ({
  world: 0,
  where: { site: "mlpOut", layer: 2, at: "end", ...where },
  change: { op: "set", to: "zero" },
});

test("the embedded model says the capital, and the prompt is told as it was read", async () => {
  const { samples, prompt, modelName } = await text();
  expect(samples[0].text).toMatch(/^ Warsaw\./);
  expect({ modelName, ids: prompt.ids, ended: samples[0].ended }).toEqual({
    modelName: "sprig",
    ids: [0, 589, 788, 725, 864, 595],
    ended: "length",
  });
});

test("a text goes on from a token of the user's as if it had been generated", async () => {
  const [own] = (await text()).samples;
  const [first, ...rest] = own.tokens;
  const [{ tokens }] = (await text({ begin: [first.id], maxTokens: 3 })).samples;
  expect(tokens.map(({ id }) => id)).toEqual(rest.map(({ id }) => id));
});

test("changes of a file act, and say how many entries they touched", async () => {
  const [plain, changed] = [await text(), await text({ changes: changesFile("end.json", [change({})]) })];
  expect(changed.samples[0].tokens[0].logProbability).not.toBe(plain.samples[0].tokens[0].logProbability);
  // The end of the prompt, then each of the three tokens that were fed; sprig's stream is 64 wide.
  expect(changed.fired.map(({ entries }) => entries)).toEqual([4 * 64]);
});

describe("is refused with a sentence:", () => {
  test.each([
    ["neither text nor chat", { text: undefined }, "Give either --text, which is gone on with, or --chat"],
    ["a chat with a model that has no template", { text: undefined, chat: "hi" }, "sprig has no chat template"],
    ["a system message without a chat", { system: "be brief" }, "--system belongs to a chat"],
    ["a token that the model has not", { begin: [99999] }, "there is no token 99999; sprig has 1483, from 0."],
    [
      "a text that fills the context",
      { text: `The${" the".repeat(30)}`, maxTokens: 1 },
      "The prompt has 32 tokens and sprig reads 32; there is no room for another.",
    ],
  ])("%s", async (_, settings, sentence) => {
    await expect(text(settings)).rejects.toThrow(sentence);
  });

  test("a file of changes that does not fit the model, with file and place", async () => {
    const file = changesFile("layer.json", [change({ layer: 9 })]);
    await expect(text({ changes: file })).rejects.toThrow(
      `${file}: changes[0].where.layer: there is no layer 9; sprig has layers 0 to 3.`,
    );
    const none = changesFile("none.json", undefined);
    await expect(text({ changes: none })).rejects.toThrow(`${none}: changes: missing; write a list.`);
  });
});

test("stop texts are written with commas between them, and read back", () => {
  const { words } = leavesOf(generateSettings).find(({ path }) => path[0] === "stop")!;
  const texts = ["\n\n", "a,b", "c\\d"];
  expect(words.spelling!.read(words.spelling!.write(texts))).toEqual(texts);
  expect(words.spelling!.read("END,\\n")).toEqual(["END", "\n"]);
});
