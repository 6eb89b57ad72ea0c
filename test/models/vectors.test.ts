// Directions of SmolLM2 against PyTorch (test/reference/vectors says how): vectors to 2e-5 of their length, scores and logits to 2e-3,
// KL to 2 %, effects of heads to 1e-4; counts of right answers and written tokens equal.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { norm } from "../../engine/activations/change-rows.ts";
import type { Executor } from "../../engine/activations/executor.ts";
import { type FreeChange, neutralEffects } from "../../engine/evaluate/neutral-effect.ts";
import { SafetensorsFile } from "../../engine/formats/safetensors.ts";
import { forEachLogits } from "../../engine/readout/logits.ts";
import type { ContrastSets } from "../../engine/task/contrast-sets.ts";
import { changesOf } from "../../engine/vector/act.ts";
import { forEachEnd } from "../../engine/vector/ends.ts";
import { answersUnder, inContextPrompt, withRotatedAnswers } from "../../engine/vector/in-context.ts";
import { siteOf } from "../../engine/vector/place.ts";
import { PromptWriter } from "../../engine/vector/prompts.ts";
import { scoresUnder } from "../../engine/vector/score.ts";
import { statesOfSides } from "../../engine/vector/sides.ts";
import { steeredText } from "../../engine/vector/steered-text.ts";
import { differenceOfMeans } from "../../engine/vector/ways/difference-of-means.ts";
import { headsVector, indirectEffects, meanHeadOutputs } from "../../engine/vector/ways/function-vector.ts";
import { taskVector } from "../../engine/vector/ways/task-vector.ts";
import { smollm2IsHere, smollm2Reason } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface TaskReference {
  readonly pairs: readonly (readonly [string, string])[];
  readonly test: number;
  readonly answerIds: readonly number[];
  readonly demos: readonly (readonly number[])[];
  readonly firstPrompt: { readonly ids5: readonly number[]; readonly ids0: readonly number[] };
  readonly top5shot: readonly number[];
  readonly top0shot: readonly number[];
  readonly extraction: readonly (readonly number[])[];
  readonly theta: { readonly norm: readonly number[]; readonly first5: readonly (readonly number[])[] };
  readonly taskVectorCorrect: readonly number[];
  readonly taskVectorLogitFirstQuery: readonly number[];
  readonly cieFirstPrompt: {
    readonly ids: readonly number[];
    readonly answer: number;
    readonly p0: number;
    readonly cie: readonly (readonly number[])[];
  };
  readonly functionVector: {
    readonly norm: number;
    readonly first5: readonly number[];
    readonly queries: number;
    readonly correct: readonly number[];
  };
}
interface Doses {
  readonly perPrompt: readonly number[];
  readonly KL: number;
}
interface Refusal {
  /** Of the first eight requests of each side. */
  readonly few: { readonly norm: readonly number[]; readonly first5: readonly (readonly number[])[] };
  readonly bestLayer: number;
  readonly refusalTokens: readonly (readonly [number, string])[];
  readonly metricPrompts: readonly { readonly text: string; readonly clean: number }[];
  readonly coefficients: Readonly<Record<string, Doses>>;
  readonly ablation: Doses;
  /** Of the first random direction on the first four prompts. */
  readonly null: { readonly perPrompt: readonly number[] };
  readonly generations: {
    readonly prompts: readonly {
      readonly text: string;
      readonly promptIds: readonly number[];
      readonly ids: Readonly<Record<string, readonly number[]>>;
    }[];
  };
  readonly data: {
    readonly plus: readonly string[];
    readonly minus: readonly string[];
    readonly neutral: readonly string[];
  };
}

const folder = new URL("../reference/vectors/", import.meta.url);
const read = <T>(name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
const furthest = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  Math.max(...Array.from(expected, (x, i) => Math.abs(x - found[i])));

describe.skipIf(!smollm2IsHere)(`directions of SmolLM2${smollm2Reason}`, () => {
  let executor: Executor;
  beforeAll(() => void (executor = executorOf("smollm2")));

  describe("a task shown by examples", () => {
    const { aie, tasks } = read<{
      readonly aie: { readonly top10: readonly (readonly [layer: number, head: number, effect: number])[] };
      readonly tasks: Readonly<Record<string, TaskReference>>;
    }>("tasks.json");
    const layers = Array.from({ length: 30 }, (_, layer) => layer);
    const shotOf = ([input, output]: readonly [string, string]) => ({ input, output });
    const promptsOf = ({ pairs, test: count, demos, extraction }: TaskReference) => {
      const { tokenizer } = executor.model;
      const write = (shots: readonly number[], query: readonly [string, string]) =>
        inContextPrompt(tokenizer, "arrow", shots.map((shot) => shotOf(pairs[shot])), shotOf(query));
      const queries = pairs.slice(0, count);
      return {
        zero: queries.map((query) => write([], query)),
        five: queries.map((query, q) => write(demos[q], query)),
        extraction: extraction.map((own) => write(own.slice(0, 5), pairs[own[5]])),
      };
    };
    const right = (tops: ArrayLike<number>, answers: readonly number[]) =>
      answers.filter((answer, p) => tops[p] === answer).length;

    // A vector of each layer costs the layers from it on for every query.
    test("task vectors are PyTorch's, and answer as often as there at every third layer", async () => {
      const task = tasks["country-capital"];
      const { zero, five, extraction } = promptsOf(task);
      expect([zero[0].ids, five[0].ids, zero.map(({ answer }) => answer)]).toEqual([
        task.firstPrompt.ids0,
        task.firstPrompt.ids5,
        task.answerIds,
      ]);
      const theta = (await taskVector(executor, extraction.slice(0, 5))).slice(1);
      theta.forEach((vector, layer) => {
        expect(Math.abs(norm(vector) - task.theta.norm[layer]), `layer ${layer}`).toBeLessThan(
          2e-5 * task.theta.norm[layer],
        );
        expect(furthest(vector.subarray(0, 5), task.theta.first5[layer])).toBeLessThan(2e-5 * task.theta.norm[layer]);
      });
      const tried = layers.filter((layer) => layer % 3 === 2);
      const replaced = tried.map((layer): FreeChange[] => [
        {
          where: { ...siteOf(layer), at: "end", step: "prompt" },
          change: { op: "set", to: { vector: Array.from(theta[layer]) } },
        },
      ]);
      const [clean, ...tops] = await answersUnder(executor, zero, [[], ...replaced]);
      expect(Array.from(clean)).toEqual(task.top0shot);
      expect(tops.map((top) => right(top, task.answerIds))).toEqual(tried.map((layer) => task.taskVectorCorrect[layer]));
      const logits: number[] = [];
      await forEachEnd(executor, zero.slice(0, 1), replaced, {}, (states) =>
        forEachLogits(executor, states, (row) => void logits.push(row[task.answerIds[0]])),
      );
      const expected = tried.map((layer) => task.taskVectorLogitFirstQuery[layer]);
      expect([logits.length, furthest(logits, expected) < 2e-3]).toEqual([tried.length, true]);
      const [few] = await answersUnder(executor, five, [[]]);
      expect(Array.from(few)).toEqual(task.top5shot);
    });

    test("each head's indirect effect is PyTorch's", async () => {
      const task = tasks["country-capital"];
      const means = await meanHeadOutputs(executor, promptsOf(task).extraction);
      const [first] = task.extraction;
      const shots = withRotatedAnswers(first.slice(0, 5).map((shot) => shotOf(task.pairs[shot])));
      const shuffled = inContextPrompt(executor.model.tokenizer, "arrow", shots, shotOf(task.pairs[first[5]]));
      const { ids, answer, p0, cie } = task.cieFirstPrompt;
      expect(shuffled).toEqual({ ids, answer });
      const { clean, byHead } = await indirectEffects(executor, [shuffled], means);
      expect(Math.abs(clean[0] - p0)).toBeLessThan(1e-4);
      byHead.forEach((heads, layer) => expect(furthest(heads, cie[layer]), `layer ${layer}`).toBeLessThan(1e-4));
    });

    test("the function vector of capital letters is PyTorch's, and answers as often as there at every third layer", async () => {
      const task = tasks.capitalize;
      const { zero, extraction } = promptsOf(task);
      const { norm: length, first5, queries, correct } = task.functionVector;
      const heads = aie.top10.map(([layer, head]) => ({ layer, head }));
      const vector = headsVector(executor, heads, await meanHeadOutputs(executor, extraction));
      expect(Math.abs(norm(vector) - length)).toBeLessThan(2e-5 * length);
      expect(furthest(vector.subarray(0, 5), first5)).toBeLessThan(2e-5 * length);
      const tried = layers.filter((layer) => layer % 3 === 2);
      const added = tried.map((layer): FreeChange[] => [
        {
          where: { ...siteOf(layer), at: "end", step: "prompt" },
          change: { op: "add", what: { vector: Array.from(vector) }, scale: 1 },
        },
      ]);
      const tops = await answersUnder(executor, zero.slice(0, queries), added);
      expect(tops.map((top) => right(top, task.answerIds.slice(0, queries)))).toEqual(tried.map((layer) => correct[layer]));
    });
  });

  describe("declined requests", () => {
    const reference = read<Refusal>("refusal.json");
    const tensors = SafetensorsFile.open(new URL("refusal-layer19.safetensors", folder).pathname);
    const own = Float64Array.from(tensors.readRows("v", 0, 1));
    const random = tensors.readRows("random", 0, 1);
    const few = Float64Array.from(tensors.readRows("few", 0, 1));
    tensors.close();
    const { bestLayer, data } = reference;
    const acting = { action: "add", layers: [bestLayer], scale: 1, unit: "vector", positions: "all" } as const;
    const changes = (vector: Float64Array, over: Partial<Parameters<typeof changesOf>[1]> = {}): FreeChange[] =>
      changesOf(
        { method: "difference", layers: [bestLayer], vectors: [vector], about: {} },
        { ...acting, ...over },
        executor.model.config,
      );
    const written = (texts: readonly string[]) => {
      const writer = new PromptWriter(executor.model, "chat");
      return texts.map((text) => writer.write(text));
    };

    test("differ from harmless ones by PyTorch's vector at every layer", async () => {
      const side = (texts: readonly string[]) => ({ train: texts.slice(0, 8), validation: [], test: [] });
      const sets = { template: "chat", plus: side(data.plus), minus: side(data.minus) } as unknown as ContrastSets;
      const vectors = differenceOfMeans(await statesOfSides(executor, sets, "end"));
      vectors.forEach((vector, i) => {
        const length = Math.max(reference.few.norm[i], 1);
        expect(Math.abs(norm(vector) - reference.few.norm[i]), `layer ${i - 1}`).toBeLessThan(1e-4 * length);
        expect(furthest(vector.subarray(0, 5), reference.few.first5[i])).toBeLessThan(1e-4 * length);
      });
      expect(furthest(vectors[bestLayer + 1], few)).toBeLessThan(1e-4 * norm(few));
    });

    test("their vector moves the score of harmless requests as in PyTorch, and so does a random one", async () => {
      const asked = reference.metricPrompts.slice(0, reference.null.perPrompt.length);
      const prompts = written(asked.map(({ text }) => text));
      const score = { plus: reference.refusalTokens.map(([id]) => id), minus: undefined };
      const doses = [changes(own), changes(own, { scale: -1 }), changes(own, { action: "project" })];
      const scored = await scoresUnder(executor, prompts, score, [[], ...doses, changes(Float64Array.from(random))]);
      const expected = [
        asked.map(({ clean }) => clean),
        reference.coefficients["1"].perPrompt,
        reference.coefficients["-1"].perPrompt,
        reference.ablation.perPrompt,
        reference.null.perPrompt,
      ];
      expect(scored.map(({ length }) => length)).toEqual(expected.map(() => asked.length));
      expected.forEach((values, d) => expect(furthest(scored[d], values.slice(0, asked.length))).toBeLessThan(2e-3));
      const neutral = data.neutral.map((text) => ({ ids: executor.model.tokenizer.encode(text) }));
      const [effect] = await neutralEffects(executor, neutral, [{ changes: doses[0] }]);
      const { KL } = reference.coefficients["1"];
      expect(Math.abs(effect.kl.mean - KL)).toBeLessThan(0.02 * KL);
    });

    test("the text that is written with it is PyTorch's, token by token", async () => {
      const { text, promptIds, ids } = reference.generations.prompts[0];
      const [prompt] = written([text]);
      expect(prompt.ids).toEqual(promptIds);
      const settings = { sampling: { temperature: 0 }, maxTokens: 24, stopIds: [], seed: 0 };
      const { steered } = await steeredText(executor, prompt.ids, changes(own), settings);
      expect(steered.tokens.map((token) => token.id)).toEqual(ids["+1"]);
    });
  });
});
