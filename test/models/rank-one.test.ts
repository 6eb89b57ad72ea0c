// The rank-one edit against PyTorch's: the value by autograd and torch's Adam, C⁻¹k by its solver (test/reference/memory/rank-one.json, float64).
// Tolerances: 2e-3 of the residual's largest entry and 1e-4 of C⁻¹k's, whose float32 keys go through a solve; log-probabilities 5e-3, since
// Adam's steps carry float32's rounding of small slopes on.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HeldGradients } from "../../engine/activations/held-gradients.ts";
import { runPlans } from "../../engine/activations/run-plan.ts";
import { findRankOne, keyMoments, rankOnePatch } from "../../engine/memory/rank-one.ts";
import { OverlaidModel } from "../../engine/model/overlay.ts";
import { logSumExp } from "../../engine/readout/distribution.ts";
import { smollm2IsHere, smollm2Reason } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface Case {
  readonly model: "sprig" | "smollm2";
  readonly wordings: readonly (readonly [text: string, position: number])[];
  readonly essence: readonly [text: string, position: number];
  readonly new: string;
  readonly layer: number;
  readonly steps: number;
  readonly keysFrom: readonly string[];
  readonly residual: readonly number[];
  readonly along: readonly number[];
  readonly logProbabilities: readonly { readonly text: string; readonly new: number; readonly own: readonly [string, number] }[];
}
const { cases } = JSON.parse(
  readFileSync(new URL("../reference/memory/rank-one.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Case[] };

const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
const farthest = (found: ArrayLike<number>, expected: readonly number[]) =>
  largest(expected.map((value, i) => found[i] - value));

test.each(cases)("a fact of $model is rewritten as by PyTorch", async (of) => {
  if (of.model === "smollm2" && !smollm2IsHere) return expect(smollm2Reason).not.toBe("");
  const executor = executorOf(of.model);
  const { model } = executor;
  const { tokenizer } = model;
  const at = ([text, position]: readonly [string, number]) => ({ ids: tokenizer.encode(text), position });
  const [token] = tokenizer.encodePlain(of.new);
  const edit = await HeldGradients.during(executor, (gradients) =>
    findRankOne(executor, of.wordings.map(at), at(of.essence), token, of.layer, { steps: of.steps, gradients }),
  );
  expect(farthest(edit.residual, of.residual)).toBeLessThan(2e-3 * largest(of.residual));

  const texts = of.keysFrom.map((text) => tokenizer.encode(text));
  const patch = rankOnePatch(model, edit, await keyMoments(executor, texts, of.layer, Infinity));
  const [{ data }] = patch.weights;
  const before = model.layer(of.layer).W_out;
  const { dModel } = model.config;
  const along = of.along.map((_, i) => (data[i * dModel] - before[i * dModel]) / edit.residual[0]);
  expect(farthest(along, of.along)).toBeLessThan(1e-4 * largest(of.along) + 1e-6);

  const edited = executor.overlaid(new OverlaidModel(model, patch));
  const read = [{ world: 0, site: "logits", at: "end" } as const];
  const outcomes = await runPlans(
    edited,
    of.logProbabilities.map(({ text }) => ({ worlds: [{ ids: tokenizer.encode(text) }], changes: [], read })),
  );
  const found = outcomes.map(({ read: [{ rows: [logits] }] }, i) => {
    const logP = (word: string) => logits[tokenizer.encodePlain(word)[0]] - logSumExp(logits);
    return [logP(of.new), logP(of.logProbabilities[i].own[0])];
  });
  expect(farthest(found.flat(), of.logProbabilities.flatMap((row) => [row.new, row.own[1]]))).toBeLessThan(5e-3);
  await edited.dispose();
});
