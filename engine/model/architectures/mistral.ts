// Mistral: Llama with a sliding window. Its GGUF form calls itself "llama".
import type { Architecture } from "./architecture.ts";
import { CONFIG_FIELDS } from "./config-fields.ts";
import { parseConfig } from "./hugging-face-config.ts";
import { describeGated } from "./hugging-face-gated.ts";

export const mistral: Architecture = {
  huggingFace: {
    mistral: (json, file, keys) => {
      const raw = parseConfig(CONFIG_FIELDS.mistral, json, file);
      return describeGated("mistral", raw, file, keys, {
        queryKeyValueBias: false,
        outputBias: false,
        mlpBias: false,
        queryKeyNorms: false,
        slidingWindow: raw.sliding_window ?? undefined,
      });
    },
  },
  gguf: {},
};
