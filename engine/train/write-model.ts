// Writes a trained model as a Hugging Face folder: config.json, model.safetensors, tokenizer.json.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { NORM_EPSILON } from "./model-graph.ts";
import { type ModelShape, parametersOf, view } from "./parameters.ts";
import { END_OF_TEXT } from "./word-vocabulary.ts";

export function writeModel(folder: string, weights: Float32Array, shape: ModelShape, tokenizer: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(join(folder, "config.json"), `${JSON.stringify(config(shape), null, 2)}\n`);
  writeFileAtomic(join(folder, "tokenizer.json"), `${JSON.stringify(tokenizer)}\n`);
  writeFileAtomic(join(folder, "tokenizer_config.json"), `${JSON.stringify(tokenizerConfig(shape), null, 2)}\n`);
  writeFileAtomic(join(folder, "model.safetensors"), safetensors(weights, shape));
}

/** Eight bytes of header length, the header as JSON padded to eight bytes, then the tensors in the order of their names. */
function safetensors(weights: Float32Array, shape: ModelShape): Uint8Array {
  const parameters = [...parametersOf(shape)].sort((a, b) => (a.name < b.name ? -1 : 1));
  let offset = 0;
  const entries = parameters.map(({ name, shape, size }) => {
    const data_offsets = [offset, (offset += 4 * size)];
    return [name, { dtype: "F32", shape, data_offsets }];
  });
  const json = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) });
  const header = Buffer.from(json.padEnd(8 * Math.ceil(json.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const tensors = parameters.map((parameter) => Buffer.from(view(weights, parameter).slice().buffer));
  return Buffer.concat([length, header, ...tensors]);
}

function config(shape: ModelShape): object {
  return {
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    activation_function: "gelu_new",
    attn_pdrop: 0,
    bos_token_id: 0,
    embd_pdrop: 0,
    eos_token_id: 0,
    layer_norm_epsilon: NORM_EPSILON,
    n_ctx: shape.nContext,
    n_embd: shape.dModel,
    n_head: shape.nHeads,
    n_inner: shape.dMlp,
    n_layer: shape.nLayers,
    n_positions: shape.nContext,
    resid_pdrop: 0,
    scale_attn_weights: true,
    tie_word_embeddings: true,
    vocab_size: shape.dVocab,
  };
}

function tokenizerConfig({ nContext }: ModelShape): object {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: END_OF_TEXT,
    eos_token: END_OF_TEXT,
    pad_token: END_OF_TEXT,
    model_max_length: nContext,
    clean_up_tokenization_spaces: false,
  };
}
