import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gguf, type GgufParts, SMALL_METADATA, smallGguf } from "../../test/corpus/small-checkpoint.ts";
import { openGgufModel } from "./gguf-model.ts";
import type { Model } from "./model.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-gguf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(parts: GgufParts): Model {
  const path = join(folder, "small.gguf");
  writeFileSync(path, gguf(parts));
  return openGgufModel(path);
}

test("key-value heads, head width and context come from the metadata, or their defaults", () => {
  const model = open(smallGguf());
  expect(model.config).toMatchObject({
    nHeads: 2,
    nKeyValueHeads: 2,
    dHead: 2,
    dVocab: 3,
    nContext: 8,
    tiedUnembedding: true,
  });
  expect([model.name, model.precision]).toEqual(["small", "F32"]);
  model.close();
});

test("stored rotary factors divide the frequencies (Llama 3.1), a linear scaling too", () => {
  const small = smallGguf();
  const factor = Buffer.alloc(4);
  factor.writeFloatLE(4);
  const stored = open({
    ...small,
    tensors: [...small.tensors, { name: "rope_freqs.weight", dims: [1], type: 0, offset: small.data.length }],
    data: Buffer.concat([small.data, factor]),
  });
  expect(stored.config.positions).toMatchObject({ inverseFrequencies: Float64Array.of(0.25) });
  stored.close();
  const linear = open({
    ...small,
    metadata: { ...SMALL_METADATA, "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 2 },
  });
  expect(linear.config.positions).toMatchObject({ inverseFrequencies: Float64Array.of(0.5) });
  linear.close();
});

test("an alignment of its own is followed", () => {
  const small = smallGguf();
  const model = open({ ...small, metadata: { ...SMALL_METADATA, "general.alignment": 16 }, alignment: 16 });
  expect([...model.finalNorm().gain]).toEqual([0.5, 0.5, 0.5, 0.5]);
  model.close();
});
