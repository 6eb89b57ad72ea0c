// Reading a Hugging Face config.json: fields that families share, and sentences for what is absent, wrong or not supported.
import { z } from "zod";
import { EngineError } from "../../base/errors.ts";
import { heard, say, sayList, type Sentence } from "../../base/sentence.ts";
import type { Activation, Positions } from "../model.ts";
import { rotaryPositions, scaleLlama3 } from "../rotary.ts";
import { ROTARY_SCALING_FIELDS } from "./config-fields.ts";

/** @throws EngineError "invalid-file" naming the first field that is wrong, or "unsupported" for quantised weights */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  json: unknown,
  file: string,
): z.infer<z.ZodObject<Shape>> {
  if (typeof json === "object" && json !== null && "quantization_config" in json && json.quantization_config) {
    throw unsupported(
      file,
      say`a model with quantised weights (quantization_config)`,
      say`Use the unquantised model or a GGUF`,
    );
  }
  const parsed = z.looseObject(shape).safeParse(json);
  if (parsed.success) return parsed.data as z.infer<z.ZodObject<Shape>>;
  const { path, message } = parsed.error.issues[0];
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], json);
  const field = path.join(".");
  const problem = message.startsWith(ZODS_OWN)
    ? say`"${field}" is wrong: ${message.slice(ZODS_OWN.length)}`
    : say`"${field}" is ${brief(value)}, expected ${heard(message)}`;
  throw invalidConfig(file, problem, { field });
}

const ZODS_OWN = "Invalid input: ";

function brief(value: unknown): Sentence {
  if (value === undefined) return say`absent`;
  const text = JSON.stringify(value);
  return text.length > 60 ? say`${text.slice(0, 60)}…` : say`${text}`;
}

export function invalidConfig(
  file: string,
  problem: Sentence,
  facts: Readonly<Record<string, unknown>> = {},
): EngineError {
  return new EngineError("invalid-file", say`${file}: ${problem}.`, { place: { file }, ...facts });
}

export function unsupported(file: string, what: Sentence, remedy = say`Use another model`): EngineError {
  return new EngineError("unsupported", say`${file}: ${what} is not supported. ${remedy}.`, { place: { file } });
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  silu: "silu",
  swish: "silu",
  relu: "relu",
};

export function activation(name: string, file: string): Activation {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  throw unsupported(file, say`the activation "${name}"`, say`Supported are ${sayList(Object.keys(ACTIVATIONS), ", ")}`);
}

type Settings = Readonly<Record<string, unknown>> & {
  readonly rope_type?: string;
  readonly type?: string;
  readonly rope_theta?: number;
  readonly partial_rotary_factor?: number;
};

export interface RotaryConfig {
  readonly rope_scaling: Settings | null;
  readonly rope_parameters: Settings | null;
  readonly original_max_position_embeddings: number | null;
  readonly max_position_embeddings: number;
}

/** Where both forms stand, the old one counts, as in Transformers. */
export function rotarySettings({ rope_scaling: old, rope_parameters: newer }: RotaryConfig, file: string): Settings {
  const settings = (old && Object.keys(old).length > 0 ? old : newer) ?? {};
  const nested = Object.keys(settings).find((key) => key.endsWith("_attention"));
  if (nested) throw unsupported(file, say`rotary settings of their own for some layers (${nested})`);
  return settings;
}

/**
 * @param base θ where the settings name none
 * @param dims of each head, that turn
 */
export function rotaryOf(config: RotaryConfig, base: number, dims: number, file: string): Positions {
  const settings = rotarySettings(config, file);
  const theta = settings.rope_theta ?? base;
  const kind = settings.rope_type ?? settings.type ?? "default";
  switch (kind) {
    case "default":
      return rotaryPositions(theta, dims);
    case "linear": {
      const { factor } = parseConfig(ROTARY_SCALING_FIELDS.linear, settings, `${file}, rope_scaling`);
      return rotaryPositions(theta, dims, (frequency) => frequency / factor);
    }
    // Stretches only what goes beyond max_position_embeddings, where prompts end here.
    case "dynamic":
      return rotaryPositions(theta, dims);
    case "llama3":
      return rotaryPositions(theta, dims, llama3Scale(config, settings, file));
    default:
      throw unsupported(file, say`rotary scaling "${kind}"`, say`Supported are "linear", "llama3" and "dynamic"`);
  }
}

function llama3Scale(config: RotaryConfig, settings: Settings, file: string): (frequency: number) => number {
  const parsed = parseConfig(ROTARY_SCALING_FIELDS.llama3, settings, `${file}, rope_scaling`);
  const originalContext =
    config.original_max_position_embeddings ??
    parsed.original_max_position_embeddings ??
    config.max_position_embeddings;
  return (frequency) =>
    scaleLlama3(frequency, {
      factor: parsed.factor,
      lowFrequencyFactor: parsed.low_freq_factor,
      highFrequencyFactor: parsed.high_freq_factor,
      originalContext,
    });
}
