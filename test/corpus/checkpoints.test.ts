// Broken checkpoints: each gives the sentence that names file, place and remedy, and none gets further.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EngineError, type ErrorCode } from "../../engine/base/errors.ts";
import { openModel } from "../../engine/model/open.ts";
import {
  floats,
  gguf,
  type GgufParts,
  ggufText,
  type GgufTensor,
  headerOf,
  safetensors,
  safetensorsOf,
  SMALL_CONFIG,
  SMALL_METADATA,
  SMALL_TOKENIZER,
  smallGguf,
  smallTensors,
  type Tensors,
  u32,
  u64,
  writeSmallFolder,
} from "./small-checkpoint.ts";

const root = mkdtempSync(join(tmpdir(), "secateur-corpus-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Files = Readonly<Record<string, Buffer | string | object | undefined>>;
/** What is broken, the files changed in a whole checkpoint, the code and the sentence; {folder} stands for its folder. */
type FolderCase = readonly [name: string, files: Files, code: ErrorCode, sentence: string];

const WEIGHTS = "{folder}/model.safetensors";
const CONFIG = "{folder}/config.json";
const INDEX = "{folder}/model.safetensors.index.json";
const COPY = "The file is damaged or incomplete; get another copy.";

function weights(change: (tensors: Tensors) => void): Files {
  const tensors = smallTensors();
  change(tensors);
  return { "model.safetensors": safetensorsOf(tensors) };
}

/** The whole file with its header changed. */
function header(change: (header: ReturnType<typeof headerOf>) => void, data = dataOf(smallTensors())): Files {
  const entries = headerOf(smallTensors());
  change(entries);
  return { "model.safetensors": safetensors(entries, data) };
}

function dataOf(tensors: Tensors): Buffer {
  return Buffer.concat(Object.values(tensors).map(({ data }) => data));
}

function config(change: object): Files {
  return { "config.json": { ...SMALL_CONFIG, ...change } };
}

/** Sizes of a gated rotary family, enough to get to what is wrong. */
function gated(change: object): Files {
  const sizes = { num_hidden_layers: 2, num_attention_heads: 2, hidden_size: 4, intermediate_size: 8, vocab_size: 5 };
  return { "config.json": { model_type: "llama", ...sizes, max_position_embeddings: 8, ...change } };
}

function model(change: object): Files {
  return { "tokenizer.json": { ...SMALL_TOKENIZER, model: { ...SMALL_TOKENIZER.model, ...change } } };
}

function sharded(map: Readonly<Record<string, string>>, shards: Readonly<Record<string, Tensors>>): Files {
  const files = Object.entries(shards).map(([name, tensors]) => [name, safetensorsOf(tensors)] as const);
  return {
    "model.safetensors": undefined,
    "model.safetensors.index.json": { weight_map: map },
    ...Object.fromEntries(files),
  };
}

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 4567\n`;

const whole = safetensorsOf(smallTensors());
const dataBytes = dataOf(smallTensors()).length;
const left = whole.length - 8;
const nan = floats([4, 12]);
nan.data.writeFloatLE(NaN, 4 * 30);
const infinite = floats([5, 4]);
infinite.data.writeFloatLE(-Infinity, 4 * 19);

const FOLDER_CASES: readonly FolderCase[] = [
  [
    "an empty weights file",
    { "model.safetensors": "" },
    "invalid-file",
    `${WEIGHTS}: it has 0 bytes, too few for a safetensors header. ${COPY}`,
  ],
  [
    "seven bytes",
    { "model.safetensors": "1234567" },
    "invalid-file",
    `${WEIGHTS}: it has 7 bytes, too few for a safetensors header. ${COPY}`,
  ],
  [
    "a header cut off",
    { "model.safetensors": whole.subarray(0, 100) },
    "invalid-file",
    `${WEIGHTS}: its header claims ${whole.readBigUInt64LE()} bytes, but only 92 follow. ${COPY}`,
  ],
  [
    "a header length of 2^63",
    { "model.safetensors": safetensors({}, Buffer.alloc(0), 2n ** 63n) },
    "invalid-file",
    `${WEIGHTS}: its header claims 9223372036854775808 bytes, but only 2 follow. ${COPY}`,
  ],
  [
    "a header length of 2^64 − 1",
    { "model.safetensors": safetensors({}, Buffer.alloc(0), 2n ** 64n - 1n) },
    "invalid-file",
    `${WEIGHTS}: its header claims 18446744073709551615 bytes, but only 2 follow. ${COPY}`,
  ],
  [
    "a header that claims the data too",
    { "model.safetensors": Buffer.concat([u64(left), whole.subarray(8)]) },
    "invalid-file",
    `${WEIGHTS}: its header is not JSON, so it is not a safetensors file. ${COPY}`,
  ],
  [
    "a header that is no JSON",
    { "model.safetensors": safetensors("{oops", Buffer.alloc(0)) },
    "invalid-file",
    `${WEIGHTS}: its header is not JSON, so it is not a safetensors file. ${COPY}`,
  ],
  [
    "a header that is a list",
    { "model.safetensors": safetensors("[]", Buffer.alloc(0)) },
    "invalid-file",
    `${WEIGHTS}: its header is not a JSON object. ${COPY}`,
  ],
  [
    "a zip of pickles under the name",
    { "model.safetensors": "PK\u0003\u0004 archive/data.pkl" },
    "invalid-file",
    `${WEIGHTS}: it is a PyTorch pickle, which is not read because it can run code. Save the model as safetensors (save_pretrained does).`,
  ],
  [
    "data cut off",
    { "model.safetensors": whole.subarray(0, whole.length - 5) },
    "invalid-file",
    `${WEIGHTS}: its tensors need ${dataBytes} bytes, but it holds only ${dataBytes - 5}. ${COPY}`,
  ],
  [
    "bytes behind the data",
    { "model.safetensors": Buffer.concat([whole, Buffer.alloc(3)]) },
    "invalid-file",
    `${WEIGHTS}: 3 of its ${dataBytes + 3} data bytes belong to no tensor. ${COPY}`,
  ],
  [
    "two tensors that overlap",
    header((h) => (h["wpe.weight"].data_offsets = [40, 136])),
    "invalid-file",
    `${WEIGHTS}: tensors "wte.weight" and "wpe.weight" overlap at byte 40 of the data. The file is damaged; get another copy.`,
  ],
  [
    "a gap between tensors",
    header(
      (h) =>
        Object.values(h)
          .slice(1)
          .forEach((entry) => (entry.data_offsets = entry.data_offsets.map((at) => at + 8))),
      Buffer.alloc(dataBytes + 8),
    ),
    "invalid-file",
    `${WEIGHTS}: 8 of its ${dataBytes + 8} data bytes belong to no tensor. ${COPY}`,
  ],
  [
    "a tensor that ends before it starts",
    header((h) => (h["wte.weight"].data_offsets = [80, 0])),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" of F32 and shape [5, 4] needs 80 bytes, but its offsets give it -80. ${COPY}`,
  ],
  [
    "a shape that does not match its bytes",
    header((h) => (h["wte.weight"].shape = [5, 5])),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" of F32 and shape [5, 5] needs 100 bytes, but its offsets give it 80. ${COPY}`,
  ],
  [
    "a shape whose size is beyond counting",
    header((h) => (h["wte.weight"].shape = [2 ** 40, 2 ** 40])),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" of F32 and shape [1099511627776, 1099511627776] needs 4.835703278458517e+24 bytes, but its offsets give it 80. ${COPY}`,
  ],
  [
    "a negative axis",
    header((h) => (h["wte.weight"].shape = [-5, -4])),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" has no proper dtype, shape and data_offsets in its header. ${COPY}`,
  ],
  [
    "offsets that are texts",
    header((h) => Object.assign(h["wte.weight"], { data_offsets: ["0", "80"] })),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" has no proper dtype, shape and data_offsets in its header. ${COPY}`,
  ],
  [
    "an offset near 2^63",
    header((h) => (h["wte.weight"].data_offsets = [0, 2 ** 63])),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" has no proper dtype, shape and data_offsets in its header. ${COPY}`,
  ],
  [
    "an unknown dtype",
    header((h) => (h["wte.weight"].dtype = "F13")),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" has the unknown dtype "F13". ${COPY}`,
  ],
  [
    "a dtype named like a method",
    header((h) => (h["wte.weight"].dtype = "toString")),
    "invalid-file",
    `${WEIGHTS}: tensor "wte.weight" has the unknown dtype "toString". ${COPY}`,
  ],
  [
    "a tensor that stands twice",
    {
      "model.safetensors": safetensors(
        '{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "\\u0061": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
        Buffer.alloc(4),
      ),
    },
    "invalid-file",
    `${WEIGHTS}: tensor "a" stands twice in its header. ${COPY}`,
  ],
  [
    "weights as integers",
    weights((t) => (t["wte.weight"] = { dtype: "I64", shape: [5, 4], data: Buffer.alloc(160) })),
    "unsupported",
    `${WEIGHTS}: tensor "wte.weight" is stored as I64, which is not supported for weights, only F64, F32, F16 and BF16. Save the model as one of these: model.to(torch.float32).save_pretrained(folder).`,
  ],
  [
    "weights as 8-bit floats",
    weights((t) => (t["h.1.mlp.c_fc.weight"] = { dtype: "F8_E4M3", shape: [4, 16], data: Buffer.alloc(64) })),
    "unsupported",
    `${WEIGHTS}: tensor "h.1.mlp.c_fc.weight" is stored as F8_E4M3, which is not supported for weights, only F64, F32, F16 and BF16. Save the model as one of these: model.to(torch.float32).save_pretrained(folder).`,
  ],
  [
    "a tensor that is absent",
    weights((t) => delete t["h.1.ln_2.bias"]),
    "missing-weight",
    `${WEIGHTS}: there is no tensor "h.1.ln_2.bias". Is this one shard of several, or another architecture than its config says?`,
  ],
  [
    "a tensor of another shape",
    weights((t) => (t["h.0.attn.c_attn.weight"] = floats([12, 4]))),
    "shape",
    `${WEIGHTS}: tensor "h.0.attn.c_attn.weight" has shape [12, 4], but the config asks for [4, 12].`,
  ],
  [
    "a tensor that the family does not have",
    weights((t) => (t["h.0.attn.q_norm.weight"] = floats([2]))),
    "unsupported",
    `${WEIGHTS}: tensor "h.0.attn.q_norm.weight" is not part of a gpt2 model of 2 layers as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?`,
  ],
  [
    "a layer that the config does not count",
    weights((t) => (t["h.2.ln_1.weight"] = floats([4]))),
    "unsupported",
    `${WEIGHTS}: tensor "h.2.ln_1.weight" is not part of a gpt2 model of 2 layers as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?`,
  ],
  [
    "a tensor outside the layers that nothing reads",
    weights((t) => (t["wte.lens"] = floats([4, 4]))),
    "unsupported",
    `${WEIGHTS}: tensor "wte.lens" is not part of a gpt2 model of 2 layers as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?`,
  ],
  [
    "a bias under the name of a stored mask",
    weights((t) => (t["h.0.attn.bias"] = floats([4]))),
    "unsupported",
    `${WEIGHTS}: tensor "h.0.attn.bias" is not part of a gpt2 model of 2 layers as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?`,
  ],
  [
    "an adapter that was not merged",
    weights((t) => (t["h.0.attn.c_attn.lora_A.default.weight"] = floats([4, 4]))),
    "unsupported",
    `${WEIGHTS}: tensor "h.0.attn.c_attn.lora_A.default.weight" belongs to an adapter (LoRA) that was not merged into the model, which is not supported. Merge it with PEFT: model.merge_and_unload().save_pretrained(folder).`,
  ],
  [
    "weights quantised by GPTQ without a word in the config",
    weights((t) => (t["h.0.attn.c_attn.qweight"] = { dtype: "I32", shape: [4], data: Buffer.alloc(16) })),
    "unsupported",
    `${WEIGHTS}: tensor "h.0.attn.c_attn.qweight" belongs to quantised weights of a form that is not read, which is not supported. Use the unquantised model, or a GGUF of it.`,
  ],
  [
    "a mixture of experts",
    weights((t) => (t["h.0.mlp.experts.0.c_fc.weight"] = floats([4, 4]))),
    "unsupported",
    `${WEIGHTS}: tensor "h.0.mlp.experts.0.c_fc.weight" belongs to a mixture of experts, which is not supported. Use a model with one MLP in each layer.`,
  ],
  [
    "a vocabulary smaller than the config's",
    weights((t) => (t["wte.weight"] = floats([4, 4]))),
    "shape",
    `${WEIGHTS}: tensor "wte.weight" has shape [4, 4], but the config asks for [5, 4].`,
  ],
  [
    "a tokenizer with more tokens than the model",
    model({ vocab: { a: 0, b: 1, c: 9 } }),
    "invalid-file",
    `${WEIGHTS}: the model has 5 tokens, but its tokenizer gives ids up to 9. Do the files belong to the same model?`,
  ],
  [
    "two tokens with one id",
    model({ vocab: { a: 0, b: 0 } }),
    "invalid-file",
    `{folder}/tokenizer.json: id 0 belongs to two tokens, "a" and "b".`,
  ],
  [
    "a tokenizer of another kind",
    model({ type: "WordPiece" }),
    "unsupported",
    `{folder}/tokenizer.json: "model" is a tokenizer model of type "WordPiece", not BPE, Unigram or WordLevel, which is not supported.`,
  ],
  [
    "a tokenizer whose ids are texts",
    model({ vocab: { a: "0" } }),
    "invalid-file",
    `{folder}/tokenizer.json: "model.vocab" is not as in a tokenizer.json: the id of "a" is no whole number from 0 to 10000000.`,
  ],
  [
    "a tokenizer.json that is a list",
    { "tokenizer.json": "[]" },
    "invalid-file",
    `{folder}/tokenizer.json: it is not as in a tokenizer.json: Invalid input: expected object, received array.`,
  ],
  [
    "a tokenizer.json cut off",
    { "tokenizer.json": '{"model": {\n  "vocab": {"a": 0,' },
    "invalid-file",
    `{folder}/tokenizer.json: line 2, column 20 is not JSON. Is it damaged or cut off?`,
  ],
  [
    "no tokenizer.json",
    { "tokenizer.json": undefined },
    "missing-file",
    `{folder}: there is no tokenizer.json. Save it with Transformers: AutoTokenizer.from_pretrained(…).save_pretrained(folder).`,
  ],
  [
    "no config.json",
    { "config.json": undefined },
    "missing-file",
    `{folder}: there is no config.json. Is it the model's folder, and the download complete?`,
  ],
  [
    "a web page in the place of weights",
    { "model.safetensors": "<!DOCTYPE html><html><body>Sign in</body></html>" },
    "invalid-file",
    `${WEIGHTS}: it is a web page. Download the file itself, from its address with /resolve/ in place of /blob/.`,
  ],
  [
    "a Git LFS pointer in the place of weights",
    { "model.safetensors": POINTER },
    "invalid-file",
    `${WEIGHTS}: is a Git LFS pointer to a file of 4567 bytes, not that file. Fetch it: git lfs pull in its folder.`,
  ],
  [
    "a Git LFS pointer in the place of a tokenizer",
    { "tokenizer.json": POINTER },
    "invalid-file",
    `{folder}/tokenizer.json: is a Git LFS pointer to a file of 4567 bytes, not that file. Fetch it: git lfs pull in its folder.`,
  ],
  [
    "a LoRA adapter",
    {
      "config.json": undefined,
      "model.safetensors": undefined,
      "adapter_model.safetensors": "x",
      "adapter_config.json": { base_model_name_or_path: "org/base", peft_type: "LORA" },
    },
    "unsupported",
    `{folder}: is an adapter (PEFT, LoRA) of org/base, not a model. Merge it into its model with PEFT: model.merge_and_unload().save_pretrained(folder).`,
  ],
  [
    "an adapter beside a whole model, which would be put on it",
    { "adapter_config.json": "null" },
    "unsupported",
    `{folder}: is an adapter (PEFT, LoRA), not a model. Merge it into its model with PEFT: model.merge_and_unload().save_pretrained(folder).`,
  ],
  [
    "a folder of GGUF files",
    { "config.json": undefined, "small-Q4_0.gguf": "x", "small-F16.gguf": "x" },
    "unsupported",
    `{folder}: holds GGUF files; name one of them: small-F16.gguf, small-Q4_0.gguf.`,
  ],
  [
    "weights of another framework",
    { "model.safetensors": undefined, "tf_model.h5": "x" },
    "unsupported",
    `{folder}: tf_model.h5 is of another framework and not read. Save the model as safetensors (save_pretrained does).`,
  ],
  [
    "shards without their index",
    { "model.safetensors": undefined, "model-00001-of-00002.safetensors": "x" },
    "missing-file",
    `{folder}: there is neither model.safetensors nor model.safetensors.index.json, only model-00001-of-00002.safetensors. Is the download complete?`,
  ],
  ["an empty config.json", { "config.json": "" }, "invalid-file", `${CONFIG}: is empty. Is it damaged or cut off?`],
  [
    "a config.json of nothing",
    { "config.json": "null" },
    "invalid-file",
    `${CONFIG}: there is no "model_type". Is it the config of a model?`,
  ],
  [
    "a family that is not supported",
    config({ model_type: "gemma2" }),
    "unsupported",
    `${CONFIG}: architecture "gemma2" is not supported, only gpt2, gpt_neox, llama, mistral, qwen2, qwen3.`,
  ],
  [
    "a family named like a method",
    config({ model_type: "constructor" }),
    "unsupported",
    `${CONFIG}: architecture "constructor" is not supported, only gpt2, gpt_neox, llama, mistral, qwen2, qwen3.`,
  ],
  [
    "a config without its sizes, so with its class's",
    { "config.json": { model_type: "gpt2" } },
    "shape",
    `${WEIGHTS}: tensor "wte.weight" has shape [5, 4], but the config asks for [50257, 768].`,
  ],
  [
    "no heads",
    config({ n_head: 0 }),
    "invalid-file",
    `${CONFIG}: "n_head" is 0, expected a number of heads: a whole number from 1 to 65536.`,
  ],
  [
    "half a layer",
    config({ n_layer: 1.5 }),
    "invalid-file",
    `${CONFIG}: "n_layer" is 1.5, expected a number of layers: a whole number from 1 to 4096.`,
  ],
  [
    "a width that heads do not divide",
    config({ n_head: 3 }),
    "invalid-file",
    `${CONFIG}: a width of 4 cannot be divided among 3 heads.`,
  ],
  [
    "an activation that is not supported",
    config({ activation_function: "quick_gelu" }),
    "unsupported",
    `${CONFIG}: the activation "quick_gelu" is not supported. Supported are gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu, swish, relu.`,
  ],
  [
    "cross-attention",
    config({ add_cross_attention: true }),
    "unsupported",
    `${CONFIG}: cross-attention is not supported. Use another model.`,
  ],
  [
    "quantised weights",
    config({ quantization_config: { bits: 4 } }),
    "unsupported",
    `${CONFIG}: a model with quantised weights (quantization_config) is not supported. Use the unquantised model or a GGUF.`,
  ],
  [
    "more layers than there are weights",
    config({ n_layer: 3 }),
    "missing-weight",
    `${WEIGHTS}: there is no tensor "h.2.ln_1.weight". Is this one shard of several, or another architecture than its config says?`,
  ],
  [
    "more layers than can be",
    config({ n_layer: 1e15 }),
    "invalid-file",
    `${CONFIG}: "n_layer" is 1000000000000000, expected a number of layers: a whole number from 1 to 4096.`,
  ],
  [
    "a head wider than the memory",
    gated({ model_type: "qwen3", head_dim: 1e12 }),
    "invalid-file",
    `${CONFIG}: "head_dim" is 1000000000000, expected a width: a whole number from 1 to 1048576.`,
  ],
  [
    "a field of null that its class does not take",
    gated({ rms_norm_eps: null }),
    "invalid-file",
    `${CONFIG}: "rms_norm_eps" is null, expected an epsilon: a number above 0 and at most 1.`,
  ],
  [
    "a flag that is a text",
    gated({ tie_word_embeddings: "yes" }),
    "invalid-file",
    `${CONFIG}: "tie_word_embeddings" is "yes", expected true or false.`,
  ],
  [
    "one size under two names that differ",
    config({ hidden_size: 8 }),
    "invalid-file",
    `${CONFIG}: "n_embd" and "hidden_size" are one size, but differ.`,
  ],
  [
    "a rotary scaling that is not supported",
    gated({ rope_scaling: { rope_type: "yarn", factor: 4 } }),
    "unsupported",
    `${CONFIG}: rotary scaling "yarn" is not supported. Supported are "linear", "llama3" and "dynamic".`,
  ],
  [
    "a rotary scaling without its numbers",
    gated({ rope_parameters: { rope_type: "llama3", rope_theta: 10000, factor: 8 } }),
    "invalid-file",
    `${CONFIG}, rope_scaling: "low_freq_factor" is absent, expected a factor of rotary positions: a number above 0 and at most 1000000.`,
  ],
  [
    "an odd number of rotary dimensions",
    gated({ head_dim: 3 }),
    "invalid-file",
    `${CONFIG}: 3 rotary dimensions do not fit a head of 3: expected an even number up to it.`,
  ],
  [
    "rotary settings by kind of layer",
    gated({ rope_parameters: { full_attention: { rope_theta: 10000 } } }),
    "unsupported",
    `${CONFIG}: rotary settings of their own for some layers (full_attention) is not supported. Use another model.`,
  ],
  [
    "layer types for another number of layers",
    gated({ model_type: "qwen2", layer_types: ["full_attention"] }),
    "invalid-file",
    `${CONFIG}: "layer_types" has 1 entries, but the config has 2 layers.`,
  ],
  [
    "a kind of layer that is not supported",
    gated({ model_type: "qwen3", layer_types: ["full_attention", "linear_attention"] }),
    "unsupported",
    `${CONFIG}: a layer of type "linear_attention" (layer_types) is not supported. Supported are full_attention, sliding_attention.`,
  ],
  [
    "a window that no field gives",
    gated({ model_type: "qwen3", layer_types: ["full_attention", "sliding_attention"] }),
    "invalid-file",
    `${CONFIG}: "layer_types" asks for a window, but use_sliding_window and sliding_window give none.`,
  ],
  [
    "weights of another family than the config's",
    gated({ model_type: "llama" }),
    "missing-weight",
    `${WEIGHTS}: there is no tensor "model.embed_tokens.weight". Is this one shard of several, or another architecture than its config says?`,
  ],
  [
    "weights as pickles",
    { "model.safetensors": undefined, "pytorch_model.bin": "PK" },
    "unsupported",
    `{folder}: pytorch_model.bin is not read, because it can run code. Save the model as safetensors (save_pretrained does).`,
  ],
  [
    "no weights",
    { "model.safetensors": undefined },
    "missing-file",
    `{folder}: there is neither model.safetensors nor model.safetensors.index.json. Is the download complete?`,
  ],
  [
    "an absent shard",
    sharded({ "wte.weight": "model-00002-of-00002.safetensors" }, {}),
    "missing-file",
    `${INDEX}: its shard model-00002-of-00002.safetensors is absent. Download all shards.`,
  ],
  [
    "an index that names itself",
    sharded({ "wte.weight": "model.safetensors.index.json" }, {}),
    "invalid-file",
    `${INDEX}: it names "model.safetensors.index.json" as a shard, expected a .safetensors file in the same folder.`,
  ],
  [
    "a shard outside the folder",
    sharded({ "wte.weight": "../other/model.safetensors" }, {}),
    "invalid-file",
    `${INDEX}: it names "../other/model.safetensors" as a shard, expected a .safetensors file in the same folder.`,
  ],
  [
    "a shard at an absolute path",
    sharded({ "wte.weight": "/etc/x.safetensors" }, {}),
    "invalid-file",
    `${INDEX}: it names "/etc/x.safetensors" as a shard, expected a .safetensors file in the same folder.`,
  ],
  [
    "a tensor that is not in its shard",
    sharded({ "wte.weight": "a.safetensors" }, { "a.safetensors": { "wpe.weight": floats([6, 4]) } }),
    "invalid-file",
    `${INDEX}: tensor "wte.weight" should lie in a.safetensors, but is not there.`,
  ],
  [
    "an index of nothing",
    sharded({}, {}),
    "invalid-file",
    `${INDEX}: it has no "weight_map" of tensor names and file names.`,
  ],
  [
    "a shard that is damaged",
    { ...sharded({ "wte.weight": "a.safetensors" }, {}), "a.safetensors": "short" },
    "invalid-file",
    `{folder}/a.safetensors: it has 5 bytes, too few for a safetensors header. ${COPY}`,
  ],
];

describe("a broken folder gives its sentence", () => {
  test.each(FOLDER_CASES.map((entry, index) => [entry[0], index] as const))("%s", (_, index) => {
    const [, files, code, sentence] = FOLDER_CASES[index];
    const folder = writeSmallFolder(join(root, `folder-${index}`), files);
    expect(failure(() => openModel(folder))).toEqual({ code, message: sentence.replaceAll("{folder}", folder) });
  });

  test("while the whole one opens and can be read", () => {
    const small = openModel(writeSmallFolder(join(root, "whole")));
    expect([...small.layer(1).W_K]).toEqual(new Array(16).fill(0.5));
    expect(small.tokenizer.encode("a b")).toEqual([0, 3]);
    small.close();
  });

  test("so does one with stored masks, rotary tables, the unembedding once more and heads for other tasks", () => {
    const harmless = weights((t) =>
      Object.assign(t, {
        "h.0.attn.bias": { dtype: "U8", shape: [1, 1, 6, 6], data: Buffer.alloc(36) },
        "h.0.attn.masked_bias": floats([]),
        "rotary_emb.inv_freq": floats([2]),
        "lm_head.weight": floats([5, 4]),
        "score.weight": floats([2, 4]),
        "v_head.summary.bias": floats([1]),
      }),
    );
    const small = openModel(writeSmallFolder(join(root, "harmless"), harmless));
    expect(small.config.tiedUnembedding).toBe(true);
    small.close();
  });

  test.each([
    [
      "NaN among a layer's weights",
      { "h.1.attn.c_attn.weight": nan },
      'tensor "h.1.attn.c_attn.weight" holds NaN at index 30',
    ],
    ["an infinite embedding", { "wte.weight": infinite }, 'tensor "wte.weight" holds -Infinity at index 19'],
  ])("%s is named when it is read", (name, tensors, problem) => {
    const folder = writeSmallFolder(
      join(root, name),
      weights((all) => Object.assign(all, tensors)),
    );
    const small = openModel(folder);
    const message = `${folder}/model.safetensors: ${problem}. The checkpoint is damaged or its training diverged; get another copy.`;
    expect(failure(() => [Object.values(small.layer(1)), small.embedRows([0, 4])])).toEqual({
      code: "invalid-file",
      message,
    });
    small.close();
  });
});

/** What is broken, the parts changed in a whole file (or its bytes), the code and the sentence; {file} stands for its path. */
type GgufCase = readonly [name: string, content: GgufParts | Buffer, code: ErrorCode, sentence: string];

const small = smallGguf();
const wholeGguf = gguf(small);
const headerBytes = wholeGguf.length - small.data.length;

function metadata(change: GgufParts["metadata"]): GgufParts {
  return { ...small, metadata: { ...SMALL_METADATA, ...change } };
}

function firstTensor(change: Partial<GgufTensor>): GgufParts {
  const [first, ...rest] = small.tensors;
  return { ...small, tensors: [{ ...first, ...change }, ...rest] };
}

/** After magic and version: counts and whatever follows. */
function rawGguf(...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from("GGUF"), u32(3), ...parts]);
}

const GGUF_CASES: readonly GgufCase[] = [
  [
    "an empty file",
    Buffer.alloc(0),
    "invalid-file",
    `{file}: it does not begin with "GGUF", so it is not a GGUF file (byte 0). ${COPY}`,
  ],
  [
    "another magic",
    { ...small, magic: "GGML" },
    "invalid-file",
    `{file}: it does not begin with "GGUF", so it is not a GGUF file (byte 4). ${COPY}`,
  ],
  [
    "a safetensors file under the name",
    safetensorsOf(smallTensors()),
    "invalid-file",
    `{file}: it is a safetensors file. Name the folder that holds its config.json.`,
  ],
  [
    "a compressed file",
    Buffer.from("\u001f\u008b\u0008", "latin1"),
    "invalid-file",
    `{file}: it is compressed with gzip. Unpack it with gunzip.`,
  ],
  ["nothing but the magic", Buffer.from("GGUF"), "invalid-file", `{file}: the header is cut off (byte 4). ${COPY}`],
  [
    "version 1",
    { ...small, version: 1 },
    "unsupported",
    `{file}: GGUF version 1 is not supported, only 2 and 3. Convert the model again with a current llama.cpp.`,
  ],
  [
    "version 77",
    { ...small, version: 77 },
    "unsupported",
    `{file}: GGUF version 77 is not supported, only 2 and 3. Convert the model again with a current llama.cpp.`,
  ],
  [
    "big-endian",
    { ...small, version: 0x03000000 },
    "unsupported",
    `{file}: big-endian GGUF is not supported. Convert it to little-endian.`,
  ],
  [
    "2^63 tensors",
    { ...small, tensorCount: 2n ** 63n },
    "invalid-file",
    `{file}: it claims 9223372036854775808 tensors, but only ${wholeGguf.length - 16} bytes follow (byte 16). ${COPY}`,
  ],
  [
    "2^64 − 1 metadata pairs",
    { ...small, pairCount: 2n ** 64n - 1n },
    "invalid-file",
    `{file}: it claims 18446744073709551615 metadata pairs, but only ${wholeGguf.length - 24} bytes follow (byte 24). ${COPY}`,
  ],
  [
    "a key length near 2^63",
    rawGguf(u64(0), u64(1), u64(2n ** 63n - 1n), Buffer.alloc(16)),
    "invalid-file",
    `{file}: the key of metadata pair 0 claims 9223372036854775807 bytes, but only 16 follow (byte 32). ${COPY}`,
  ],
  [
    "a text cut off",
    rawGguf(u64(0), u64(1), ggufText("general.name"), u32(8), u64(50), Buffer.from("short")),
    "invalid-file",
    `{file}: metadata "general.name" claims 50 bytes, but only 5 follow (byte 56). ${COPY}`,
  ],
  [
    "a list of 2^60 texts",
    rawGguf(u64(0), u64(1), ggufText("k"), u32(9), u32(8), u64(2n ** 60n)),
    "invalid-file",
    `{file}: it claims 1152921504606846976 entries of metadata "k", but only 0 bytes follow (byte 49). ${COPY}`,
  ],
  [
    "lists within lists within lists",
    rawGguf(u64(0), u64(1), ggufText("k"), u32(9), ...new Array<Buffer>(6).fill(Buffer.concat([u32(9), u64(1)]))),
    "invalid-file",
    `{file}: metadata "k" nests arrays more than 4 deep (byte 85). ${COPY}`,
  ],
  [
    "an unknown value type",
    rawGguf(u64(0), u64(1), ggufText("k"), u32(99), Buffer.alloc(8)),
    "invalid-file",
    `{file}: metadata "k" has the unknown value type 99 (byte 37). ${COPY}`,
  ],
  [
    "a key that stands twice",
    rawGguf(u64(0), u64(2), ggufText("k"), u32(4), u32(1), ggufText("k"), u32(4), u32(2)),
    "invalid-file",
    `{file}: metadata key "k" stands twice (byte 50). ${COPY}`,
  ],
  [
    "the header cut off",
    wholeGguf.subarray(0, 300),
    "invalid-file",
    `{file}: the key of metadata pair 6 claims 38 bytes, but only 33 follow (byte 267). ${COPY}`,
  ],
  [
    "tensor data cut off",
    wholeGguf.subarray(0, wholeGguf.length - 1),
    "invalid-file",
    `{file}: tensor "blk.0.ffn_down.weight" needs 128 bytes from byte ${wholeGguf.length - 128}, but the file has ${wholeGguf.length - 1}. ${COPY}`,
  ],
  [
    "no tensor data",
    wholeGguf.subarray(0, headerBytes),
    "invalid-file",
    `{file}: tensor "token_embd.weight" needs 48 bytes from byte ${headerBytes}, but the file has ${headerBytes}. ${COPY}`,
  ],
  [
    "five axes",
    firstTensor({ dims: [4, 3, 1, 1, 1] }),
    "invalid-file",
    `{file}: tensor "token_embd.weight" has 5 axes, expected 1 to 4 (byte 619). ${COPY}`,
  ],
  [
    "an axis near 2^63",
    firstTensor({ dims: [4, 2n ** 63n - 1n] }),
    "invalid-file",
    `{file}: an axis of tensor "token_embd.weight" is 9223372036854775807, which cannot be (byte 635). ${COPY}`,
  ],
  [
    "axes whose product is beyond counting",
    firstTensor({ dims: [2 ** 40, 2 ** 40] }),
    "invalid-file",
    `{file}: tensor "token_embd.weight" has the impossible shape [1099511627776, 1099511627776]. ${COPY}`,
  ],
  [
    "an empty axis",
    firstTensor({ dims: [4, 0] }),
    "invalid-file",
    `{file}: tensor "token_embd.weight" has the impossible shape [0, 4]. ${COPY}`,
  ],
  [
    "an offset near 2^63",
    firstTensor({ offset: 2n ** 63n - 32n }),
    "invalid-file",
    `{file}: the offset of tensor "token_embd.weight" is 9223372036854775776, which cannot be (byte 647). ${COPY}`,
  ],
  [
    "an offset that is not aligned",
    firstTensor({ offset: 4 }),
    "invalid-file",
    `{file}: tensor "token_embd.weight" starts at 4, not at a multiple of 32. ${COPY}`,
  ],
  [
    "tensors that overlap",
    firstTensor({ dims: [4, 9] }),
    "invalid-file",
    `{file}: tensors "token_embd.weight" and "output_norm.weight" overlap at byte 64 of the data. The file is damaged; get another copy.`,
  ],
  [
    "a tensor that stands twice",
    { ...small, tensors: [small.tensors[0], ...small.tensors] },
    "invalid-file",
    `{file}: tensor "token_embd.weight" stands twice in the table. ${COPY}`,
  ],
  [
    "an unknown tensor type",
    firstTensor({ type: 200 }),
    "invalid-file",
    `{file}: tensor "token_embd.weight" has the unknown type 200. ${COPY}`,
  ],
  [
    "a quantisation that is not supported",
    firstTensor({ type: 16 }),
    "unsupported",
    `{file}: tensor "token_embd.weight" is stored as IQ2_XXS, which is not supported. Use a file with F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, BF16.`,
  ],
  [
    "rows that do not fill blocks",
    firstTensor({ type: 8 }),
    "invalid-file",
    `{file}: tensor "token_embd.weight" has rows of 4 values, not a multiple of the 32 of a Q8_0 block. ${COPY}`,
  ],
  [
    "an alignment of nothing",
    metadata({ "general.alignment": 0 }),
    "invalid-file",
    `{file}: general.alignment is 0, expected a multiple of 8 up to 1048576. ${COPY}`,
  ],
  [
    "one part of a split file",
    metadata({ "split.count": 3 }),
    "unsupported",
    `{file} is one of 3 parts of a split GGUF, which is not supported. Merge them with llama-gguf-split --merge.`,
  ],
  [
    "no architecture",
    metadata({ "general.architecture": undefined }),
    "invalid-file",
    `{file}: metadata "general.architecture" is absent, expected a text.`,
  ],
  [
    "a family that is not supported",
    metadata({ "general.architecture": "gemma2" }),
    "unsupported",
    `{file}: architecture "gemma2" is not supported as GGUF, only gpt2, llama, qwen2, qwen3.`,
  ],
  [
    "a size that is a text",
    metadata({ "llama.block_count": "one" }),
    "invalid-file",
    `{file}: metadata "llama.block_count" is "one", expected a number of layers: a whole number from 1 to 4096.`,
  ],
  [
    "no layers",
    metadata({ "llama.block_count": 0 }),
    "invalid-file",
    `{file}: metadata "llama.block_count" is 0, expected a number of layers: a whole number from 1 to 4096.`,
  ],
  [
    "heads that key-value heads do not divide",
    metadata({ "llama.attention.head_count_kv": 3 }),
    "invalid-file",
    `{file}: 2 query heads cannot be divided among 3 key-value heads.`,
  ],
  [
    "an epsilon of nothing",
    metadata({ "llama.attention.layer_norm_rms_epsilon": 0 }),
    "invalid-file",
    `{file}: metadata "llama.attention.layer_norm_rms_epsilon" is 0, expected an epsilon: a number above 0 and at most 1.`,
  ],
  [
    "a rotary scaling that is not supported",
    metadata({ "llama.rope.scaling.type": "yarn" }),
    "unsupported",
    `{file}: rotary scaling "yarn" is not supported, only "linear" and Llama 3.1's.`,
  ],
  [
    "a mixture of experts in its metadata",
    metadata({ "llama.expert_count": 8 }),
    "unsupported",
    `{file}: metadata "llama.expert_count" asks for something that llama models do not have here. Use another model.`,
  ],
  [
    "a scale of attention of its own",
    metadata({ "llama.attention.scale": 0.5 }),
    "unsupported",
    `{file}: metadata "llama.attention.scale" asks for something that llama models do not have here. Use another model.`,
  ],
  [
    "a context of impossible length",
    metadata({ "llama.context_length": 2 ** 31 + 1 }),
    "invalid-file",
    `{file}: metadata "llama.context_length" is 2147483649, expected a number of positions: a whole number from 1 to 2147483648.`,
  ],
  [
    "a tensor that nothing reads",
    {
      ...small,
      tensors: [...small.tensors, { name: "rope_factors_long.weight", dims: [1], type: 0, offset: small.data.length }],
      data: Buffer.concat([small.data, Buffer.alloc(4)]),
    },
    "unsupported",
    `{file}: tensor "rope_factors_long.weight" is not part of a llama model of 1 layer as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?`,
  ],
  [
    "rotary factors of another width",
    {
      ...small,
      tensors: [...small.tensors, { name: "rope_freqs.weight", dims: [2], type: 0, offset: small.data.length }],
      data: Buffer.concat([small.data, Buffer.alloc(8)]),
    },
    "shape",
    `{file}: tensor "rope_freqs.weight" has 2 factors, but 2 rotary dimensions have 1 frequencies.`,
  ],
  [
    "another width than its tensors",
    metadata({ "llama.embedding_length": 8 }),
    "shape",
    `{file}: tensor "token_embd.weight" has shape [3, 4], but the config asks for [3, 8].`,
  ],
  [
    "a vocabulary of another size",
    metadata({ "llama.vocab_size": 4 }),
    "shape",
    `{file}: tensor "token_embd.weight" has shape [3, 4], but the config asks for [4, 4].`,
  ],
  [
    "a tokenizer of another kind",
    metadata({ "tokenizer.ggml.model": "t5" }),
    "unsupported",
    `{file}: its tokenizer is of kind "t5", which is not supported in a GGUF, only "gpt2" (byte-level BPE) and "llama" (SentencePiece).`,
  ],
  [
    "text split in an unknown way",
    metadata({ "tokenizer.ggml.pre": "kimi-k2" }),
    "unsupported",
    `{file}: its tokenizer splits text as "kimi-k2", which is not supported, only default, gpt-2, phi-2, olmo, mpt, jais, trillion, smollm, starcoder, refact, command-r, codeshell, exaone, minerva-7b, llama3, llama-v3, llama-bpe, falcon3, falcon-h1, pixtral, lfm2, dbrx, smaug-bpe, qwen2, deepseek-r1-qwen, megrez, stablelm2, tekken, gpt-4o, deepseek-v3.`,
  ],
  [
    "no tokens",
    metadata({ "tokenizer.ggml.tokens": undefined, "llama.vocab_size": 3 }),
    "invalid-file",
    `{file}: metadata "tokenizer.ggml.tokens" is absent, expected a list of texts.`,
  ],
  [
    "a token that stands twice",
    metadata({ "tokenizer.ggml.tokens": ["a", "b", "a"] }),
    "invalid-file",
    `{file}: the token "a" stands twice in its vocabulary.`,
  ],
  [
    "a merge of one token",
    metadata({ "tokenizer.ggml.merges": ["ab"] }),
    "invalid-file",
    `{file}: the merge "ab" is not two tokens with a space between.`,
  ],
  [
    "a BOS outside the vocabulary",
    metadata({ "tokenizer.ggml.bos_token_id": 7 }),
    "invalid-file",
    `{file}: metadata "tokenizer.ggml.bos_token_id" is 7, but the vocabulary has 3 tokens.`,
  ],
];

describe("a broken GGUF gives its sentence", () => {
  test.each(GGUF_CASES.map((entry, index) => [entry[0], index] as const))("%s", (_, index) => {
    const [, content, code, sentence] = GGUF_CASES[index];
    const file = join(root, `${index}.gguf`);
    writeFileSync(file, Buffer.isBuffer(content) ? content : gguf(content));
    expect(failure(() => openModel(file))).toEqual({ code, message: sentence.replaceAll("{file}", file) });
  });

  test("while the whole one opens and can be read", () => {
    const file = join(root, "whole.gguf");
    writeFileSync(file, wholeGguf);
    const opened = openModel(file);
    expect([...opened.layer(0).W_Q]).toEqual(new Array(16).fill(0.5));
    expect(opened.tokenizer.encode("abb")).toEqual([2, 1]);
    opened.close();
  });
});

test("what is neither folder nor GGUF nor a known name is said to be so", () => {
  const stray = join(root, "model.bin");
  writeFileSync(stray, "x");
  expect(failure(() => openModel(stray))).toEqual({
    code: "unsupported",
    message: `${stray}: weights as a pickle are not read, because they can run code. Save the model as safetensors (save_pretrained does) and name its folder.`,
  });
  expect(failure(() => openModel("nobody/nothing")).code).toBe("model-not-found");
  expect(failure(() => openModel("../nobody")).code).toBe("model-not-found");
});

function failure(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was opened");
}
