// Opens a dictionary of features that someone trained, in any of the forms that people share.
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { FILE_KINDS, isFolder } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { mapHook } from "./hooks.ts";
import { dictionaryHash } from "./identity.ts";
import { dictionaryLearning, gemmaScope, openai, type ReadDictionary, sparsify } from "./other-forms.ts";
import { saelens } from "./saelens.ts";
import { openTensors, Tensors } from "./tensors.ts";
import type { DictionaryForm, LoadedDictionary } from "./weights.ts";

interface FormFiles {
  readonly form: DictionaryForm;
  readonly weights: string;
  readonly config: string;
  /** Whether the form says nothing without its config. */
  readonly needsConfig: boolean;
  readonly read: (tensors: Tensors, config: Readonly<Record<string, unknown>>, folder: string) => ReadDictionary;
}

/** A folder holds one of these. */
const FORMS: readonly FormFiles[] = [
  { form: "saelens", weights: "sae_weights.safetensors", config: "cfg.json", needsConfig: true, read: saelens },
  { form: "gemma-scope", weights: "params.npz", config: "config.json", needsConfig: false, read: gemmaScope },
  { form: "gemma-scope-2", weights: "params.safetensors", config: "config.json", needsConfig: false, read: gemmaScope },
  { form: "sparsify", weights: "sae.safetensors", config: "cfg.json", needsConfig: true, read: sparsify },
  {
    form: "dictionary_learning",
    weights: "ae.safetensors",
    config: "config.json",
    needsConfig: true,
    read: dictionaryLearning,
  },
  { form: "openai", weights: "autoencoder.safetensors", config: "config.json", needsConfig: false, read: openai },
];

const CONVERSION = say`Pickles can run any program, so they are not read. Convert it once, where PyTorch is: python -c "import torch, safetensors.torch as s; d = torch.load('IN.pt', map_location='cpu', weights_only=True); s.save_file({k: v.contiguous() for k, v in d.items() if hasattr(v, 'shape')}, 'OUT.safetensors')"; docs/features.md says more.`;

export interface LoadOptions {
  /** √d over the mean norm of the states that it was trained on: folded into a dictionary of "expected_average_only_in". */
  readonly normScale?: number;
}

/**
 * @param path a folder, or the weights inside it
 * @throws EngineError "missing-file"; "invalid-file" where the weights do not have the shapes that the sizes ask for, hold what is no
 *   number, or the config says what cannot be; "unsupported" for pickles and kinds that are not known
 */
export function loadDictionary(path: string, { normScale }: LoadOptions = {}): LoadedDictionary {
  const { form, file } = findWeights(path);
  const folder = dirname(file);
  const config = readConfig(join(folder, form.config), form.needsConfig);
  const source = openTensors(file);
  try {
    const tensors = new Tensors(source);
    const { weights, hook, model, notes = [], averaged = false } = form.read(tensors, config, folder);
    const mapped = hook === undefined ? undefined : mapHook(hook);
    const all = [...notes];
    if (mapped?.problem !== undefined) all.push(say`${mapped.problem}. Say with --site and --layer where it belongs.`);
    if (hook === undefined) all.push(say`The file does not say where it belongs; say it with --site and --layer.`);
    if (averaged && normScale === undefined) {
      all.push(
        say`It was trained on states scaled to a mean norm of √d. If L0 and EV are far off, that scale was not folded in: give it with --norm-scale.`,
      );
    }
    const used = averaged && normScale !== undefined ? folded(weights, normScale) : weights;
    const place = { hook, site: mapped?.site, layer: mapped?.layer, model };
    return {
      weights: used,
      place,
      form: form.form,
      file,
      sha256: dictionaryHash(used, place),
      notes: all,
    };
  } finally {
    source.close();
  }
}

function findWeights(path: string): { form: FormFiles; file: string } {
  if (!isFolder(path)) {
    const form = FORMS.find(({ weights }) => weights === basename(path));
    if (form) return { form, file: path };
    if (/\.(pt|pth|pkl|bin|ckpt)$/.test(path)) throw pickle(path);
    const names = sayList(
      FORMS.map(({ weights }) => weights),
      ", ",
    );
    const sentence = say`${path}: is no dictionary that is known here. Name a folder, or a file called one of ${names}.`;
    throw new EngineError(isMissing(path) ? "missing-file" : "unsupported", sentence, { place: { file: path } });
  }
  const names = readdirSync(path);
  const form = FORMS.find(({ weights }) => names.includes(weights));
  if (form) return { form, file: join(path, form.weights) };
  const pickled = names.find((name) => /\.(pt|pth|pkl)$/.test(name));
  if (pickled !== undefined) throw pickle(join(path, pickled));
  throw new EngineError(
    "missing-file",
    say`${path}: holds no dictionary: none of ${sayList(
      FORMS.map(({ weights }) => weights),
      ", ",
    )}.`,
    { place: { file: path } },
  );
}

function isMissing(path: string): boolean {
  try {
    return !readdirSync(dirname(path)).includes(basename(path));
  } catch {
    return true;
  }
}

function pickle(file: string): EngineError {
  return new EngineError("unsupported", say`${file}: is a PyTorch pickle. ${CONVERSION}`, { place: { file } });
}

function readConfig(file: string, needed: boolean): Readonly<Record<string, unknown>> {
  if (!needed && isMissing(file)) return {};
  const read = readJsonFile(file, FILE_KINDS.config);
  if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Record<string, unknown>;
  throw new EngineError("invalid-file", say`${file}: is no JSON object. Is it another kind of file?`, {
    place: { file },
  });
}

/** W_enc · s, W_dec / s, b_dec / s: the same features of states as they are, as of states times s. */
function folded(weights: LoadedDictionary["weights"], s: number): LoadedDictionary["weights"] {
  return {
    ...weights,
    wEnc: weights.wEnc.map((w) => w * s),
    wDec: weights.wDec.map((w) => w / s),
    bDec: weights.bDec.map((b) => b / s),
  };
}
