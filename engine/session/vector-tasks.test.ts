// The four verbs of directions on the embedded model: what is chosen is reported on other prompts, every figure has its null, and each
// change says that it acted. Numbers have their second source in engine/vector/sprig-gender.test.ts.
import { textOf } from "../base/sentence.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedPath } from "../base/installation.ts";
import { plainJson } from "../base/plain-json.ts";
import {
  vectorApplySettings,
  vectorJudgeSettings,
  vectorMakeSettings,
  vectorSweepSettings,
} from "../choices/vector.ts";
import { generateSettings } from "../choices/generate.ts";
import { generateTask } from "./generate-task.ts";
import { vectorApplyTask } from "./vector-apply-task.ts";
import { vectorJudgeTask } from "./vector-judge-task.ts";
import { vectorMakeTask } from "./vector-make-task.ts";
import { openModel } from "../model/open.ts";
import { vectorAt } from "../vector/direction.ts";
import { openVector } from "../vector/open-vector.ts";
import { randomTwins } from "../vector/random-twins.ts";
import { vectorSweepTask } from "./vector-sweep-task.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const shipped = (name: string) => installedPath(`tasks/contrast-sets/${name}.yaml`);
const gender = at("gender.safetensors");
const number = at("number.safetensors");
const make = (over: object) => vectorMakeTask(vectorMakeSettings.parse(over));

let made: Awaited<ReturnType<typeof make>>;
beforeAll(async () => {
  made = await make({ source: shipped("gender"), out: gender });
  await make({ source: shipped("number"), out: number });
});

test("a made direction has its layer from the validation prompts, and every layer's figures", () => {
  expect(made).toMatchObject({
    modelName: "sprig",
    method: "difference",
    at: "end",
    layer: 2,
    chosenBy: "rule gain on 6 validation prompts",
    notes: [],
  });
  expect(made.layers.map(({ layer }) => layer)).toEqual([-1, 0, 1, 2, 3]);
  // Both sides end in one token: there is no direction at the embedding.
  expect(made.layers[0]).toMatchObject({ norm: 0, auroc: undefined, validation: undefined });
  expect(made.layers[3].auroc).toEqual({ train: 1, validation: 1, test: 1 });
});

test.each(["component", "probe"])("a %s parts the test texts as the difference of means does", async (method) => {
  const { layers } = await make({ source: shipped("gender"), out: at(`${method}.safetensors`), method, layer: 2 });
  expect(layers[3].auroc!.test).toBe(1);
  expect(layers[3].norm).toBeLessThanOrEqual(made.layers[3].norm + 1e-6);
});

test("of several positions that is taken whose layer the rule likes best, and the others are named", async () => {
  const several = await make({ source: shipped("gender"), out: at("several.safetensors"), at: ["end-1", "end"] });
  const alone = await make({ source: shipped("gender"), out: at("alone.safetensors"), at: ["end-1"] });
  const worth = ({ layers, layer }: typeof made) => {
    const { change, kl } = layers.find((one) => one.layer === layer)!.validation!;
    return change - kl!;
  };
  const better = worth(made) > worth(alone) ? made : alone;
  expect([several.at, several.layer, several.layers]).toEqual([better.at, better.layer, better.layers]);
  expect(several.notes.map(textOf)).toEqual([
    expect.stringMatching(
      new RegExp(`^Read at ${better.at} of these positions: end-1 \\(layer ${alone.layer}: .*; end \\(layer 2: `),
    ),
  ]);
});

test("a sum of files is one file, at the layers that all have, as the sum of their vectors", async () => {
  const { layers, file, chosenBy } = await make({
    source: `${gender} - ${number}`,
    method: "sum",
    out: at("sum.gguf"),
  });
  expect([file, chosenBy]).toEqual([at("sum.gguf"), "its file"]);
  const model = openModel("sprig");
  try {
    const [sum, a, b] = [file, gender, number].map((name) => openVector(name, model).directions);
    expect(sum.layers).toEqual([1, 2, 3]);
    expect(layers.map(({ layer }) => layer)).toEqual([-1, 0, 1, 2, 3]);
    const difference = Array.from(vectorAt(a, 2)!, (x, i) => Math.fround(x - vectorAt(b, 2)![i]));
    expect(Array.from(vectorAt(sum, 2)!)).toEqual(difference);
  } finally {
    model.close();
  }
});

test("without a place for its file a direction goes into the result's folder", async () => {
  const { file, layer } = await vectorMakeTask(vectorMakeSettings.parse({ method: "neuron", layer: 1, neuron: 3 }), {
    folder,
  });
  expect([file, layer]).toEqual([at("neuron.safetensors"), 1]);
});

test("a sweep reports what it chose on prompts that chose nothing, beside 20 random directions", async () => {
  const settings = vectorSweepSettings.parse({
    sets: shipped("gender"),
    vector: gender,
    coefficients: [-1, 1],
    layers: [1, 2],
  });
  const result = await vectorSweepTask(settings);
  expect(result.cells.map(({ layer, coefficient }) => [layer, coefficient])).toEqual([
    [1, -1],
    [1, 1],
    [2, -1],
    [2, 1],
  ]);
  expect(result.test!.change).toMatchObject({ rankApart: 1, null: { draws: { length: 20 } } });
  expect(Math.abs(result.test!.change.value)).toBeGreaterThan(5);
  expect(result.test!.effect.fired[0].moved).toBeGreaterThan(0);
  expect(() => plainJson(result)).not.toThrow();
});

test("directions are judged by each other's scores: each moves its own most, and what it moves else is shown", async () => {
  const settings = vectorJudgeSettings.parse({
    sets: [shipped("gender"), shipped("number")],
    vectors: [gender, number, `${gender} - ${number}`],
    scale: 2,
    layers: [2],
    texts: 2,
    maxTokens: 4,
  });
  const { vectors, sets } = await vectorJudgeTask(settings);
  expect(sets.map(({ name, prompts }) => [name, prompts])).toEqual([
    ["gender", 6],
    ["number", 6],
  ]);
  const value = (vector: number, set: number) => vectors[vector].changes[set].value;
  expect(value(0, 0)).toBeGreaterThan(Math.abs(value(1, 0)));
  expect(value(1, 1)).toBeGreaterThan(Math.abs(value(0, 1)));
  // A sum stands beside its summands alone.
  expect(vectors[2].summands.map(({ vector, changes }) => [vector, changes[0]])).toEqual([
    [gender, value(0, 0)],
    [number, value(1, 0)],
  ]);
  expect(vectors[0].texts[0]).toMatchObject({ count: 2, matches: { steered: 2 } });
});

test.each([
  ["affine", [2]],
  ["add", [1, 2]],
])(
  "%s at layers %j stands beside random directions that act in the same way at the same layers",
  async (action, layers) => {
    const settings = vectorJudgeSettings.parse({
      sets: [shipped("gender")],
      vectors: [gender],
      action,
      layers,
      texts: 0,
    });
    const [{ changes }] = (await vectorJudgeTask(settings)).vectors;
    const { draws } = changes[0].null;
    expect([draws.length, new Set(draws).size]).toEqual([20, 20]);
    expect(draws.every((draw) => Number.isFinite(draw) && draw !== 0)).toBe(true);
    expect(Math.abs(changes[0].value)).toBeGreaterThan(Math.max(...draws.map(Math.abs)));
  },
);

test("random directions have the vector's length at each of its layers, and the mean's own share of each", () => {
  const directions = {
    method: "difference" as const,
    layers: [0, 1],
    vectors: [
      [3, 4],
      [0, 2],
    ].map((v) => new Float64Array(v)),
    about: {},
  };
  const opened = { name: "v", directions, layer: 0, streamNorms: [], figures: {}, summands: [], notes: [] };
  const means = [new Float64Array([1, 0]), new Float64Array([0, 1])];
  const twins = randomTwins(opened, [0, 1], { draws: 20, seed: 1 }, means);
  for (const { directions: twin } of twins) {
    expect(twin.vectors.map((v) => Math.hypot(...v))).toEqual([expect.closeTo(5, 12), expect.closeTo(2, 12)]);
    expect(twin.sides!.minus).toEqual([
      expect.closeTo(twin.vectors[0][0] / 5, 12),
      expect.closeTo(twin.vectors[1][1] / 2, 12),
    ]);
  }
});

describe("a text with a direction", () => {
  const text = "Yesterday John left the museum because";

  test("is written beside the clean one, each token with what the direction did to its chance", async () => {
    const parts: string[] = [];
    const settings = vectorApplySettings.parse({
      vectors: [gender],
      scales: [2],
      text,
      maxTokens: 3,
      doses: [-1, 1, 4],
      mostKl: 1,
    });
    const result = await vectorApplyTask(settings, { onToken: ({ side }) => parts.push(side) });
    expect(result.clean.tokens[0].text).toBe(" he");
    expect(result.steered.tokens[0]).toMatchObject({ text: " she", alternatives: { length: 5 } });
    expect(result.steered.tokens[0].moved).toBeGreaterThan(5);
    // What the direction did to the token that is written without it.
    expect(result.clean.tokens[0].moved).toBeLessThan(-5);
    expect(parts).toEqual(["clean", "steered", "clean", "steered", "clean", "steered"]);
    expect(result.applied[0]).toMatchObject({ action: "add", layers: [2], inVectors: 2 });
    expect(result.applied[0].inStream).toBeGreaterThan(0);
    expect(result.sane).toEqual([-1, 1]);
    expect(result.doses.map(({ coefficient }) => coefficient)).toEqual([-1, 1, 4]);
    for (const { coefficient, atPrompt } of result.doses) {
      expect(atPrompt.null.draws).toHaveLength(20);
      if (coefficient > 0) expect(atPrompt.rank).toBe(1);
    }
  });

  test("has doses whose KL at the prompt's end is that of whole distributions", async () => {
    const settings = vectorApplySettings.parse({ vectors: [gender], scales: [2], text, maxTokens: 1, doses: [0, 2] });
    const { doses } = await vectorApplyTask(settings);
    expect(doses[0].atPrompt).toMatchObject({ value: 0, null: { mean: 0 } });
    const chances = async (over: object) => {
      const all = { text, maxTokens: 1, alternatives: 1000, ...over };
      const { samples } = await generateTask(generateSettings.parse(all));
      return new Map(samples[0].tokens[0].alternatives.map(({ id, logProbability }) => [id, logProbability]));
    };
    const [p, q] = [await chances({}), await chances({ vector: gender, scale: 2 })];
    // The likeliest 1,000 tokens: the others together have less than 1e-5 of p.
    const kl = [...p].reduce((sum, [id, logP]) => sum + Math.exp(logP) * (logP - (q.get(id) ?? logP)), 0);
    expect(doses[1].atPrompt.value).toBeCloseTo(kl, 4);
  });

  test("has no doses of what depends on no coefficient, which a note says", async () => {
    const settings = vectorApplySettings.parse({
      vectors: [gender],
      actions: ["project"],
      text,
      maxTokens: 1,
      doses: [1],
    });
    const { doses, notes } = await vectorApplyTask(settings);
    expect(doses).toEqual([]);
    expect(notes.map(textOf)).toContain('What "project" does depends on no coefficient, so there are no doses of it.');
  });

  test("at coefficient 0 is the clean one to the bit, which a note says", async () => {
    const settings = vectorApplySettings.parse({ vectors: [gender], scales: [0], text, maxTokens: 4 });
    const { clean, steered, notes } = await vectorApplyTask(settings);
    expect(steered.tokens.map(({ moved }) => moved)).toEqual([0, 0, 0, 0]);
    expect(steered.text).toBe(clean.text);
    expect(notes.map(textOf).join()).toContain("moved nothing");
  });

  test("is that of generate with the same direction", async () => {
    const own = await vectorApplyTask(
      vectorApplySettings.parse({ vectors: [gender], scales: [2], text, maxTokens: 5 }),
    );
    const { samples, fired } = await generateTask(
      generateSettings.parse({ text, vector: gender, scale: 2, maxTokens: 5 }),
    );
    expect(samples[0].tokens.map(({ id }) => id)).toEqual(own.steered.tokens.map(({ id }) => id));
    expect(fired).toEqual(own.applied[0].fired);
  });
});

describe("what cannot be made is a sentence", () => {
  test.each([
    [
      "another ending",
      { source: shipped("gender"), out: at("v.pt") },
      "a direction is written as .safetensors, .gguf, .json",
    ],
    ["no source", { out: at("v.gguf") }, "--method difference is made from contrast sets; name its file."],
    [
      "a chat of a model without a template",
      { source: shipped("declined"), out: at("v.gguf") },
      "sprig has no chat template",
    ],
    ["a token that is missing", { method: "unembedding", plus: " she", out: at("v.gguf") }, "--minus is missing"],
    [
      "a neuron that there is none of",
      { method: "neuron", layer: 1, neuron: 99999, out: at("v.gguf") },
      "There is no neuron 99999",
    ],
    [
      "too few samples",
      {
        source: installedPath("tasks/relations/country-capital.json"),
        method: "task",
        form: "list",
        queries: 500,
        out: at("v.gguf"),
      },
      "Ask for fewer.",
    ],
    [
      "examples that the model has no room for",
      { source: installedPath("tasks/relations/couple-town.json"), method: "task", out: at("v.gguf") },
      "sprig reads 32 at most. Show fewer examples with --shots, or write them shorter with --form list.",
    ],
  ])("%s", async (_, settings, sentence) => {
    await expect(make(settings)).rejects.toThrow(sentence);
  });
});
