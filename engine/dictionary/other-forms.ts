// Dictionaries as Gemma Scope, sparsify, dictionary_learning and OpenAI lay them out.
import { EngineError } from "../base/errors.ts";
import { type Note, say } from "../base/sentence.ts";
import type { Tensors } from "./tensors.ts";
import type { DictionaryWeights } from "./weights.ts";

type Config = Readonly<Record<string, unknown>>;

/** What a form's reader makes of a file. */
export interface ReadDictionary {
  readonly weights: DictionaryWeights;
  readonly hook: string | undefined;
  readonly model: string | undefined;
  /** Trained on states that were scaled to a mean norm, whose scale may not be folded in. */
  readonly averaged?: boolean;
  readonly notes?: readonly Note[];
}

const plain = { normalisation: "none", centred: false, transcodes: false } as const;

/** Gemma Scope (NumPy) and Gemma Scope 2 (safetensors, names in small letters, an affine skip): JumpReLU, b_dec not subtracted. */
export function gemmaScope(tensors: Tensors, config: Config, folder: string): ReadDictionary {
  const named = (name: string) => (tensors.has(name) ? name : name.toLowerCase().replace(/^(.)_/, "$1_"));
  const [dIn, dSae] = matrix(tensors, named("W_enc"));
  const [, dOut] = matrix(tensors, named("W_dec"));
  const threshold = tensors.get("threshold", dSae);
  const skip = "affine_skip_connection";
  const weights: DictionaryWeights = {
    ...plain,
    dIn,
    dSae,
    dOut,
    wEnc: tensors.get(named("W_enc"), dIn, dSae),
    bEnc: tensors.get("b_enc", dSae),
    wDec: tensors.get(named("W_dec"), dSae, dOut),
    bDec: tensors.get("b_dec", dOut),
    ...(tensors.has(skip) && { wSkip: tensors.get(skip, dIn, dOut) }),
    selection: { kind: "jumprelu", threshold },
    transcodes: config.type === "transcoder" || tensors.has(skip),
  };
  const layer = /layer_(\d+)/.exec(folder)?.[1];
  if (/\/embedding\//.test(`${folder}/`)) return { weights: unscaled(weights), hook: "hook_embed", model: undefined };
  const hook = typeof config.hf_hook_point_in === "string" ? config.hf_hook_point_in : hookOfFolder(folder, layer);
  return { weights, hook, model: typeof config.model_name === "string" ? config.model_name : undefined };
}

/** Their dictionaries of embeddings were trained on the embedding before it is multiplied by √d. */
function unscaled(weights: DictionaryWeights): DictionaryWeights {
  const root = Math.sqrt(weights.dIn);
  return { ...weights, wEnc: weights.wEnc.map((w) => w / root), wDec: weights.wDec.map((w) => w * root) };
}

function hookOfFolder(folder: string, layer: string | undefined): string | undefined {
  if (layer === undefined) return undefined;
  if (/att/.test(folder)) return `blocks.${layer}.attn.hook_z`;
  if (/transcoder/.test(folder)) return `blocks.${layer}.ln2.hook_normalized`;
  if (/mlp/.test(folder)) return `blocks.${layer}.hook_mlp_out`;
  return /res/.test(folder) ? `blocks.${layer}.hook_resid_post` : undefined;
}

/** EleutherAI sparsify: TopK, W_dec "dSae dOut" beside encoder.weight "dSae dIn", b_dec subtracted unless it transcodes. */
export function sparsify(tensors: Tensors, config: Config, folder: string): ReadDictionary {
  const [dSae, dIn] = matrix(tensors, "encoder.weight");
  const [, dOut] = matrix(tensors, "W_dec");
  const transcodes = config.transcode === true;
  const k = countOf(config.k ?? 32, dSae, tensors);
  if (config.activation !== undefined && config.activation !== "topk") throw unknownKind(tensors, config.activation);
  const weights: DictionaryWeights = {
    ...plain,
    dIn,
    dSae,
    dOut,
    wEnc: tensors.turned("encoder.weight", dIn, dSae),
    bEnc: tensors.get("encoder.bias", dSae),
    wDec: tensors.get("W_dec", dSae, dOut),
    bDec: tensors.get("b_dec", dOut),
    ...(tensors.has("W_skip") && { wSkip: tensors.turned("W_skip", dIn, dOut) }),
    selection: { kind: "topk", k, rescale: false },
    centred: !transcodes,
    transcodes,
  };
  const place = /(?:^|\/)((?:layers|h)\.\d+(?:\.mlp)?)\/?$/.exec(folder)?.[1];
  return { weights, hook: place, model: undefined };
}

/** dictionary_learning, converted; the kind stands in config.json. Features as the weights give them, the decoder not rescaled. */
export function dictionaryLearning(tensors: Tensors, config: Config): ReadDictionary {
  const trainer = (config.trainer ?? {}) as Config;
  const kind = trainer.dict_class;
  const place = {
    hook: Number.isInteger(trainer.layer) ? `blocks.${String(trainer.layer)}.hook_resid_post` : undefined,
    model: typeof trainer.lm_name === "string" ? trainer.lm_name : undefined,
  };
  const notes =
    place.hook === undefined
      ? []
      : [say`dictionary_learning names a layer and no site: the block's output is taken; say --site for another one.`];
  if (kind === "JumpReluAutoEncoder") {
    const [dIn, dSae] = matrix(tensors, "W_enc");
    const weights: DictionaryWeights = {
      ...plain,
      dIn,
      dSae,
      dOut: dIn,
      wEnc: tensors.get("W_enc", dIn, dSae),
      bEnc: tensors.get("b_enc", dSae),
      wDec: tensors.get("W_dec", dSae, dIn),
      bDec: tensors.get("b_dec", dIn),
      selection: { kind: "jumprelu", threshold: tensors.get("threshold", dSae) },
    };
    return { ...place, weights, notes };
  }
  const [dSae, dIn] = matrix(tensors, "encoder.weight");
  const shared = {
    ...plain,
    dIn,
    dSae,
    dOut: dIn,
    wEnc: tensors.turned("encoder.weight", dIn, dSae),
    wDec: tensors.turned("decoder.weight", dSae, dIn),
    centred: true,
  };
  switch (kind) {
    case "AutoEncoder":
      return {
        ...place,
        notes,
        weights: {
          ...shared,
          bEnc: tensors.get("encoder.bias", dSae),
          bDec: tensors.get("bias", dIn),
          selection: { kind: "relu" },
        },
      };
    case "GatedAutoEncoder":
      return {
        ...place,
        notes,
        weights: {
          ...shared,
          bEnc: tensors.get("gate_bias", dSae),
          bDec: tensors.get("decoder_bias", dIn),
          selection: { kind: "gated", rMag: tensors.get("r_mag", dSae), bMag: tensors.get("mag_bias", dSae) },
        },
      };
    case "AutoEncoderTopK":
    case "BatchTopKSAE": {
      const one = tensors.get("threshold");
      const k = countOf(trainer.k, dSae, tensors);
      return {
        ...place,
        notes,
        weights: {
          ...shared,
          bEnc: tensors.get("encoder.bias", dSae),
          bDec: tensors.get("b_dec", dIn),
          selection:
            kind === "AutoEncoderTopK"
              ? { kind: "topk", k, rescale: false }
              : { kind: "jumprelu", threshold: new Float32Array(dSae).fill(one[0]) },
        },
      };
    }
    default:
      throw unknownKind(tensors, kind);
  }
}

/** openai/sparse_autoencoder, converted, with a config.json of {"activation": "TopK", "k": 32} or {"activation": "ReLU"}. */
export function openai(tensors: Tensors, config: Config): ReadDictionary {
  const [dSae, dIn] = matrix(tensors, "encoder.weight");
  const isTopk = config.activation === "TopK";
  if (!isTopk && config.activation !== "ReLU") {
    throw tensors.wrong(
      say`config.json beside it must say {"activation": "TopK", "k": 32} or {"activation": "ReLU"}, as the pickle did (docs/features.md)`,
    );
  }
  const weights: DictionaryWeights = {
    dIn,
    dSae,
    dOut: dIn,
    wEnc: tensors.turned("encoder.weight", dIn, dSae),
    bEnc: tensors.get("latent_bias", dSae),
    wDec: tensors.turned("decoder.weight", dSae, dIn),
    bDec: tensors.get("pre_bias", dIn),
    selection: isTopk ? { kind: "topk", k: countOf(config.k, dSae, tensors), rescale: false } : { kind: "relu" },
    // Their "normalize" is on exactly for TopK.
    normalisation: isTopk ? "layer-norm" : "none",
    centred: true,
    transcodes: false,
  };
  return { weights, hook: typeof config.hook === "string" ? config.hook : undefined, model: undefined };
}

function matrix(tensors: Tensors, name: string): readonly [number, number] {
  const shape = tensors.shape(name);
  if (shape.length === 2) return [shape[0], shape[1]];
  throw tensors.wrong(say`tensor "${name}" has ${shape.length} axes, expected 2`);
}

function countOf(k: unknown, dSae: number, tensors: Tensors): number {
  if (Number.isInteger(k) && (k as number) >= 1 && (k as number) <= dSae) return k as number;
  throw tensors.wrong(
    say`k is ${JSON.stringify(k) ?? say`absent`} in its config, expected 1 to ${dSae}, its number of features`,
  );
}

function unknownKind(tensors: Tensors, kind: unknown): EngineError {
  return new EngineError(
    "unsupported",
    say`${tensors.file}: dictionaries of kind ${JSON.stringify(kind)} are not read.`,
  );
}
