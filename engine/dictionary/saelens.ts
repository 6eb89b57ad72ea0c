// Dictionaries as SAELens saves them, of version 6 and before: cfg.json and sae_weights.safetensors.
//
// Read against sae-lens 6.54.12: sae_lens/saes, and handle_config_defaulting in loading/pretrained_sae_loaders.py.
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import type { ReadDictionary } from "./other-forms.ts";
import type { Tensors } from "./tensors.ts";
import type { DictionaryWeights, Normalisation, Selection } from "./weights.ts";

type Config = Readonly<Record<string, unknown>>;

const ARCHITECTURES = [
  "standard",
  "topk",
  "jumprelu",
  "gated",
  "transcoder",
  "skip_transcoder",
  "jumprelu_transcoder",
  "jumprelu_skip_transcoder",
] as const;
type Architecture = (typeof ARCHITECTURES)[number];

export function saelens(tensors: Tensors, given: Config): ReadDictionary {
  const config = sinceVersion6(given);
  const wrong = (problem: Sentence) =>
    new EngineError("invalid-file", say`cfg.json beside ${tensors.file}: ${problem}.`, {
      place: { file: tensors.file },
    });
  const architecture = ARCHITECTURES.find((name) => name === config.architecture);
  if (!architecture) {
    throw new EngineError(
      "unsupported",
      say`cfg.json beside ${tensors.file}: its architecture is "${String(config.architecture)}"; read are ${sayList(ARCHITECTURES, ", ")}.`,
    );
  }
  const transcodes = architecture.includes("transcoder");
  const dIn = sizeOf(config, "d_in", wrong);
  const dSae = sizeOf(config, "d_sae", wrong);
  const dOut = transcodes ? sizeOf(config, "d_out", wrong) : dIn;
  const centred = config.apply_b_dec_to_input ?? true;
  if (typeof centred !== "boolean") throw wrong(say`apply_b_dec_to_input is neither true nor false`);
  if (transcodes && centred)
    throw wrong(say`apply_b_dec_to_input is true, which a transcoder cannot have: set it to false`);
  const gated = architecture === "gated";
  const weights: DictionaryWeights = {
    dIn,
    dSae,
    dOut,
    wEnc: tensors.get("W_enc", dIn, dSae),
    bEnc: tensors.get(gated ? "b_gate" : "b_enc", dSae),
    wDec: tensors.get("W_dec", dSae, dOut),
    bDec: tensors.get("b_dec", dOut),
    ...(architecture.includes("skip") && { wSkip: tensors.turned("W_skip", dIn, dOut) }),
    selection: selectionOf(architecture, config, tensors, dSae, wrong),
    normalisation: normalisationOf(config.normalize_activations, wrong),
    centred,
    transcodes,
  };
  const metadata = objectOf(config.metadata);
  const model = textOf(metadata.model_name ?? config.model_name);
  return {
    weights: finetuned(weights, config, tensors),
    hook: textOf(metadata.hook_name ?? config.hook_name),
    model,
    averaged: config.normalize_activations === "expected_average_only_in",
    notes: notesOf(model, textOf(metadata.hook_name ?? config.hook_name)),
  };
}

/** A cfg of before version 6 in today's words. */
function sinceVersion6(config: Config): Config {
  const scaled = config.normalize_activations;
  const kwargs = objectOf(config.activation_fn_kwargs);
  const isTopk = config.activation_fn_str === "topk" || config.activation_fn === "topk";
  return {
    ...config,
    architecture: isTopk ? "topk" : (config.architecture ?? "standard"),
    hook_name: config.hook_name ?? config.hook_point,
    k: config.k ?? kwargs.k,
    normalize_activations: scaled === true ? "expected_average_only_in" : scaled || "none",
  };
}

function selectionOf(
  architecture: Architecture,
  config: Config,
  tensors: Tensors,
  dSae: number,
  wrong: (problem: Sentence) => EngineError,
): Selection {
  switch (architecture) {
    case "standard":
    case "transcoder":
    case "skip_transcoder":
      return { kind: "relu" };
    case "jumprelu":
    case "jumprelu_transcoder":
    case "jumprelu_skip_transcoder":
      return { kind: "jumprelu", threshold: tensors.get("threshold", dSae) };
    case "gated":
      return { kind: "gated", rMag: tensors.get("r_mag", dSae), bMag: tensors.get("b_mag", dSae) };
    case "topk": {
      const k = config.k ?? 100;
      if (!Number.isInteger(k) || (k as number) < 1) throw wrong(say`k is ${JSON.stringify(k)}; it must be 1 or more`);
      if ((k as number) > dSae) throw wrong(say`k is ${String(k)}, more than its ${dSae} features`);
      return { kind: "topk", k: k as number, rescale: config.rescale_acts_by_decoder_norm === true };
    }
    default:
      return architecture satisfies never;
  }
}

function normalisationOf(name: unknown, wrong: (problem: Sentence) => EngineError): Normalisation {
  switch (name) {
    case "none":
    case "expected_average_only_in":
      return "none";
    case "layer_norm":
      return "layer-norm";
    case "constant_norm_rescale":
      return "constant-norm";
    default:
      throw wrong(
        say`normalize_activations is ${JSON.stringify(name)}; read are none, layer_norm, constant_norm_rescale and expected_average_only_in`,
      );
  }
}

/** Some of before version 6 scale each feature: folded into its decoder row. */
function finetuned(weights: DictionaryWeights, config: Config, tensors: Tensors): DictionaryWeights {
  if (config.finetuning_scaling_factor !== true || !tensors.has("finetuning_scaling_factor")) return weights;
  const factor = tensors.get("finetuning_scaling_factor", weights.dSae);
  return { ...weights, wDec: weights.wDec.map((w, at) => w * factor[Math.floor(at / weights.dOut)]) };
}

function notesOf(model: string | undefined, hook: string | undefined): Sentence[] {
  if (!/^gpt2/.test(model ?? "") || !/resid/.test(hook ?? "")) return [];
  return [
    say`Dictionaries of GPT-2's stream were mostly trained on TransformerLens' states, whose mean over the dimensions is taken out: read them with --centre. The gate on loading says which of the two it is.`,
  ];
}

function sizeOf(config: Config, name: string, wrong: (problem: Sentence) => EngineError): number {
  const size = config[name];
  if (Number.isInteger(size) && (size as number) > 0 && (size as number) < 2 ** 31) return size as number;
  throw wrong(say`${name} is ${JSON.stringify(size) ?? say`absent`}; it must be a whole number above 0`);
}

const objectOf = (value: unknown): Config => (typeof value === "object" && value !== null ? (value as Config) : {});
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
