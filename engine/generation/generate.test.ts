// Law 14: text with the cache is the text of plain runs over all tokens. On small random models, whose logits leave no ties.
import { afterAll, describe, expect, test } from "vitest";
import { GATED, PARALLEL, PLAIN, randomModel, VARIED } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { capture } from "../activations/capture.ts";
import { Packing } from "../activations/packing.ts";
import type { Plan } from "../activations/plan.ts";
import type { Model } from "../model/model.ts";
import { logSumExp } from "../readout/distribution.ts";
import { logitsOf } from "../readout/logits.ts";
import { argMax } from "../readout/ranking.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { generate, type GenerationSettings } from "./generate.ts";

/** Token i is the letter with that number. */
const letter = (id: number) => String.fromCharCode(97 + id);
const tokenizer = {
  token: letter,
  decode: (ids: readonly number[]) => ids.map(letter).join(""),
} as unknown as Tokenizer;

const PROMPT = [3, 7, 1, 9];
const plan: Plan = { worlds: [{ ids: PROMPT }], changes: [], read: [] };
const greedy: GenerationSettings = {
  sampling: { temperature: 0 },
  maxTokens: 8,
  stopIds: [],
  stopTexts: [],
  samples: 1,
  seed: 0,
  alternatives: 2,
};

async function plainLogits(executor: Executor, ids: readonly number[]) {
  const packing = Packing.ofLengths([ids.length]);
  const { residual } = await capture(executor, packing, executor.embed(ids, packing.positions), { sites: [] });
  return logitsOf(executor, residual.slice(-executor.model.config.dModel));
}

async function plainGreedy(executor: Executor, count: number): Promise<{ ids: number[]; logProbabilities: number[] }> {
  const ids = [...PROMPT];
  const logProbabilities: number[] = [];
  for (let step = 0; step < count; step++) {
    const logits = await plainLogits(executor, ids);
    const id = argMax(logits);
    logProbabilities.push(logits[id] - logSumExp(logits));
    ids.push(id);
  }
  return { ids: ids.slice(PROMPT.length), logProbabilities };
}

describe.each([
  ["gated", GATED],
  ["plain", PLAIN],
  ["parallel", PARALLEL],
  ["sliding window", { ...GATED, slidingWindow: 3 }],
  ["layers that differ", VARIED],
])("on a model of the %s form", (_, config) => {
  const model: Model = { ...randomModel(config, 11), tokenizer };
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  afterAll(() => executor.dispose());

  test("greedy text is what plain runs over all tokens say, with their log-probabilities", async () => {
    const expected = await plainGreedy(executor, 8);
    const { samples } = await generate(executor, plan, greedy);
    const [{ tokens, text, ended }] = samples;
    expect({ ids: tokens.map(({ id }) => id), text, ended }).toEqual({
      ids: expected.ids,
      text: expected.ids.map(letter).join(""),
      ended: "length",
    });
    tokens.forEach(({ logProbability, alternatives, id }, step) => {
      expect(logProbability).toBeCloseTo(expected.logProbabilities[step], 10);
      expect(alternatives[0].id).toBe(id);
    });
  });

  test("a stop token ends the text and is no part of it; a stop string neither", async () => {
    const { ids } = await plainGreedy(executor, 8);
    const stopId = ids[4];
    const first = ids.indexOf(stopId);
    const [byToken] = (await generate(executor, plan, { ...greedy, stopIds: [stopId] })).samples;
    expect([byToken.ended, byToken.text, byToken.tokens.length]).toEqual([
      "stop-token",
      ids.slice(0, first).map(letter).join(""),
      first + 1,
    ]);
    const whole = ids.map(letter).join("");
    const stop = whole.slice(2, 4);
    const [byText] = (await generate(executor, plan, { ...greedy, stopTexts: [stop] })).samples;
    expect([byText.ended, byText.text]).toEqual(["stop-text", whole.slice(0, whole.indexOf(stop))]);
  });

  test("text that fills the context ends there and says so", async () => {
    const [{ ended, tokens }] = (await generate(executor, plan, { ...greedy, maxTokens: 1000 })).samples;
    expect([ended, tokens.length]).toEqual(["context", config.nContext - PROMPT.length + 1]);
  });

  test("several samples are those that each seed gives alone, and one seed gives one text", async () => {
    const drawn = { ...greedy, sampling: { temperature: 1.5 }, samples: 3, seed: 4 };
    const [first, again] = [await generate(executor, plan, drawn), await generate(executor, plan, drawn)];
    expect(again).toEqual(first);
    expect(new Set(first.samples.map(({ text }) => text)).size).toBeGreaterThan(1);
    const [alone] = (await generate(executor, plan, { ...drawn, samples: 1 })).samples;
    expect(alone).toEqual(first.samples[0]);
  });

  test("tokens are told as they come, and the shown pieces are the text", async () => {
    const pieces: string[][] = [[], []];
    const { samples } = await generate(
      executor,
      plan,
      { ...greedy, samples: 2, sampling: { temperature: 1 }, stopTexts: ["zz"] },
      { onToken: ({ sample, shown }) => pieces[sample].push(shown) },
    );
    expect(pieces.map((shown) => shown.join(""))).toEqual(samples.map(({ text }) => text));
  });

  test("a change of generated tokens leaves the first token alone and is counted on the others", async () => {
    const direction = Array.from({ length: config.dModel }, (_, i) => (i % 2 === 0 ? 3 : -2));
    const steered: Plan = {
      ...plan,
      changes: [
        {
          world: 0,
          where: { site: "residPost", layer: 1, at: "all", step: "generated" },
          change: { op: "add", what: { vector: direction }, scale: 1 },
        },
      ],
    };
    const [plainRun, changed] = [await generate(executor, plan, greedy), await generate(executor, steered, greedy)];
    expect(changed.samples[0].tokens[0]).toEqual(plainRun.samples[0].tokens[0]);
    expect(changed.samples[0].tokens[1].logProbability).not.toBe(plainRun.samples[0].tokens[1].logProbability);
    // The last token is chosen and not fed, so that seven of the eight were changed.
    expect(changed.fired[0].entries).toBe(7 * config.dModel);
  });
});

test("a prompt that fills the context is a sentence with both numbers", async () => {
  const executor = new Executor({ ...randomModel(GATED, 1), tokenizer }, { threads: 1 });
  const full: Plan = { ...plan, worlds: [{ ids: Array<number>(32).fill(1) }] };
  await expect(generate(executor, full, greedy)).rejects.toThrow("The prompt has 32 tokens and");
  await executor.dispose();
});

test("a stopped generation ends as cancelled", async () => {
  const executor = new Executor({ ...randomModel(GATED, 1), tokenizer }, { threads: 1 });
  const controller = new AbortController();
  const hooks = { signal: controller.signal, onToken: () => controller.abort() };
  await expect(generate(executor, plan, greedy, hooks)).rejects.toMatchObject({ code: "cancelled" });
  await executor.dispose();
});
