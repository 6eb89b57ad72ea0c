// Writes a trained model as a Hugging Face folder: config.json, model.safetensors, tokenizer.json.

import { join } from "node:path";
import { makeFolder } from "../base/make-folder.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import { NORM_EPSILON } from "./model-graph.ts";
import { type ModelShape, parametersOf, view } from "./parameters.ts";
import { END_OF_TEXT } from "./word-vocabulary.ts";

export function writeModel(folder: string, weights: Float32Array, shape: ModelShape, tokenizer: object): void {
  makeFolder(folder);
  writeFileAtomic(join(folder, "config.json"), `${JSON.stringify(config(shape), null, 2)}\n`);
  writeFileAtomic(join(folder, "tokenizer.json"), `${JSON.stringify(tokenizer)}\n`);
  writeFileAtomic(join(folder, "tokenizer_config.json"), `${JSON.stringify(tokenizerConfig(shape), null, 2)}\n`);
  const tensors = parametersOf(shape).map((parameter) => ({ ...parameter, data: view(weights, parameter) }));
  writeFileAtomic(join(folder, "model.safetensors"), safetensorsBytes(tensors, { format: "pt" }));
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
