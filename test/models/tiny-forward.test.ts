// The chain of parts on tiny random checkpoints of every family, against Hugging Face Transformers.
import { describe, expect, test } from "vitest";
import { capture } from "../../engine/activations/capture.ts";
import { Executor, type ExecutorOptions } from "../../engine/activations/executor.ts";
import { Packing, type Reals, takeRows } from "../../engine/activations/packing.ts";
import { openModel } from "../../engine/model/open.ts";
import { TINY_MODELS, tinyExpected, type TinyModel } from "../reference/tiny-models.ts";
import { greatestDifference } from "../greatest-difference.ts";

/** All prompts of a tiny model in one packed pass. */
async function runTiny(tiny: TinyModel, path: string, options: ExecutorOptions = {}) {
  const model = openModel(path);
  const executor = new Executor(model, { threads: 1, ...options });
  try {
    const packing = Packing.ofLengths(tiny.prompts.map(({ ids }) => ids.length));
    const embedded = executor.embed(
      tiny.prompts.flatMap(({ ids }) => [...ids]),
      packing.positions,
    );
    const { residual, at } = await capture(executor, packing, embedded, { sites: ["residPre", "z"] });
    const logits = await executor.logits(await executor.finalNorm(residual));
    const { dModel, dVocab, nHeads, dHead } = model.config;
    const ofPrompt = (data: Reals, width: number, prompt: number) =>
      takeRows(
        data,
        width,
        Array.from({ length: tiny.prompts[prompt].ids.length }, (_, i) => packing.rowStart[prompt] + i),
      );
    return {
      logits: tiny.prompts.map((_, prompt) => ofPrompt(logits, dVocab, prompt)),
      residuals: [...at.residPre!, residual].map((data) => ofPrompt(data, dModel, 0)),
      z: at.z!.map((data) => ofPrompt(data, nHeads * dHead, 0)),
    };
  } finally {
    await executor.dispose();
    model.close();
  }
}

describe.each(TINY_MODELS)("tiny $name", (tiny) => {
  const expected = tinyExpected(tiny);

  test("logits, residual streams and z agree with Transformers, max |Δ| ≤ 1e-4 in float32", async () => {
    const run = await runTiny(tiny, tiny.folder);
    for (const kind of ["logits", "residuals", "z"] as const) {
      expect(run[kind].length).toBe(expected[kind].length);
      run[kind].forEach((values, i) => expect(greatestDifference(values, expected[kind][i])).toBeLessThan(1e-4));
    }
  });
});

const withGguf = TINY_MODELS.filter(({ gguf }) => gguf !== undefined);

test.each(withGguf)("tiny $name gives the same logits from its GGUF, max |Δ| ≤ 1e-4", async (tiny) => {
  const { logits } = await runTiny(tiny, tiny.gguf!);
  const expected = tinyExpected(tiny);
  logits.forEach((values, i) => expect(greatestDifference(values, expected.logits[i])).toBeLessThan(1e-4));
});

// Rounding shrinks in float64, a mistake would stay: what float32 computes differs from its twin by rounding only.
test.each(TINY_MODELS)("tiny $name: logits in float32 within 1e-5 of float64, as a share of the largest", async (tiny) => {
  const single = await runTiny(tiny, tiny.folder);
  const double = await runTiny(tiny, tiny.folder, { precision: "float64" });
  single.logits.forEach((values, i) => {
    const largest = greatestDifference(double.logits[i], new Float64Array(values.length));
    expect(greatestDifference(values, double.logits[i])).toBeLessThan(1e-5 * Math.max(1, largest));
  });
});
