// A folder that is no model in Hugging Face's layout, named as what it is.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";

const ADAPTER = "adapter_config.json";

/** @throws EngineError "unsupported" for a LoRA adapter or another layout, "missing-file" where there is nothing of a model */
export function requireModelFolder(folder: string): void {
  const names = readdirSync(folder);
  if (names.includes(ADAPTER)) throw refused(folder, adapterSentence(join(folder, ADAPTER)));
  if (names.includes("config.json")) return;
  const other = OTHER_LAYOUTS.find(({ has }) => names.some((name) => has.test(name)));
  if (other) throw refused(folder, other.sentence(names.filter((name) => other.has.test(name))));
  const problem = names.length === 0 ? say`the folder is empty` : say`there is no config.json`;
  throw new EngineError(
    "missing-file",
    say`${folder}: ${problem}. Is it the model's folder, and the download complete?`,
    {
      place: { file: folder },
    },
  );
}

/** Transformers puts an adapter on the model that it lies beside, so a folder with both is no plain model either. */
function adapterSentence(file: string): Sentence {
  const json = readJsonFile(file, FILE_KINDS.config) as { base_model_name_or_path?: unknown } | null;
  const base = json?.base_model_name_or_path;
  const of = typeof base === "string" && base !== "" ? say` of ${base.slice(0, 200)}` : say``;
  return say`is an adapter (PEFT, LoRA)${of}, not a model. Merge it into its model with PEFT: model.merge_and_unload().save_pretrained(folder)`;
}

const OTHER_LAYOUTS: readonly { readonly has: RegExp; readonly sentence: (found: readonly string[]) => Sentence }[] = [
  { has: /\.gguf$/, sentence: (found) => say`holds GGUF files; name one of them: ${sayList(found.slice(0, 8), ", ")}` },
  {
    has: /^model_index\.json$/,
    sentence: () => say`is a pipeline of diffusers, not a language model. Name a folder with a config.json`,
  },
  {
    has: /^(params\.json|consolidated\.)/,
    sentence: () =>
      say`is in Meta's or Mistral's own layout. Use the model in Hugging Face's layout, with a config.json`,
  },
  {
    has: /^snapshots$/,
    sentence: () =>
      say`is a model's place in the Hugging Face cache. Name the model (org/name), or a folder in snapshots`,
  },
];

function refused(folder: string, sentence: Sentence): EngineError {
  return new EngineError("unsupported", say`${folder}: ${sentence}.`, { place: { file: folder } });
}

/** Weights in forms that are not read, and what to do instead. */
const OTHER_WEIGHTS: readonly { readonly name: RegExp; readonly reason: Sentence }[] = [
  {
    name: /^(pytorch_model.*|model|consolidated.*)\.(bin|pt|pth|ckpt)(\.index\.json)?$/,
    reason: say`is not read, because it can run code`,
  },
  { name: /\.(pt|pth|ckpt|pkl|pickle)$/, reason: say`is not read, because it can run code` },
  {
    name: /^(tf_model\.h5|flax_model.*\.msgpack|rust_model\.ot|.*\.onnx)$/,
    reason: say`is of another framework and not read`,
  },
];

/** @returns the error for a folder without readable weights */
export function withoutWeights(folder: string, wanted: readonly string[]): EngineError {
  const names = readdirSync(folder).sort();
  for (const { name, reason } of OTHER_WEIGHTS) {
    const found = names.find((file) => name.test(file));
    if (found === undefined) continue;
    return refused(folder, say`${found} ${reason}. Save the model as safetensors (save_pretrained does)`);
  }
  const others = names.filter((file) => file.endsWith(".safetensors"));
  const beside =
    others.length > 0 ? say`, only ${sayList(others.slice(0, 4), ", ")}${others.length > 4 ? ", …" : ""}` : say``;
  return new EngineError(
    "missing-file",
    say`${folder}: there is neither ${sayList(wanted, " nor ")}${beside}. Is the download complete?`,
    { place: { file: folder } },
  );
}
