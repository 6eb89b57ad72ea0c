// Features looked at and steered with, on a dictionary of the embedded model trained here.
import { Sentence } from "../base/sentence.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { saeFeaturesSettings, saeShowSettings, saeSteerSettings, saeTrainSettings } from "../choices/dictionary.ts";
import { contextWords } from "../choices/feature-context.ts";
import { readNeuronpedia } from "../choices/neuronpedia-feature.ts";
import { vectorMakeSettings } from "../choices/vector.ts";
import { greatestDifference } from "../../test/greatest-difference.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { openModel } from "../model/open.ts";
import { openVector } from "../vector/open-vector.ts";
import { vectorMakeTask } from "./vector-make-task.ts";
import { saeFeaturesTask } from "./sae-features-task.ts";
import { saeShowTask } from "./sae-show-task.ts";
import { saeSteerTask } from "./sae-steer-task.ts";
import { saeTrainTask } from "./sae-train-task.ts";

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "sae-use-"));
afterAll(() => rmSync(folder, { recursive: true }));

let dictionary: string;
beforeAll(async () => {
  const settings = saeTrainSettings.parse({ features: 128, k: 4, steps: 200, batch: 64, tokens: 1500 });
  dictionary = (await saeTrainTask(settings, { folder })).folder;
}, 120_000);

const TEXT = "In order: Tuesday, Wednesday, Thursday";
const look = (own: object) => saeFeaturesTask(saeFeaturesSettings.parse({ dictionary, tokens: 1000, ...own }));

test("features are listed by density, and a page shows contexts by quantile whose histogram counts them all", async () => {
  const { list, pages, states } = await look({ top: 4 });
  const densities = list.map(({ density }) => density);
  expect(densities).toEqual([...densities].sort((a, b) => b - a));
  const [page] = pages;
  expect(page.histogram.reduce((sum, n) => sum + n, 0)).toBe(Math.round(page.density * states));
  const values = page.bands.flatMap(({ contexts }) => contexts.map((context) => contextWords(context).value));
  expect(Math.max(...values)).toBe(page.max);
  const [max, middle] = page.bands;
  const [strongest, weaker] = [max, middle].map(({ contexts }) => contextWords(contexts[0]).value);
  expect(strongest).toBeGreaterThanOrEqual(weaker);
  expect(page.raises[0].logit).toBeGreaterThan(page.lowers[0].logit);
  expect(page.nearest.map(({ feature }) => feature)).not.toContain(page.feature);
});

test("what fires in one text and not in another fires in none of the same text", async () => {
  const { heatmap, list } = await look({ text: TEXT });
  expect(list.length).toBeGreaterThan(0);
  expect(heatmap!.values).toHaveLength(heatmap!.tokens.length);
  expect((await look({ text: TEXT, without: TEXT })).list).toEqual([]);
});

test("a token's features, and sentences for what there is not", async () => {
  expect((await look({ token: "," })).list[0].listedBy).toBeGreaterThan(0);
  await expect(look({ token: "zebra-crossing" })).rejects.toThrow('No token "zebra-crossing" stands in the texts');
  await expect(look({ features: [128] })).rejects.toThrow(
    "There is no feature 128; the dictionary has features 0 to 127.",
  );
});

test("opened: what the files say, and figures of a first look; one of random numbers is said not to fit", async () => {
  const shown = await saeShowTask(saeShowSettings.parse({ dictionary, texts: 20 }));
  expect(shown).toMatchObject({
    form: "saelens",
    selection: "topk",
    features: 128,
    hook: "blocks.2.hook_resid_post",
    trainedOn: "sprig",
    place: { site: "residPost", layer: 2 },
    implausible: [],
  });
  expect(shown.look!.l0).toBeLessThanOrEqual(4);
  const elsewhere = await saeShowTask(saeShowSettings.parse({ dictionary, texts: 20, site: "residPre", layer: 0 }));
  expect(elsewhere.implausible[0].text).toMatch(/far too little\. Model, site, layer/);
});

test("a page's contexts hold the feature at every token around, which the text itself gives", async () => {
  const { pages, list } = await look({ top: 3 });
  const [{ tokens, values, at }] = pages[0].bands[0].contexts;
  expect(values[at]).toBe(pages[0].max);
  expect(tokens[at]).toBe(list[0].topToken);
  expect(Math.max(...values)).toBe(values[at]);
});

test("pages written as Neuronpedia's JSON are read as they were; its explanations become labels, by which features are listed", async () => {
  const file = join(folder, "neuronpedia.json");
  const { pages } = await look({ features: [3, 7], neuronpedia: file });
  const written = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>[];
  const { weights } = loadDictionary(dictionary);
  expect(written[0]).toMatchObject({ modelId: "sprig", layer: "2-dictionary", index: "3", hasVector: true });
  expect(written[0].vector).toEqual([...weights.wDec.subarray(3 * weights.dOut, 4 * weights.dOut)]);
  const read = readNeuronpedia(file, readFileSync(file, "utf8"));
  if (read instanceof Sentence) throw new Error(read.text);
  for (const [i, { page }] of read.entries()) {
    const { raises, lowers, nearest, histogram, max, density } = pages[i];
    expect(page).toMatchObject({ raises, lowers, nearest, histogram, max, density });
    expect(page.bands[0].contexts).toHaveLength(pages[i].bands.flatMap(({ contexts }) => contexts).length);
  }
  written[1].explanations = [{ description: "a word of motion" }];
  writeFileSync(file, JSON.stringify(written));
  const { list } = await look({ labels: file, label: "MOTION" });
  expect(list.map(({ feature, label }) => [feature, label])).toEqual([[7, "a word of motion"]]);
  writeFileSync(file, "[{}]");
  await expect(look({ labels: file })).rejects.toThrow(`${file}: feature 1 has no index`);
});

test("features by their effect on a task: the order is that of the examples it was estimated on", async () => {
  const { list } = await look({ task: "tasks/ioi.yaml", top: 5 });
  const sizes = list.map(({ effect }) => Math.abs(effect!.discovery));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(list.map(({ listedBy, effect }) => listedBy - effect!.discovery)).toEqual([0, 0, 0, 0, 0]);
  expect(list.every(({ effect }) => Number.isFinite(effect!.heldOut))).toBe(true);
});

test("nothing added moves nothing; more moves more, beside 20 random features", async () => {
  const { list } = await look({ text: TEXT, top: 1 });
  const steer = (own: object) =>
    saeSteerTask(
      saeSteerSettings.parse({
        dictionary,
        feature: list[0].feature,
        text: TEXT,
        texts: 2,
        maxTokens: 3,
        tokens: 1000,
        ...own,
      }),
    );
  const { doses } = await steer({ strengths: [0, 1, 4] });
  expect(doses[0].kl.value).toBe(0);
  expect(doses[0].effect.value).toBe(0);
  expect(doses[2].kl.value).toBeGreaterThan(doses[1].kl.value);
  expect(doses[1].kl.null.draws).toHaveLength(20);
  const clamped = await steer({ op: "clamp", strengths: [2] });
  expect(clamped.doses[0].kl.value).toBeGreaterThan(0);
});

test("a feature as a direction is its row of the decoder, behind the layer that its dictionary reads", async () => {
  const out = join(folder, "feature.safetensors");
  const settings = vectorMakeSettings.parse({ source: dictionary, method: "feature", feature: 5, out });
  const { layer, layers } = await vectorMakeTask(settings);
  const { weights, place } = loadDictionary(dictionary);
  expect([place.site, place.layer]).toEqual(["residPost", layer]);
  expect(layers.map((one) => one.layer)).toEqual([layer]);
  const model = openModel("sprig");
  try {
    const [row] = openVector(out, model).directions.vectors;
    const expected = weights.wDec.subarray(5 * weights.dOut, 6 * weights.dOut);
    expect(greatestDifference(row, expected)).toBeLessThan(1e-6);
  } finally {
    model.close();
  }
  await expect(
    vectorMakeTask(vectorMakeSettings.parse({ source: dictionary, method: "feature", out })),
  ).rejects.toThrow("--method feature takes --feature");
});
