// Reading a Hugging Face config.json: fields that families share, and sentences for what is absent, wrong or not supported.
import { z } from "zod";
import { EngineError } from "../../base/errors.ts";
import type { Activation, Positions } from "../model.ts";
import { rotaryPositions, scaleLlama3 } from "../rotary.ts";

/** A count or width: whole and at least 1. */
export const size = z.number().int().min(1);
/** A count that may be none. */
export const count = z.number().int().min(0);
export const positive = z.number().positive();
export const flag = z.boolean();
export const text = z.string();

/** @throws EngineError "invalid-file" naming the first field that is absent or wrong, or "unsupported" for quantised weights */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  json: unknown,
  file: string,
): z.infer<z.ZodObject<Shape>> {
  if (typeof json === "object" && json !== null && "quantization_config" in json && json.quantization_config) {
    throw unsupported(
      file,
      "a model with quantised weights (quantization_config)",
      "Use the unquantised model or a GGUF",
    );
  }
  const parsed = z.looseObject(shape).safeParse(json);
  if (parsed.success) return parsed.data as z.infer<z.ZodObject<Shape>>;
  const { path, message } = parsed.error.issues[0];
  throw new EngineError(
    "invalid-file",
    `${file}: "${path.join(".")}" is wrong: ${message.replace(/^Invalid input: /, "")}.`,
    {
      place: { file },
      field: path.join("."),
    },
  );
}

export function unsupported(file: string, what: string, remedy = "Use another model"): EngineError {
  return new EngineError("unsupported", `${file}: ${what} is not supported. ${remedy}.`, { place: { file } });
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
  throw unsupported(file, `the activation "${name}"`, `Supported are ${Object.keys(ACTIVATIONS).join(", ")}`);
}

const scaling = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.optional(),
  partial_rotary_factor: positive.optional(),
});

/** Rotary fields, in the old form (rope_theta, rope_scaling) and the newer one (rope_parameters holds all). */
export const rotaryFields = {
  rope_theta: positive.optional(),
  rope_scaling: scaling.nullish(),
  rope_parameters: scaling.nullish(),
};

interface RotaryConfig {
  readonly rope_theta?: number;
  readonly rope_scaling?: z.infer<typeof scaling> | null;
  readonly rope_parameters?: z.infer<typeof scaling> | null;
}

export function rotaryOf(config: RotaryConfig, dims: number, file: string, fallbackBase = 10000): Positions {
  const settings = config.rope_parameters ?? config.rope_scaling ?? {};
  const base = config.rope_parameters?.rope_theta ?? config.rope_theta ?? fallbackBase;
  const kind = settings.rope_type ?? settings.type ?? "default";
  switch (kind) {
    case "default":
      return rotaryPositions(base, dims);
    case "linear": {
      const { factor } = parseConfig({ factor: positive }, settings, `${file}, rope_scaling`);
      return rotaryPositions(base, dims, (frequency) => frequency / factor);
    }
    case "llama3":
      return rotaryPositions(base, dims, llama3Scale(settings, file));
    default:
      throw unsupported(file, `rotary scaling "${kind}"`, 'Supported are "linear" and "llama3"');
  }
}

function llama3Scale(settings: unknown, file: string): (frequency: number) => number {
  const fields = {
    factor: positive,
    low_freq_factor: positive,
    high_freq_factor: positive,
    original_max_position_embeddings: size,
  };
  const parsed = parseConfig(fields, settings, `${file}, rope_scaling`);
  return (frequency) =>
    scaleLlama3(frequency, {
      factor: parsed.factor,
      lowFrequencyFactor: parsed.low_freq_factor,
      highFrequencyFactor: parsed.high_freq_factor,
      originalContext: parsed.original_max_position_embeddings,
    });
}
