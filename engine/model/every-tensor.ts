// Every tensor of a checkpoint is read, or known to be no weight of the language model, or an error that names it.
import { EngineError } from "../base/errors.ts";
import { counted, say, type Sentence } from "../base/sentence.ts";
import type { Checkpoint, StoredTensor } from "../formats/checkpoint.ts";
import type { ModelConfig } from "./model.ts";
import type { Stored, WeightNames } from "./weight-names.ts";

/** Tensors that no figure depends on. */
const HARMLESS: readonly { readonly name: RegExp; readonly holds?: (tensor: StoredTensor) => boolean }[] = [
  // Rotary tables, which follow from the config, whatever older versions stored.
  { name: /(^|\.)rotary_emb\.(inv_freq|original_inv_freq|cos_cached|sin_cached)$/ },
  // GPT-2's and GPT-NeoX's causal mask and what it fills in; a bias of that name would be a vector.
  { name: /(^|\.)(attn|attention)\.bias$/, holds: ({ shape }) => shape.length > 1 },
  { name: /(^|\.)(attn|attention)\.masked_bias$/, holds: ({ shape }) => shape.length === 0 },
  { name: /(^|\.)position_ids$/ },
  // Heads for other tasks, beside the unembedding.
  { name: /^(score|classifier|qa_outputs|multiple_choice_head|v_head)\./ },
];

const isHarmless = (tensor: StoredTensor): boolean =>
  HARMLESS.some(({ name, holds }) => name.test(tensor.name) && (holds?.(tensor) ?? true));

/** What gives away that a checkpoint's weights are not the model's plain weights, and the way to those. */
const FOREIGN_FORMS: readonly { readonly name: RegExp; readonly what: Sentence; readonly remedy: Sentence }[] = [
  {
    name: /(^|\.)(lora_[ABab]|lora_embedding_[AB]|lora_magnitude_vector|modules_to_save|base_layer)(\.|$)/,
    what: say`an adapter (LoRA) that was not merged into the model`,
    remedy: say`Merge it with PEFT: model.merge_and_unload().save_pretrained(folder)`,
  },
  {
    name: /\.(qweight|qzeros|g_idx|weight_packed|weight_scale|weight_scale_inv|absmax|quant_map|quant_state\..*|SCB|scales)$/,
    what: say`quantised weights of a form that is not read`,
    remedy: say`Use the unquantised model, or a GGUF of it`,
  },
  {
    name: /(\.experts\.|_exps\.|\.gate_inp\.|block_sparse_moe)/,
    what: say`a mixture of experts`,
    remedy: say`Use a model with one MLP in each layer`,
  },
];

/** @throws EngineError "unsupported" where the names show an adapter, a foreign quantisation or experts */
export function requirePlainWeights(checkpoint: Checkpoint): void {
  for (const { name, file } of checkpoint.tensors.values()) {
    const form = FOREIGN_FORMS.find((foreign) => foreign.name.test(name));
    if (!form) continue;
    throw new EngineError(
      "unsupported",
      say`${file}: tensor "${name}" belongs to ${form.what}, which is not supported. ${form.remedy}.`,
      { place: { file }, tensor: name },
    );
  }
}

/**
 * A tensor that no table names would silently be left out of the computation.
 *
 * @throws EngineError "unsupported" naming the first such tensor
 */
export function requireEveryTensorRead(checkpoint: Checkpoint, config: ModelConfig, names: WeightNames): void {
  const read = new Set(keysOf(config, names));
  for (const tensor of checkpoint.tensors.values()) {
    if (read.has(tensor.name) || isHarmless(tensor)) continue;
    const { name, file } = tensor;
    throw new EngineError(
      "unsupported",
      say`${file}: tensor "${name}" is not part of a ${config.architecture} model of ${counted(config.nLayers, say`layer`, say`layers`)} as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?`,
      { place: { file }, tensor: name },
    );
  }
}

function keysOf(config: ModelConfig, names: WeightNames): string[] {
  const { embed, positions, finalNorm, unembed, accounted = [] } = names;
  const outside = [embed, positions, finalNorm.gain, finalNorm.bias, unembed?.key, unembed?.bias, ...accounted];
  const layers = Array.from({ length: config.nLayers }, (_, l) => Object.values(names.layer(l)) as Stored[]);
  return [...outside.filter((key) => key !== undefined), ...layers.flat().map(({ key }) => key)];
}
