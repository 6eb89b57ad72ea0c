import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadTask } from "../engine/task/load.ts";
import { wireError } from "../engine/wire/wire-error.ts";
import { toWireError } from "../renderer/client/wire-failure.ts";
import { fetchSentences, fetchWords } from "../renderer/words/tables.svelte.ts";
import { Words } from "../renderer/words/words.svelte.ts";

beforeAll(async () => {
  await fetchWords("zh");
  await fetchSentences("zh");
});

/** What the window shows of what a task file is refused with, after the wire. */
function refusalOf(text: string): { readonly file: string; readonly shown: string } {
  const folder = mkdtempSync(join(tmpdir(), "secateur-chinese-"));
  const file = join(folder, "a.yaml");
  try {
    writeFileSync(file, text);
    loadTask(file);
    throw new Error("the file was accepted");
  } catch (error) {
    const arrived = toWireError(structuredClone(wireError(error)));
    return { file, shown: new Words({ language: "zh" }).failure(arrived) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a bad task file is refused in Chinese, with file, line and value", () => {
  const { file, shown } = refusalOf('kind: relation\nname: a\nprompt_templates: ["{} is"]\nsamples: 3\nseed: -2\n');
  expect(shown).toBe(
    `${file} 有 2 个问题：\n` +
      `${file}:4:10：“samples” 为 3；请写列表。\n  4 | samples: 3\n               ^\n` +
      `${file}:5:7：“seed” 为 -2；请写不小于 0 的数。\n  5 | seed: -2\n            ^`,
  );
});
