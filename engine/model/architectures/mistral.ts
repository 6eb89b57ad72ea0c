// Mistral: Llama with a sliding window. Its GGUF form calls itself "llama".
import type { Architecture } from "./architecture.ts";
import { parseConfig, size } from "./hugging-face-config.ts";
import { describeGated } from "./hugging-face-gated.ts";

export const mistral: Architecture = {
  huggingFace: {
    mistral: (json, file, keys) => {
      const { sliding_window: window } = parseConfig({ sliding_window: size.nullish() }, json, file);
      return describeGated("mistral", json, file, keys, {
        queryKeyValueBias: false,
        outputBias: false,
        mlpBias: false,
        queryKeyNorms: false,
        slidingWindow: window ?? undefined,
      });
    },
  },
  gguf: {},
};
