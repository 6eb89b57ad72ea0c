import { createHash } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { smollm2File, smollm2IsHere, smollm2Reason, smollm2Reference } from "../../test/reference/smollm2.ts";
import { GgufFile } from "../formats/gguf.ts";
import type { Model } from "./model.ts";
import { openModel } from "./open.ts";

interface TensorValues {
  readonly shape: readonly number[];
  readonly sha256_f32le: string;
  readonly row1_first5: readonly number[] | null;
}

interface Weights {
  readonly gguf: { readonly sha256: string };
  readonly tensors: Readonly<Record<string, TensorValues>>;
}

interface Ioi {
  readonly prompts: readonly { clean: string; corrupt: string; ids_clean: number[]; ids_corrupt: number[] }[];
}

function hashOfFloats(values: Float32Array): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

/** "in out" back to the reference's "out in". */
function transposed(matrix: Float32Array, [nOut, nIn]: readonly number[]): Float32Array {
  return Float32Array.from(
    { length: nOut * nIn },
    (_, index) => matrix[(index % nIn) * nOut + Math.floor(index / nIn)],
  );
}

describe.skipIf(!smollm2IsHere)(`openModel("smollm2")${smollm2Reason}`, () => {
  const model: Model | undefined = smollm2IsHere ? openModel("smollm2") : undefined;
  const reference = smollm2Reference<Weights>("smollm2-weights.json");
  afterAll(() => model?.close());

  test("describes the model in the field's words", () => {
    const { positions, ...config } = model!.config;
    expect(config).toEqual({
      architecture: "llama",
      nLayers: 30,
      nHeads: 9,
      nKeyValueHeads: 3,
      dModel: 576,
      dHead: 64,
      dMlp: 1536,
      dVocab: 49152,
      nContext: 8192,
      norm: { kind: "rms", epsilon: 9.999999747378752e-6 },
      mlp: { kind: "gated", activation: "silu" },
      parallelBlocks: false,
      attentionScale: 0.125,
      tiedUnembedding: true,
    });
    expect(positions).toMatchObject({ kind: "rotary", rotaryDims: 64 });
    expect([model!.name, model!.source, model!.precision]).toEqual(["smollm2", "smollm2", "Q4_1"]);
    expect(model!.sha256).toBe(reference.gguf.sha256);
  });

  test("decodes every tensor of the reference to the same bits", () => {
    const file = GgufFile.open(smollm2File);
    for (const [name, expected] of Object.entries(reference.tensors)) {
      if (!name.startsWith("gguf:")) continue;
      const rows = expected.shape.length === 1 ? 1 : expected.shape[0];
      expect([name, hashOfFloats(file.readRows(name.slice(5), 0, rows))]).toEqual([name, expected.sha256_f32le]);
    }
    file.close();
  });

  test("undoes the rotary permutation of q and k: the same bits as in Hugging Face's layout", () => {
    for (const l of [0, 29]) {
      const { W_Q, W_K } = model!.layer(l);
      for (const [field, matrix] of Object.entries({ q_proj: W_Q, k_proj: W_K })) {
        const expected = reference.tensors[`hf:model.layers.${l}.self_attn.${field}.weight`];
        const rows = transposed(matrix, expected.shape);
        expect([...rows.subarray(576, 581)]).toEqual(expected.row1_first5);
        expect(hashOfFloats(rows)).toBe(expected.sha256_f32le);
      }
    }
  });

  test("reads rows of the embedding, and unembeds with the same matrix", () => {
    const rows = model!.embedRows([1, 0]);
    expect([...rows.subarray(0, 5)]).toEqual(reference.tensors["gguf:token_embd.weight"].row1_first5);
    expect(model!.unembedRows([1, 0])).toEqual(rows);
    expect(model!.unembedBias()).toBeUndefined();
  });

  test("gives the token ids of the reference prompts, without BOS", () => {
    for (const prompt of smollm2Reference<Ioi>("smollm2-ioi-f32.json").prompts) {
      expect(model!.tokenizer.encode(prompt.clean)).toEqual(prompt.ids_clean);
      expect(model!.tokenizer.encode(prompt.corrupt)).toEqual(prompt.ids_corrupt);
    }
  });
});

describe("openModel()", () => {
  test("says what to run when SmolLM2 has not been fetched", () => {
    const before = process.env.SECATEUR_HOME;
    process.env.SECATEUR_HOME = "/nowhere";
    try {
      expect(() => openModel("smollm2")).toThrow(
        'SmolLM2 has not been fetched: there is no /nowhere/models/SmolLM2-135M-Instruct.Q4_1.gguf. Run "npm run fetch:smollm2" once (about 90 MB).',
      );
    } finally {
      if (before === undefined) delete process.env.SECATEUR_HOME;
      else process.env.SECATEUR_HOME = before;
    }
  });
});
