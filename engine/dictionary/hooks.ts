// The names that other programs give to places in a model, and what they are called here.
import { say, type Sentence } from "../base/sentence.ts";
import type { Site } from "../transformer/sites.ts";
import type { DictionaryPlace } from "./weights.ts";

const NOWHERE = { site: undefined, layer: undefined };

/** TransformerLens' name in a block → our site. */
const BLOCK_HOOKS: Readonly<Record<string, Site>> = {
  hook_resid_pre: "residPre",
  hook_resid_mid: "residMid",
  hook_resid_post: "residPost",
  hook_attn_out: "attnOut",
  hook_mlp_out: "mlpOut",
  "attn.hook_z": "z",
  "attn.hook_q": "q",
  "attn.hook_k": "k",
  "attn.hook_v": "v",
  "mlp.hook_post": "hidden",
};

/** What stands in a block of TransformerLens but is no site here → why. */
const NOT_HERE: Readonly<Record<string, Sentence>> = {
  "ln1.hook_normalized": say`what attention reads behind its norm`,
  "ln2.hook_normalized": say`what the MLP reads behind its norm`,
  "mlp.hook_in": say`what the MLP reads behind its norm`,
  hook_mlp_in: say`what the MLP alone reads of the stream`,
  "mlp.hook_pre": say`hidden neurons before their non-linearity`,
  "attn.hook_result": say`heads one by one behind W_O`,
};

export interface MappedHook extends Pick<DictionaryPlace, "site" | "layer"> {
  /** Why there is no site of that name here. */
  readonly problem?: Sentence;
}

/** "blocks.8.hook_resid_post" → residPost of layer 8; "hook_embed" → residPre of layer 0; also Hugging Face's "model.layers.3.output". */
export function mapHook(hook: string): MappedHook {
  if (hook === "hook_embed") return { site: "residPre", layer: 0 };
  const block = /^blocks\.(\d+)\.(.+)$/.exec(hook);
  if (block) {
    const [, layer, name] = block;
    if (Object.hasOwn(BLOCK_HOOKS, name)) return { site: BLOCK_HOOKS[name], layer: Number(layer) };
    const known = Object.hasOwn(NOT_HERE, name) ? say`: it is ${NOT_HERE[name]}` : say``;
    return { ...NOWHERE, layer: Number(layer), problem: say`"${hook}" is no place that can be read here${known}` };
  }
  const output = /^(?:model\.|gpt_neox\.|transformer\.)?(?:layers|h)\.(\d+)(?:\.output)?$/.exec(hook);
  if (output) return { site: "residPost", layer: Number(output[1]) };
  const mlp = /^(?:model\.|gpt_neox\.|transformer\.)?(?:layers|h)\.(\d+)\.mlp(?:\.output)?$/.exec(hook);
  if (mlp) return { site: "mlpOut", layer: Number(mlp[1]) };
  return { ...NOWHERE, problem: say`"${hook}" names no place that is known here` };
}

/** The name that TransformerLens has for a site of ours; none for the pattern, whose rows are of no fixed width. */
export function hookOf(site: Site, layer: number): string {
  const name = Object.keys(BLOCK_HOOKS).find((own) => BLOCK_HOOKS[own] === site);
  return `blocks.${layer}.${name ?? `hook_${site}`}`;
}
