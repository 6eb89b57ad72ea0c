// A study of the embedded model's neurons: what it says stands beside its null, and the same study says the same.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { plainJson } from "../base/plain-json.ts";
import type { NeuronStudyResult, NeuronStudySettings } from "../choices/neuron.ts";
import { type ReadFeature, readNeuronpedia } from "../choices/neuronpedia-feature.ts";
import { neuronStudyTask } from "../session/neuron-study-task.ts";
import { neuron } from "./neuron.ts";

const folder = mkdtempSync(join(tmpdir(), "neuron-study-"));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const small = { texts: 240, places: 12, others: 20, top: 5 } as const;
const event = [" are", " were"];

describe("a study of neurons", () => {
  let result: NeuronStudyResult;

  test("finds neurons that go with the event, farther than the best under any shuffle, and removes them beside their null", async () => {
    result = await neuronStudyTask({ ...small, event, control: [" is"] });
    const { best, nullMaxima } = result.correlation;
    expect(Math.abs(best[0].auroc - 0.5)).toBeGreaterThan(Math.max(...nullMaxima));
    expect(Math.abs(best[0].aurocHeldOut - 0.5)).toBeGreaterThan(0.4);
    expect(result.neurons.map(({ why }) => why)).toEqual(["AUROC", "AUROC", "removal", "removal"]);
    for (const { removal, strength, quantiles } of result.neurons) {
      expect(removal.map(({ kind }) => kind)).toEqual(["zero", "mean", "position-mean", "resample", "optimal"]);
      expect(removal.every(({ event }) => event.null.draws.length === 20)).toBe(true);
      // What moves the distribution least moves it no more than the mean does, on the texts it was found on and mostly on others.
      expect(strength!.ownValue).toBe(0);
      expect(strength!.swing.null.draws).toHaveLength(20);
      expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
      const zero = strength!.doses.find(({ name }) => name === "zero")!;
      expect(zero.event.mean).toBeCloseTo(removal[0].event.value, 6);
    }
  });

  test("of one seed is one result, and plain data", async () => {
    const again = await neuronStudyTask({ ...small, event, control: [" is"] });
    expect(plainJson(again)).toEqual(plainJson(result));
    expect(neuron.headline(result)).toMatchObject({ code: "neuron-removal", split: "heldOut" });
    expect(
      neuron
        .tables(result, {})
        .map(({ rows }) => rows.length)
        .every((n) => n > 0),
    ).toBe(true);
  });

  test("is written in a file, whose paths count from its folder and whose settings those beside it replace", async () => {
    written(
      "texts.txt",
      Array.from(
        { length: 60 },
        (_, i) =>
          `The ${i % 2 ? "box" : "boxes"} near the ${["lamp", "house", "book", "road", "window"][i % 5]} ${i % 2 ? "is" : "are"} old.`,
      ).join("\n"),
    );
    const study = written(
      "study.yaml",
      'event: [" are"]\ncorpus: texts.txt\nneuron: [m3.n69]\nothers: 20\nplaces: 5\nsteps: [removal]\ntop: 3\n',
    );
    await expect(neuronStudyTask({ study })).rejects.toThrow("are needed. Give more texts, or another event.");
    const plain = await neuronStudyTask({ study, corpus: join("corpora", "sprig.txt"), texts: 200 });
    expect(plain.neurons.map(({ id, why, strength }) => [id, why, strength])).toEqual([["m3.n69", "asked", undefined]]);
  });

  test("takes events from an expression, from marks and from a task's prompts", async () => {
    const options = { ...small, neuron: ["m3.n69"], steps: ["removal"] } as const;
    const neuronpedia = join(folder, "neuronpedia.json");
    const pattern = await neuronStudyTask({ ...options, pattern: " (are|were)\\b", neuronpedia });
    const [read] = readNeuronpedia(neuronpedia, readFileSync(neuronpedia, "utf8")) as readonly ReadFeature[];
    const [{ highest, promoted }] = pattern.neurons;
    expect([read.source, read.page.feature, read.page.max]).toEqual(["3-mlp", 69, pattern.neurons[0].quantiles.at(-1)]);
    expect(read.page.raises.map(({ token }) => token)).toEqual(promoted.map(({ token }) => token));
    const [strongest] = read.page.bands[0].contexts;
    expect([strongest.tokens, strongest.values[strongest.at]]).toEqual([highest[0].tokens, highest[0].activation]);
    expect([...pattern.event.tokens].sort()).toEqual(event);
    // The same labels as by tokens.
    expect(pattern.correlation.best.map(({ neuron }) => neuron)).toEqual(
      result.correlation.best.map(({ neuron }) => neuron),
    );
    const nouns = ["box", "lamp", "house", "book", "road", "window", "key", "cup", "coat", "chair"];
    const lines = nouns.flatMap((a) => nouns.map((b) => `The ${a} near the ${b} [[is]] old.`));
    const marked = await neuronStudyTask({ ...options, marked: written("marked.txt", lines.join("\n")) });
    expect(marked.event.tokens).toEqual([" is"]);
    expect(marked.correlation.best[0].auroc === 1 || marked.correlation.best[0].auroc === 0).toBe(true);
    const task = await neuronStudyTask({ ...options, task: "tasks/agreement.yaml" });
    expect(task.correlation.events.discovery).toBeGreaterThan(5);
    expect(task.neurons[0].removal[0].difference.mean).not.toBe(0);
  });

  test("grows a set that is cut down again, and measures words and categories beside their nulls", async () => {
    const { set, words, selectivity, explanations, neurons } = await neuronStudyTask({
      ...small,
      event,
      neuron: ["m3.n69"],
      take: 0.01,
      steps: ["sets", "words", "selectivity", "explanation"],
      explained: 25,
      prompts: written(
        "prompts.txt",
        ["The boxes near the lamp", "The box near the lamps", "The cups", "The cup", "The keys", "The key"].join("\n"),
      ),
      words: written("words.yaml", "plural: [are, were]\nsingular: [is, was]\n"),
    });
    expect(set!.steps.map(({ taken }) => taken)).toEqual(
      [...set!.steps.map(({ taken }) => taken)].sort((a, b) => a - b),
    );
    expect(set!.reached).toBe(set!.steps.at(-1)!.taken >= 0.01);
    expect(set!.heldOut!.null.draws).toHaveLength(20);
    const [{ words: rows, of, rank }] = words!.neurons;
    expect(rows.map(({ word }) => word)).toEqual(["are", "were", "is", "was"]);
    expect(rows.every(({ p, pHolm }) => pHolm >= p && p >= 2 / 2 ** 6)).toBe(true);
    expect([rank <= of, of]).toEqual([true, 4 * 256]);
    expect(selectivity!.neurons[0].categories.map(({ name }) => name)).toEqual([
      "countries",
      "capitals",
      "animals",
      "jobs",
    ]);
    expect(selectivity!.nullMaxima).toHaveLength(20);
    expect([explanations!.explained.length, explanations!.null.length]).toEqual([25, 20]);
    expect(explanations!.median).toBeGreaterThan(Math.max(...explanations!.null));
    expect(neurons[0].explanation!.score.random).toBeLessThan(1);
  });

  test.each<[string, NeuronStudySettings, string]>([
    ["no event", {}, "Name one event: --event TOKENS"],
    ["two", { event, pattern: "a" }, "not --event and --pattern."],
    ["a word of several tokens", { event: [" arena"] }, '--event: " arena" is'],
    ["no expression", { pattern: "(" }, '--pattern: "(" is no regular expression'],
    ["a neuron that there is not", { event, neuron: ["m9.n1"] }, '"m9.n1" is no hidden neuron of sprig'],
    ["an event that never is", { event: [" Zambia"], texts: 20 }, "has 0 events and"],
    ["a property that there is not", { task: "tasks/agreement.yaml", property: "nice" }, 'there is no "nice"'],
    ["marks that do not close", { marked: "MARKS" }, '"[[" is never closed'],
  ])("refuses %s in a sentence", async (_, settings, sentence) => {
    const given = settings.marked ? { ...settings, marked: written("open.txt", "The [[box is old.") } : settings;
    await expect(neuronStudyTask(given)).rejects.toThrow(sentence);
  });
});
