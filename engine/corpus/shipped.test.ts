// The embedded model has a token per word; SmolLM2's tokenizer writes any bytes.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { openModel } from "../model/open.ts";
import { SHIPPED_CORPORA, shippedCorpus } from "./shipped.ts";

test("the embedded model gets sentences of its own words, a tokenizer that writes everything plain English", () => {
  const model = openModel("sprig");
  expect(shippedCorpus(model.tokenizer)).toMatch(/sprig\.txt$/);
  model.close();
  const letters = {
    encodePlain: (text: string) => [...text].map((c) => c.codePointAt(0)!),
    decode: (ids: readonly number[]) => String.fromCodePoint(...ids),
  };
  expect(shippedCorpus(letters)).toMatch(/plain\.txt$/);
  for (const file of Object.values(SHIPPED_CORPORA)) expect(existsSync(file)).toBe(true);
});
