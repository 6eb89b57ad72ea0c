// Oracles: the same command without a stop; the run's own states; laws of plans (own value, parts sum).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Executor } from "../activations/executor.ts";
import { runPlan } from "../activations/run-plan.ts";
import { saeEvalSettings, type SaeTrainResult, saeTrainSettings } from "../choices/dictionary.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { openModel } from "../model/open.ts";
import { saeEvalTask } from "./sae-eval-task.ts";
import { saeTrainTask } from "./sae-train-task.ts";

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "sae-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = saeTrainSettings.parse({ features: 64, k: 4, steps: 210, batch: 64, tokens: 1500 });
const bytes = (out: string) => readFileSync(join(out, "sae_weights.safetensors"));

let whole: SaeTrainResult;
beforeAll(async () => {
  whole = await saeTrainTask(settings, { folder: join(folder, "whole") });
}, 120_000);

test("a dictionary of the embedded model's states explains most of them on other texts", () => {
  expect(whole.heldOut.ev).toBeGreaterThan(0.5);
  expect(whole.heldOut.l0).toBeLessThanOrEqual(4);
  expect(whole.excluded.first).toBeGreaterThan(0);
  expect(whole.notes[0].text).toMatch(/^Left out: \d+ first positions, /);
});

test("a run that is stopped goes on to the same bytes", async () => {
  const stop = new AbortController();
  const own = join(folder, "stopped");
  const first = saeTrainTask(settings, {
    folder: own,
    signal: stop.signal,
    onProgress: (stage, done) => stage === "training" && done === 205 && stop.abort(),
  });
  await expect(first).rejects.toThrow("the same command goes on from here");
  const steps: number[] = [];
  const second = await saeTrainTask(settings, {
    folder: own,
    onProgress: (stage, done) => stage === "training" && steps.push(done),
  });
  expect(steps[0]).toBe(201);
  expect(bytes(second.folder).equals(bytes(whole.folder))).toBe(true);
  expect(second.curve).toEqual(whole.curve);
});

test("further values of k are dictionaries of the same states: more features explain more, and the first is as it was alone", async () => {
  const also = await saeTrainTask({ ...settings, also: [16, 4, 1] }, { folder: join(folder, "also") });
  expect(bytes(also.folder).equals(bytes(whole.folder))).toBe(true);
  const { by, dictionaries } = also.compared!;
  expect([by, dictionaries.map(({ value }) => value)]).toEqual(["k", [1, 4, 16]]);
  expect(dictionaries.map((one) => loadDictionary(one.folder).weights.selection)).toEqual(
    [1, 4, 16].map((k) => ({ kind: "topk", k, rescale: false })),
  );
  expect(dictionaries[1].heldOut).toEqual(whole.heldOut);
  const evs = dictionaries.map(({ heldOut }) => heldOut.ev);
  expect(evs).toEqual([...evs].sort((a, b) => a - b));
});

test("the trivial dictionary: without a pull towards few features most of them fire and nearly everything is explained", async () => {
  const l1 = { ...settings, kind: "l1", sparsity: 0, also: [5] } as const;
  const { compared, heldOut, notes } = await saeTrainTask(l1, { folder: join(folder, "l1") });
  const [trivial, sparse] = compared!.dictionaries.map((one) => one.heldOut);
  expect(trivial).toEqual(heldOut);
  expect(trivial.ev).toBeGreaterThan(sparse.ev);
  expect(trivial.l0).toBeGreaterThan(3 * sparse.l0);
  expect(notes.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^Without a pull towards few features/));
});

test.each([
  [{ also: [2.5] }, "--also names 2.5, and topk takes whole numbers of features from 1 to 64."],
  [{ also: [65] }, "--also names 65, and topk takes whole numbers of features from 1 to 64."],
])("values that cannot be are refused before anything is read: %o", async (wrong, sentence) => {
  const asked = saeTrainTask({ ...settings, ...wrong }, { folder: join(folder, "wrong") });
  await expect(asked).rejects.toThrow(sentence);
});

test("what is written has the keys and shapes that SAELens reads", () => {
  const config = JSON.parse(readFileSync(join(whole.folder, "cfg.json"), "utf8")) as Record<string, unknown>;
  expect(config).toMatchObject({
    architecture: "topk",
    d_sae: 64,
    k: 4,
    apply_b_dec_to_input: true,
    normalize_activations: "none",
    metadata: { hook_name: "blocks.2.hook_resid_post" },
  });
  expect(loadDictionary(whole.folder).place).toEqual({
    hook: "blocks.2.hook_resid_post",
    site: "residPost",
    layer: 2,
    model: "sprig",
  });
});

test("a feature set to its own value changes no bit; what is spliced without the error is the decoded state", async () => {
  const model = openModel("sprig");
  const executor = new Executor(model);
  const dictionary = new SparseDictionary(loadDictionary(whole.folder).weights);
  try {
    const ids = model.tokenizer.encode("the cat");
    const where = { site: "residPost", layer: 2 } as const;
    const read = [
      { world: 0, ...where, at: "all" },
      { world: 0, site: "logits", at: "end" },
    ] as const;
    const clean = await runPlan(executor, { worlds: [{ ids }], changes: [], read });
    const state = Float32Array.from(clean.read[0].rows.at(-1)!);
    const features = await dictionary.encode(state);
    const run = (edits: { feature: number; op: "set"; by: number }[], error: "kept" | "dropped") =>
      runPlan(
        executor,
        {
          worlds: [{ ids }],
          changes: [
            { world: 0, where: { ...where, at: "end" }, change: { op: "through", dictionary: "d", edits, error } },
          ],
          read,
        },
        { resources: { dictionaries: new Map([["d", dictionary]]) } },
      );
    const own = [...features].map((by, feature) => ({ feature, op: "set" as const, by }));
    expect((await run(own, "kept")).read).toEqual(clean.read);
    const dropped = await run([], "dropped");
    const decoded = dictionary.decode(features, state);
    dropped.read[0].rows.at(-1)!.forEach((value, i) => expect(value).toBeCloseTo(decoded[i], 5));
    // Features, bias and error sum to the state: what splicing takes away is the error.
    const error = state.map((value, i) => value - decoded[i]);
    state.forEach((value, i) => expect(decoded[i] + error[i]).toBeCloseTo(value, 5));
  } finally {
    await dictionary.dispose();
    await executor.dispose();
    model.close();
  }
});

test("judged: what is spliced loses less than zeros, and random dictionaries explain less", async () => {
  const judged = await saeEvalTask(saeEvalSettings.parse({ dictionary: whole.folder, texts: 40 }));
  const { dictionary, zero } = judged.spliced;
  expect(dictionary.crossEntropy.changed.mean).toBeLessThan(zero.crossEntropy.changed.mean);
  expect(dictionary.crossEntropy.clean.mean).toBe(zero.crossEntropy.clean.mean);
  expect(judged.ev.rank).toBe(1);
  expect(judged.ev.null.draws).toHaveLength(20);
  expect(judged.reconstruction.ev).toBeCloseTo(1 - judged.reconstruction.fvu, 12);
});

test("what cannot be is a sentence", async () => {
  const run = (own: object) => saeTrainTask({ ...settings, ...own }, { folder: join(folder, "bad") });
  await expect(run({ k: 65 })).rejects.toThrow("--k is 65, more than the 64 features");
  await expect(run({ layer: 40 })).rejects.toThrow("sprig has no layer 40; its layers are 0 to");
  const large = { features: 1_000_000, batch: 2048 };
  await expect(run(large)).rejects.toThrow(/^This training needs \d+\.\d GB at once, .*; take fewer features/);
  const short = join(folder, "short.txt");
  writeFileSync(short, "one\n");
  await expect(run({ corpus: short })).rejects.toThrow("Give more texts.");
  const judge = (own: object) => saeEvalTask(saeEvalSettings.parse({ dictionary: whole.folder, ...own }));
  await expect(judge({ site: "hidden" })).rejects.toThrow(/reads states of \d+ numbers, and hidden of sprig has \d+/);
  await expect(judge({ layer: 40 })).rejects.toThrow("has no layer 40");
});

test("a dictionary that did not learn is said to explain nothing", async () => {
  const wild = await saeTrainTask({ ...settings, rate: 1e6, steps: 20 }, { folder: join(folder, "wild") });
  expect(wild.heldOut.ev).toBeLessThan(0);
  expect(wild.notes.at(-1)?.text).toMatch(/^It explains no more than the mean of the states does/);
});
