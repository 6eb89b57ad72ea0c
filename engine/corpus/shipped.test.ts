// The embedded model has a token for each word of its tasks and spells all others byte by byte.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { openModel } from "../model/open.ts";
import { SHIPPED_CORPORA, shippedCorpus } from "./shipped.ts";

test("the embedded model gets sentences of its own words, a tokenizer of English words plain English", () => {
  const model = openModel("sprig");
  expect(shippedCorpus(model.tokenizer)).toMatch(/sprig\.txt$/);
  model.close();
  const words = { unknown: () => [], encodePlain: (text: string) => text.split(/\b/).map((_, i) => i) };
  expect(shippedCorpus(words)).toMatch(/plain\.txt$/);
  expect(shippedCorpus({ ...words, unknown: () => ["T"] })).toMatch(/sprig\.txt$/);
  for (const file of Object.values(SHIPPED_CORPORA)) expect(existsSync(file)).toBe(true);
});
