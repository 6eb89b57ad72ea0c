import { describe, expect, test } from "vitest";
import { TINY_MODELS, type TinyModel, tinyPath } from "../../test/reference/tiny-models.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import type { LayerWeights, Model, ModelConfig } from "./model.ts";
import { openModel } from "./open.ts";

function tiny(name: string): TinyModel {
  return TINY_MODELS.find((model) => model.name === name)!;
}

function withModel<T>(path: string, read: (model: Model) => T): T {
  const model = openModel(path);
  try {
    return read(model);
  } finally {
    model.close();
  }
}

describe("openModel() on a folder", () => {
  test.each(TINY_MODELS.map(({ name }) => name))(
    "%s: encodes the prompts as the reference and reads every layer",
    (name) => {
      const { folder, prompts, storage } = tiny(name);
      withModel(folder, (model) => {
        for (const { text, ids } of prompts) expect(model.tokenizer.encode(text)).toEqual(ids);
        const layers = Array.from({ length: model.config.nLayers }, (_, l) => ({ ...model.layer(l) }));
        expect(layers.map(({ W_Q }) => W_Q.length)).toEqual(
          new Array(3).fill(24 * model.config.nHeads * model.config.dHead),
        );
        expect([model.name, model.source, model.precision]).toEqual([name, folder, storage]);
      });
    },
  );

  test("GPT-2: learned positions, layer norms, tied unembedding, names without prefix, stored masks passed over", () => {
    withModel(tiny("gpt2").folder, (model) => {
      expect(model.config).toEqual({
        architecture: "gpt2",
        nLayers: 3,
        nHeads: 4,
        nKeyValueHeads: 4,
        dModel: 24,
        dHead: 6,
        dMlp: 96,
        dVocab: 320,
        nContext: 40,
        norm: { kind: "layer", epsilon: 1e-5 },
        positions: { kind: "learned" },
        mlp: { kind: "plain", activation: "gelu-tanh" },
        parallelBlocks: false,
        attentionScale: 1 / Math.sqrt(6),
        tiedUnembedding: true,
      });
      expect(model.positionRows()).toHaveLength(40 * 24);
      expect(model.unembedRows([7])).toEqual(model.embedRows([7]));
    });
  });

  test("GPT-2 with a scale of 1, exact GELU, another width of the MLP and an unembedding of its own", () => {
    withModel(tiny("gpt2-untied").folder, (model) => {
      const { attentionScale, mlp, dMlp, tiedUnembedding } = model.config;
      expect({ attentionScale, mlp, dMlp, tiedUnembedding }).toEqual({
        attentionScale: 1,
        mlp: { kind: "plain", activation: "gelu" },
        dMlp: 20,
        tiedUnembedding: false,
      });
      expect(model.unembedRows([7])).not.toEqual(model.embedRows([7]));
    });
  });

  test("GPT-NeoX: parallel blocks, rotary on a quarter of each head", () => {
    withModel(tiny("neox").folder, (model) => {
      expect(model.config).toMatchObject({
        architecture: "gpt_neox",
        parallelBlocks: true,
        positions: { kind: "rotary", rotaryDims: 2, inverseFrequencies: Float64Array.of(1) },
        mlp: { kind: "plain", activation: "gelu" },
      });
    });
    withModel(tiny("neox-sequential").folder, (model) => {
      expect(model.config.parallelBlocks).toBe(false);
      expect(model.config.positions).toMatchObject({ rotaryDims: 8 });
      expect(model.layer(0)).toMatchObject({ b_Q: undefined, b_O: undefined });
    });
  });

  test("GPT-NeoX: q, k and v are taken out of the tensor that interleaves them per head", () => {
    const { folder } = tiny("neox");
    const file = SafetensorsFile.open(`${folder}/model.safetensors`);
    const key = "gpt_neox.layers.1.attention.query_key_value";
    const fused = file.readRows(`${key}.weight`, 0, 72);
    const bias = file.readRows(`${key}.bias`, 0, 1);
    const { W_K, b_V } = withModel(folder, (model) => ({ ...model.layer(1) }));
    // Head 2's key, dimension 3: row 2·3·8 + 8 + 3 of the stored 72; input 5.
    expect(W_K[5 * 24 + 2 * 8 + 3]).toBe(fused[(2 * 24 + 8 + 3) * 24 + 5]);
    expect(b_V![2 * 8 + 3]).toBe(bias[2 * 24 + 16 + 3]);
    file.close();
  });

  test("Llama, Mistral and Qwen: grouped-query heads, head width, window, biases and norms of q and k as their configs say", () => {
    const traits = (name: string): ModelConfig => withModel(tiny(name).folder, ({ config }) => config);
    expect(traits("llama")).toMatchObject({
      architecture: "llama",
      nHeads: 6,
      nKeyValueHeads: 2,
      dHead: 4,
      tiedUnembedding: false,
    });
    expect(traits("llama-scaled")).toMatchObject({
      architecture: "llama",
      nKeyValueHeads: 4,
      dHead: 8,
      tiedUnembedding: true,
    });
    expect(traits("mistral")).toMatchObject({ architecture: "mistral", nKeyValueHeads: 2, slidingWindow: 3 });
    expect(traits("qwen2")).toMatchObject({
      architecture: "qwen2",
      nKeyValueHeads: 2,
      tiedUnembedding: true,
      slidingWindow: undefined,
    });
    expect(traits("qwen3")).toMatchObject({ architecture: "qwen3", nKeyValueHeads: 2, dHead: 10 });
    expect(fieldsOf("llama")).toEqual(["W_Q", "W_K", "W_V", "W_O", "W_gate", "W_in", "W_out"]);
    const allBiases = ["b_Q", "b_K", "b_V", "b_O", "b_gate", "b_in", "b_out"];
    expect(fieldsOf("llama-scaled")).toEqual(expect.arrayContaining(allBiases));
    expect(fieldsOf("qwen2").filter((field) => field.startsWith("b_"))).toEqual(["b_Q", "b_K", "b_V"]);
    expect(fieldsOf("qwen3")).toEqual(expect.arrayContaining(["normQ", "normK"]));
  });

  test("shards give one model, whose hash covers all of them", () => {
    const { folder } = tiny("mistral");
    expect(withModel(folder, (model) => model.sha256)).toMatch(/^[0-9a-f]{64}$/);
    expect(withModel(folder, ({ precision }) => precision)).toBe("BF16");
  });
});

describe("a GGUF of the same weights", () => {
  const both = TINY_MODELS.filter(({ gguf }) => gguf !== undefined).map(({ name }) => name);

  test("is there for every family that has the form", () => {
    expect(both.sort()).toEqual(["gpt2", "llama", "qwen2", "qwen2-stretched", "qwen3"]);
  });

  test.each(both)("%s: gives the same layers, embeddings and tokens to the bit", (name) => {
    const { folder, gguf, prompts } = tiny(name);
    const stored = openModel(folder);
    const packed = openModel(gguf!);
    for (let l = 0; l < 3; l++) expect({ ...packed.layer(l) }).toEqual({ ...stored.layer(l) });
    const ids = [0, 3, 200];
    expect(packed.embedRows(ids)).toEqual(stored.embedRows(ids));
    expect(packed.unembedRows(ids)).toEqual(stored.unembedRows(ids));
    expect(packed.positionRows()).toEqual(stored.positionRows());
    expect(packed.finalNorm()).toEqual(stored.finalNorm());
    for (const { text, ids: expected } of prompts) expect(packed.tokenizer.encode(text)).toEqual(expected);
    // llama.cpp keeps the vocabulary without padding and the epsilon as float32.
    const epsilon = Math.fround(stored.config.norm.epsilon);
    const dVocab = packed.tokenizer.dVocab;
    expect(packed.config).toEqual({ ...stored.config, dVocab, norm: { ...stored.config.norm, epsilon } });
    stored.close();
    packed.close();
  });
});

test("an id outside the vocabulary is named", () => {
  withModel(tinyPath("models/gpt2"), (model) => {
    expect(() => model.embedRows([320])).toThrow("Token id 320 is outside the vocabulary of 320.");
    expect(() => model.unembedRows([-1])).toThrow("Token id -1 is outside the vocabulary of 320.");
  });
});

/** Matrices, biases and q/k norms that layer 0 has. */
function fieldsOf(name: string): string[] {
  const layer: LayerWeights = withModel(tiny(name).folder, (model) => ({ ...model.layer(0) }));
  return Object.entries(layer)
    .filter(([field, value]) => value instanceof Float32Array && /^(W_|b_|norm[QK])/.test(field))
    .map(([field]) => field);
}
