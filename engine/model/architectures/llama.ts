// Llama and what is built like it (SmolLM, TinyLlama …): RMS norms, rotary positions, grouped-query attention, gated MLP.
import type { Architecture } from "./architecture.ts";
import { ggufGatedNames, ggufRotaryConfig } from "./gguf-rotary.ts";
import { CONFIG_FIELDS } from "./config-fields.ts";
import { parseConfig } from "./hugging-face-config.ts";
import { describeGated } from "./hugging-face-gated.ts";

export const llama: Architecture = {
  huggingFace: {
    llama: (json, file, keys) => {
      const raw = parseConfig(CONFIG_FIELDS.llama, json, file);
      return describeGated("llama", raw, file, keys, {
        queryKeyValueBias: raw.attention_bias,
        outputBias: raw.attention_bias,
        mlpBias: raw.mlp_bias,
        queryKeyNorms: false,
      });
    },
  },
  gguf: {
    llama: (metadata, keys) => {
      const config = ggufRotaryConfig(metadata, "llama", keys);
      return { config, names: ggufGatedNames(config, keys, { rotaryIsInterleaved: true, hasOutputBiases: true }) };
    },
  },
};
