// Oracle: the libraries themselves (sae-lens 6.54.12, dictionary-learning 0.1.0, eai-sparsify 1.3.3, openai/sparse_autoencoder
// 4965b941) on tiny dictionaries in every layout, float32; tolerance 1e-5.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { mapHook } from "./hooks.ts";
import { loadDictionary } from "./load.ts";
import { SparseDictionary } from "./sparse-dictionary.ts";

interface Case {
  readonly x: readonly (readonly number[])[];
  readonly f: readonly (readonly number[])[];
  readonly xhat: readonly (readonly number[])[];
  readonly L0: readonly number[];
  readonly file?: string;
  readonly norm_scaling_factor?: number;
  readonly activation_state_dict?: { readonly k?: string };
}

const FOLDER = "test/reference/sae";
const { cases } = JSON.parse(readFileSync(join(FOLDER, "formats.json"), "utf8")) as { cases: Record<string, Case> };
const PLACES: Record<string, string> = {
  sparsify: "sparsify/layers.3",
  "sparsify-transcoder-skip": "sparsify-transcoder-skip/layers.3",
};

const scratch = mkdtempSync(join(tmpdir(), "dictionaries-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The folder of a case; OpenAI's, with the config that the conversion asks for. */
function folderOf(name: string, one: Case): string {
  if (one.file !== undefined) return dirname(join(FOLDER, one.file));
  const folder = join(FOLDER, "formats", PLACES[name] ?? name);
  if (!name.startsWith("openai")) return folder;
  const own = mkdtempSync(join(scratch, "openai-"));
  copyFileSync(join(folder, "autoencoder.safetensors"), join(own, "autoencoder.safetensors"));
  const k = one.activation_state_dict?.k;
  writeFileSync(
    join(own, "config.json"),
    JSON.stringify(k ? { activation: "TopK", k: Number(k) } : { activation: "ReLU" }),
  );
  return own;
}

function largestDifference(got: ArrayLike<number>, want: readonly (readonly number[])[]): number {
  const flat = want.flat();
  expect(got.length).toBe(flat.length);
  return flat.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
}

describe.each(Object.entries(cases))("%s", (name, one) => {
  test("features and decoded states are the library's, to 1e-5", async () => {
    const { weights } = loadDictionary(folderOf(name, one), { normScale: one.norm_scaling_factor });
    const dictionary = new SparseDictionary(weights);
    const states = Float32Array.from(one.x.flat());
    const features = await dictionary.encode(states);
    expect(largestDifference(features, one.f)).toBeLessThan(1e-5);
    expect(largestDifference(dictionary.decode(features, states), one.xhat)).toBeLessThan(1e-5);
    const counts = one.L0.map((_, row) =>
      features.subarray(row * weights.dSae, (row + 1) * weights.dSae).reduce((sum, f) => sum + Number(f !== 0), 0),
    );
    expect(counts).toEqual(one.L0);
    await dictionary.dispose();
  });
});

test.each([
  ["blocks.8.hook_resid_pre", { site: "residPre", layer: 8 }],
  ["blocks.1.attn.hook_z", { site: "z", layer: 1 }],
  ["hook_embed", { site: "residPre", layer: 0 }],
  ["model.layers.3.output", { site: "residPost", layer: 3 }],
  ["layers.3", { site: "residPost", layer: 3 }],
  ["layers.3.mlp", { site: "mlpOut", layer: 3 }],
])("the hook %s has its site", (hook, place) => {
  expect(mapHook(hook)).toEqual(place);
});

test("a hook that is no site here is named with the reason", () => {
  expect(mapHook("blocks.4.ln2.hook_normalized").problem!.text).toBe(
    '"blocks.4.ln2.hook_normalized" is no place that can be read here: it is what the MLP reads behind its norm',
  );
});

describe("bad input is a sentence", () => {
  const changed = (name: string, change: (config: Record<string, unknown>) => void): string => {
    const from = join(FOLDER, "formats", name);
    const folder = mkdtempSync(join(scratch, "bad-"));
    copyFileSync(join(from, "sae_weights.safetensors"), join(folder, "sae_weights.safetensors"));
    const config = JSON.parse(readFileSync(join(from, "cfg.json"), "utf8")) as Record<string, unknown>;
    change(config);
    writeFileSync(join(folder, "cfg.json"), JSON.stringify(config));
    return folder;
  };

  test("k larger than the number of features", () => {
    expect(() => loadDictionary(changed("topk", (config) => (config.k = 25)))).toThrow(
      "k is 25, more than its 24 features.",
    );
  });

  test("sizes that the matrices do not have, also those turned round", () => {
    const turned = changed("standard-none-bdec0", (config) => ([config.d_in, config.d_sae] = [24, 12]));
    expect(() => loadDictionary(turned)).toThrow('tensor "W_enc" is 12 × 24, expected 24 × 12');
  });

  test("an unknown architecture and an unknown normalisation", () => {
    expect(() => loadDictionary(changed("topk", (config) => (config.architecture = "temporal")))).toThrow(
      'its architecture is "temporal"',
    );
    const whitened = changed("jumprelu", (config) => (config.normalize_activations = "covariance_whitening"));
    expect(() => loadDictionary(whitened)).toThrow('normalize_activations is "covariance_whitening"');
  });

  test("a transcoder that subtracts b_dec", () => {
    expect(() => loadDictionary(changed("transcoder", (config) => (config.apply_b_dec_to_input = true)))).toThrow(
      "which a transcoder cannot have",
    );
  });

  test("a pickle is not read, and the sentence says how to convert it", () => {
    const folder = mkdtempSync(join(scratch, "pickle-"));
    writeFileSync(join(folder, "ae.pt"), "x");
    expect(() => loadDictionary(folder)).toThrow(/ae\.pt: is a PyTorch pickle\. .*safetensors/);
  });

  test("NaN in the weights, a cut archive, an empty folder, no folder", () => {
    const folder = changed("topk", () => undefined);
    const file = join(folder, "sae_weights.safetensors");
    const bytes = readFileSync(file);
    bytes.writeFloatLE(NaN, bytes.length - 4);
    writeFileSync(file, bytes);
    expect(() => loadDictionary(folder)).toThrow(/holds NaN at index/);
    const npz = readFileSync(join(FOLDER, cases["gemma-scope"].file!));
    const cut = mkdtempSync(join(scratch, "cut-"));
    writeFileSync(join(cut, "params.npz"), npz.subarray(0, npz.length - 100));
    expect(() => loadDictionary(cut)).toThrow("params.npz: it is no ZIP archive, or it is cut off.");
    expect(() => loadDictionary(mkdtempSync(join(scratch, "empty-")))).toThrow("holds no dictionary");
    expect(() => loadDictionary(join(scratch, "nowhere"))).toThrow(basename("nowhere"));
  });
});
