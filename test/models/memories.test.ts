// Value vectors and what is written, against PyTorch (test/reference/memory says how it was made): tokens of the lists the same, scores
// to 1e-5 of the largest, coherence to 1e-4; Σ mᵢ vᵢ + b = the MLP's output to 1e-4; parts and biases sum to the logit to 1e-3.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../engine/activations/executor.ts";
import { stacked } from "../../engine/activations/packing.ts";
import { memoriesSettings } from "../../engine/choices/memories.ts";
import { VocabularyRows } from "../../engine/memory/value-vectors.ts";
import { writtenTowards } from "../../engine/memory/written.ts";
import { memoriesTask } from "../../engine/session/memories-task.ts";
import { smollm2IsHere } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

type Scores = readonly (readonly [number, number])[];
interface Reference {
  readonly neurons: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly norm: number;
    readonly plain_top: Scores;
    readonly plain_bottom: Scores;
    readonly coherence: readonly [number, number];
  }[];
  readonly decompose: readonly { readonly ids: readonly number[]; readonly top_token: number }[];
}

describe.each(smollm2IsHere ? ["sprig", "smollm2"] : ["sprig"])("memories of %s", (name) => {
  const file = new URL(`../reference/memory/${name}.json`, import.meta.url);
  const { neurons, decompose } = JSON.parse(readFileSync(file, "utf8")) as Reference;
  let executor: Executor;
  beforeAll(() => void (executor = executorOf(name)));

  test("are the tokens that PyTorch finds at both ends of a value vector's list", async () => {
    const { dModel } = executor.model.config;
    const vectors = neurons.map(({ layer, neuron }) =>
      executor.model.layer(layer).W_out.subarray(neuron * dModel, (neuron + 1) * dModel),
    );
    const lists = await new VocabularyRows(executor, false).lists(stacked("float32", vectors));
    neurons.forEach(({ norm, plain_top, plain_bottom, coherence }, n) => {
      expect(Math.abs(Math.hypot(...vectors[n]) - norm)).toBeLessThan(1e-5 * norm + 1e-6);
      for (const [found, expected] of [
        [lists[n].top, plain_top],
        [lists[n].bottom, plain_bottom],
      ] as const) {
        expect(found.map(({ id }) => id)).toEqual(expected.map(([id]) => id));
        found.forEach(({ score }, i) => {
          expect(Math.abs(score - expected[i][1])).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected[0][1])));
        });
      }
      expect(Math.abs(lists[n].coherence.top - coherence[0])).toBeLessThan(1e-4);
      expect(Math.abs(lists[n].coherence.bottom - coherence[1])).toBeLessThan(1e-4);
    });
  });

  test("sum to what the MLPs write, and the parts of the stream to the logit", async () => {
    const { ids, top_token } = decompose[0];
    const written = await writtenTowards(executor, ids, undefined, 5);
    expect(written.token).toBe(top_token);
    expect(written.sumError).toBeLessThan(1e-4);
    const { gain, bias } = executor.model.finalNorm();
    const row = executor.model.unembedRows([top_token]);
    const ofNorm = bias ? row.reduce((sum, x, i) => sum + x * bias[i], 0) : 0;
    // Beside the embedding, attention and MLPs only the final norm's own bias adds to the logit.
    expect(gain).toHaveLength(row.length);
    expect(Math.abs(written.bias - ofNorm)).toBeLessThan(1e-3);
  });
});

describe("the memories of the embedded model", () => {
  test("stand beside random directions", async () => {
    const { layers, memories, null: random } = await memoriesTask(memoriesSettings.parse({ layers: [3], most: 5 }));
    expect(random.draws).toBe(200);
    expect(layers[0].topShare).toBeGreaterThan(0.01);
    expect(memories).toHaveLength(5);
    expect(memories[0].coherence).toBeGreaterThan(random.quantile99);
  });

  test("refuse a layer that the model has not", async () => {
    await expect(memoriesTask(memoriesSettings.parse({ layers: [9] }))).rejects.toThrow("there is no layer 9; sprig has 4");
  });
});
