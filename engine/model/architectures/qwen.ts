// Qwen2, Qwen2.5 (biases on q, k and v) and Qwen3 (RMS norms on each head's q and k instead).
import type { Architecture } from "./architecture.ts";
import { ggufGatedNames, ggufRotaryConfig } from "./gguf-rotary.ts";
import { count, flag, parseConfig, size, unsupported } from "./hugging-face-config.ts";
import { describeGated } from "./hugging-face-gated.ts";

const FIELDS = {
  use_sliding_window: flag.default(false),
  sliding_window: size.nullish(),
  max_window_layers: count.nullish(),
  num_hidden_layers: size,
  attention_bias: flag.default(false),
};

type Fields = ReturnType<typeof parseConfig<typeof FIELDS>>;

/** Layers from max_window_layers on have the window; a window on some layers only has no place in ModelConfig. */
function slidingWindow(raw: Fields, file: string): number | undefined {
  if (!raw.use_sliding_window || !raw.sliding_window) return undefined;
  const firstWithWindow = raw.max_window_layers ?? 0;
  if (firstWithWindow === 0) return raw.sliding_window;
  if (firstWithWindow >= raw.num_hidden_layers) return undefined;
  throw unsupported(file, `a sliding window from layer ${firstWithWindow} on (max_window_layers)`);
}

export const qwen: Architecture = {
  huggingFace: {
    qwen2: (json, file, keys) =>
      describeGated("qwen2", json, file, keys, {
        queryKeyValueBias: true,
        outputBias: false,
        mlpBias: false,
        queryKeyNorms: false,
        slidingWindow: slidingWindow(parseConfig(FIELDS, json, file), file),
      }),
    qwen3: (json, file, keys) => {
      const raw = parseConfig(FIELDS, json, file);
      return describeGated("qwen3", json, file, keys, {
        queryKeyValueBias: raw.attention_bias,
        outputBias: raw.attention_bias,
        mlpBias: false,
        queryKeyNorms: true,
        slidingWindow: slidingWindow(raw, file),
      });
    },
  },
  gguf: {
    qwen2: (metadata, keys) => {
      const config = ggufRotaryConfig(metadata, "qwen2", keys);
      return { config, names: ggufGatedNames(config, keys, {}) };
    },
    qwen3: (metadata, keys) => {
      const config = ggufRotaryConfig(metadata, "qwen3", keys);
      return { config, names: ggufGatedNames(config, keys, { hasQueryKeyNorms: true }) };
    },
  },
};
