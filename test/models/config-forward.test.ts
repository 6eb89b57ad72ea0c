// Tiny checkpoints whose configs leave fields out, contradict their weights or differ from layer to layer, against Transformers 5.
import { describe, expect, test } from "vitest";
import { capture } from "../../engine/activations/capture.ts";
import { Executor } from "../../engine/activations/executor.ts";
import { Packing, takeRows } from "../../engine/activations/packing.ts";
import { openModel } from "../../engine/model/open.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { CONFIG_MODELS, type ConfigModel } from "../reference/configs.ts";

async function lastLogits({ folder, ids }: ConfigModel) {
  const model = openModel(folder);
  const executor = new Executor(model, { threads: 1 });
  try {
    const packing = Packing.ofLengths([ids.length]);
    const { residual } = await capture(executor, packing, executor.embed(ids, packing.positions), { sites: [] });
    return await executor.logits(await executor.finalNorm(takeRows(residual, model.config.dModel, packing.endRows)));
  } finally {
    await executor.dispose();
    model.close();
  }
}

describe("logits at the last position agree with Transformers, max |Δ| ≤ 1e-4 in float32", () => {
  test.each(CONFIG_MODELS)("$name", async (model) => {
    const logits = await lastLogits(model);
    expect(logits).toHaveLength(model.logits.length);
    expect(greatestDifference(logits, Float32Array.from(model.logits))).toBeLessThan(1e-4);
  });
});

test("a head that is stored twice is tied, two that differ are not, and one alone stands in for the embedding", () => {
  const tied = ["llama-head-twice", "llama-two-heads-tied", "llama-head-alone", "gpt2-two-heads-tied"].map((name) => {
    const model = openModel(CONFIG_MODELS.find((tiny) => tiny.name === name)!.folder);
    const same = greatestDifference(model.embedRows([3]), model.unembedRows([3])) === 0;
    model.close();
    return [name, model.config.tiedUnembedding, same];
  });
  expect(tied).toEqual([
    ["llama-head-twice", true, true],
    ["llama-two-heads-tied", false, false],
    ["llama-head-alone", true, true],
    ["gpt2-two-heads-tied", false, false],
  ]);
});
