// Qwen2, Qwen2.5 (biases on q, k and v) and Qwen3 (RMS norms on each head's q and k instead).
import { say, sayList } from "../../base/sentence.ts";
import type { ModelConfig } from "../model.ts";
import type { Architecture } from "./architecture.ts";
import { ggufGatedNames, ggufRotaryConfig } from "./gguf-rotary.ts";
import { CONFIG_FIELDS, type ConfigOf } from "./config-fields.ts";
import { invalidConfig, parseConfig, unsupported } from "./hugging-face-config.ts";
import { describeGated } from "./hugging-face-gated.ts";

type QwenConfig = ConfigOf<"qwen2"> | ConfigOf<"qwen3">;

const LAYER_TYPES = ["full_attention", "sliding_attention"];

/** One for all layers where they agree. layer_types says which layers have a window; without it those from max_window_layers on. */
function slidingWindow(raw: QwenConfig, file: string): ModelConfig["slidingWindow"] {
  const window = raw.use_sliding_window ? (raw.sliding_window ?? undefined) : undefined;
  const slides = slidingLayers(raw, file, window !== undefined);
  if (window === undefined || !slides.includes(true)) return undefined;
  return slides.includes(false) ? slides.map((has) => (has ? window : undefined)) : window;
}

function slidingLayers(raw: QwenConfig, file: string, hasWindow: boolean): readonly boolean[] {
  const { num_hidden_layers: nLayers, layer_types: types, max_window_layers: first } = raw;
  if (!types) return Array.from({ length: nLayers }, (_, layer) => hasWindow && layer >= first);
  if (types.length !== nLayers) {
    throw invalidConfig(file, say`"layer_types" has ${types.length} entries, but the config has ${nLayers} layers`);
  }
  const unknown = types.find((type) => !LAYER_TYPES.includes(type));
  if (unknown !== undefined) {
    throw unsupported(
      file,
      say`a layer of type "${unknown}" (layer_types)`,
      say`Supported are ${sayList(LAYER_TYPES, ", ")}`,
    );
  }
  const slides = types.map((type) => type === "sliding_attention");
  if (slides.includes(true) && !hasWindow) {
    throw invalidConfig(
      file,
      say`"layer_types" asks for a window, but use_sliding_window and sliding_window give none`,
    );
  }
  return slides;
}

export const qwen: Architecture = {
  huggingFace: {
    qwen2: (json, file, keys) => {
      const raw = parseConfig(CONFIG_FIELDS.qwen2, json, file);
      return describeGated("qwen2", raw, file, keys, {
        queryKeyValueBias: true,
        outputBias: false,
        mlpBias: false,
        queryKeyNorms: false,
        slidingWindow: slidingWindow(raw, file),
      });
    },
    qwen3: (json, file, keys) => {
      const raw = parseConfig(CONFIG_FIELDS.qwen3, json, file);
      return describeGated("qwen3", raw, file, keys, {
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
