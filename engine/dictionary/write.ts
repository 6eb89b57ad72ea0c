// Writes a dictionary as SAELens reads it: cfg.json and sae_weights.safetensors (version 6).
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { makeFolder } from "../base/make-folder.ts";
import { type NamedTensor, safetensorsBytes } from "../formats/write-safetensors.ts";
import { hookOf } from "./hooks.ts";
import type { SitePlace } from "./states.ts";
import type { DictionaryWeights } from "./weights.ts";

export interface DictionaryAbout {
  readonly model: string;
  readonly place: SitePlace;
  /** Of transcoders: where its output belongs. */
  readonly target?: SitePlace;
  readonly contextSize: number;
  readonly prependBos: boolean;
  /** What it was trained on and how, for people. */
  readonly training: Readonly<Record<string, string | number>>;
}

export function writeDictionary(folder: string, weights: DictionaryWeights, about: DictionaryAbout): void {
  const { dIn, dSae, dOut, wEnc, bEnc, wDec, bDec, selection, transcodes, centred } = weights;
  const tensors: NamedTensor[] = [
    { name: "W_enc", shape: [dIn, dSae], data: wEnc },
    { name: "b_enc", shape: [dSae], data: bEnc },
    { name: "W_dec", shape: [dSae, dOut], data: wDec },
    { name: "b_dec", shape: [dOut], data: bDec },
    ...(selection.kind === "jumprelu" ? [{ name: "threshold", shape: [dSae], data: selection.threshold }] : []),
  ];
  const config = {
    architecture: architectureOf(weights),
    d_in: dIn,
    d_sae: dSae,
    ...(transcodes && { d_out: dOut }),
    ...(selection.kind === "topk" && { k: selection.k, rescale_acts_by_decoder_norm: selection.rescale }),
    dtype: "float32",
    device: "cpu",
    apply_b_dec_to_input: centred,
    normalize_activations: "none",
    reshape_activations: about.place.site === "z" ? "hook_z" : "none",
    metadata: {
      model_name: about.model,
      hook_name: hookOf(about.place.site, about.place.layer),
      ...(about.target && { hook_name_out: hookOf(about.target.site, about.target.layer) }),
      hook_head_index: null,
      prepend_bos: about.prependBos,
      context_size: about.contextSize,
      sae_lens_version: "6.54.12",
      secateur: about.training,
    },
  };
  makeFolder(folder);
  writeFileAtomic(join(folder, "sae_weights.safetensors"), safetensorsBytes(tensors));
  writeFileAtomic(join(folder, "cfg.json"), `${JSON.stringify(config, undefined, 2)}\n`);
}

function architectureOf({ selection, transcodes }: DictionaryWeights): string {
  switch (selection.kind) {
    case "relu":
      return transcodes ? "transcoder" : "standard";
    case "jumprelu":
      return transcodes ? "jumprelu_transcoder" : "jumprelu";
    case "topk":
    case "gated":
      return selection.kind;
    default:
      return selection satisfies never;
  }
}
