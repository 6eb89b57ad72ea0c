// A tokenizer with tokens that the model does not embed: a pad token that was added for batches is no fault until a prompt holds it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SMALL_TOKENIZER, writeSmallFolder } from "../../test/corpus/small-checkpoint.ts";
import { openModel } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-pad-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The small model embeds 5 tokens, ids 0 to 4. */
const openWith = (name: string, changes: object) =>
  openModel(writeSmallFolder(join(folder, name), { "tokenizer.json": { ...SMALL_TOKENIZER, ...changes } }));

const PAD = { id: 5, content: "<pad>", special: true };

test("a pad token beyond the embedding: the model opens, and prompts without it are what they were", () => {
  const model = openWith("pad", { added_tokens: [PAD] });
  expect(model.tokenizer.encode("a b.")).toEqual([0, 3, 4]);
  expect(model.tokenizer.encodePlain("a b")).toEqual([0, 3]);
  expect(model.tokenizer.beyond).toEqual([{ id: 5, content: "<pad>", isAdded: true }]);
  model.close();
});

test("a prompt that holds it, as text or by its id, is refused with its name", () => {
  const model = openWith("held", { added_tokens: [PAD] });
  const refused = 'The token "<pad>" has id 5, but the model embeds 5 tokens; a prompt for it cannot hold this one.';
  expect(() => model.tokenizer.encode("a<pad>")).toThrow(refused);
  expect(() => model.tokenizer.prompt([0, 5])).toThrow(refused);
  expect(model.tokenizer.token(5)).toBe("<pad>");
  model.close();
});

test("a word of the vocabulary beyond it means that the files do not belong together", () => {
  const model = { type: "WordLevel", vocab: { ...SMALL_TOKENIZER.model.vocab, c: 5 } };
  expect(() => openWith("word", { model })).toThrow(
    /model\.safetensors: the model has 5 tokens, but its tokenizer gives ids up to 5\. Do the files belong to the same model\?$/,
  );
});
