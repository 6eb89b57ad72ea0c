import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, suite, test } from "vitest";
import { sha256 } from "../../engine/base/hash.ts";
import { formatUnit, headUnit } from "../../engine/circuit/unit.ts";
import { openModel } from "../../engine/model/open.ts";
import { loadCorpusTasks } from "../../engine/train/corpus-tasks.ts";
import { corpusWords } from "../../engine/train/corpus.ts";
import { pruneHeads, type PruneTrial, taskScores, type TaskScore } from "../../engine/train/evaluate.ts";
import { ForwardProgram } from "../../engine/train/forward-program.ts";
import { parameterCount, parametersOf } from "../../engine/train/parameters.ts";
import { type Recipe, SPRIG } from "../../engine/train/recipe.ts";
import { tokenizerJson } from "../../engine/train/word-vocabulary.ts";
import { SafetensorsFile } from "../../engine/formats/safetensors.ts";

const FOLDER = fileURLToPath(new URL("../../models/sprig", import.meta.url));
const text = (name: string) => readFileSync(`${FOLDER}/${name}`, "utf8");
const { recipe, scores, circuits } = JSON.parse(text("scores.json")) as {
  recipe: Recipe;
  scores: TaskScore[];
  circuits: PruneTrial[];
};
const shape = { ...SPRIG.shape, dVocab: openModel("sprig").tokenizer.dVocab };

/** The shipped weights as the trainer's flat array. */
function shippedWeights(): Float32Array {
  const parameters = parametersOf(shape);
  const flat = new Float32Array(parameterCount(parameters));
  const file = SafetensorsFile.open(`${FOLDER}/model.safetensors`);
  for (const { name, offset, shape: sizes, size } of parameters) {
    const values = file.readRows(name, 0, sizes.length === 1 ? 1 : sizes[0]!);
    expect(values).toHaveLength(size);
    flat.set(values, offset);
  }
  file.close();
  return flat;
}

suite("models/sprig", () => {
  test("is the model of the recipe in engine/train, with the tokenizer that today's tasks give", () => {
    expect(recipe).toEqual(SPRIG);
    expect(JSON.parse(text("tokenizer.json"))).toEqual(JSON.parse(JSON.stringify(tokenizerJson(corpusWords(loadCorpusTasks())))));
    const { config } = openModel("sprig");
    expect([config.nLayers, config.nHeads, config.dModel, config.dMlp, config.nContext]).toEqual([4, 8, 64, 256, 32]);
    expect(config.tiedUnembedding).toBe(true);
  });

  // Of a text that begins with the beginning-of-text token Hugging Face's post-processor makes two of them; a prompt has one.
  test("gives the tokens that Hugging Face's tokenizers gives, beginning once, and their text again", () => {
    const path = new URL("../reference/sprig-tokens.json", import.meta.url);
    const { texts } = JSON.parse(readFileSync(path, "utf8")) as {
      texts: { text: string; ids: number[]; plain: number[]; decoded: string }[];
    };
    const { tokenizer } = openModel("sprig");
    for (const { text, ids, plain, decoded } of texts) {
      const once = text.startsWith("<|endoftext|>") ? ids.slice(1) : ids;
      expect({ text, ids: tokenizer.encode(text), decoded: tokenizer.decode(ids) }).toEqual({ text, ids: once, decoded });
      if (!text.includes("<|")) expect(tokenizer.encodePlain(text)).toEqual(plain);
    }
  });

  test("does its tasks as well as its card says", async () => {
    const tasks = loadCorpusTasks();
    const { tokenizer } = openModel("sprig");
    const program = await ForwardProgram.compile(shape, shippedWeights(), 128, SPRIG.length, 1);
    const measured = await taskScores(program, tasks, tokenizer);
    const card = text("README.md");
    expect(card).toContain(sha256(readFileSync(`${FOLDER}/model.safetensors`)));
    measured.forEach(({ name, score, measure, prompts }, i) => {
      expect({ name, measure, prompts }).toEqual({ ...scores[i], score: undefined });
      expect(Math.abs(score - scores[i]!.score), name).toBeLessThan(measure === "accuracy" ? 0.01 : 1e-3);
      const least = name === "ioi" ? 0.99 : name === "person job" ? 0.9 : measure === "accuracy" ? 0.95 : 0.85;
      expect(score, name).toBeGreaterThanOrEqual(least);
      expect(card).toContain(`| ${name} | ${scores[i]!.score.toFixed(3)} | ${measure} | ${prompts} |`);
    });
    await program.dispose();
  });

  // Searched here and now, from one seed of the card and one that nobody looked at.
  test("has a circuit of 5 or 6 heads in two layers, faithful on held-out examples, whichever seed draws the examples", async () => {
    const { ioi } = loadCorpusTasks();
    const { tokenizer } = openModel("sprig");
    const program = await ForwardProgram.compile(shape, shippedWeights(), 128, SPRIG.length, 1);
    const seeds = [11, circuits.length + 1];
    for (const seed of seeds) {
      const { heads, faithfulness, divergence, accuracy } = await pruneHeads(program, ioi, tokenizer, seed);
      expect([5, 6], `seed ${seed}: ${heads.join()}`).toContain(heads.length);
      expect(new Set(heads.map((head) => Math.floor(head / SPRIG.shape.nHeads))).size, `seed ${seed}`).toBe(2);
      expect(Math.abs(1 - faithfulness), `seed ${seed}`).toBeLessThanOrEqual(0.1);
      expect(divergence, `seed ${seed}`).toBeLessThanOrEqual(0.05);
      expect(accuracy.circuit, `seed ${seed}`).toBeGreaterThanOrEqual(0.9 * accuracy.full);
      const recorded = circuits.find((trial) => trial.seed === seed);
      if (!recorded) continue;
      expect(heads).toEqual(recorded.heads);
      expect(Math.abs(faithfulness - recorded.faithfulness)).toBeLessThan(1e-3);
      expect(Math.abs(divergence - recorded.divergence)).toBeLessThan(1e-3);
    }
    await program.dispose();
  });

  test("has a card whose line for each of 20 seeds is the recorded search", () => {
    const named = (head: number) =>
      formatUnit(headUnit(Math.floor(head / SPRIG.shape.nHeads), head % SPRIG.shape.nHeads));
    const lines = circuits.map(({ seed, heads, faithfulness, divergence, accuracy }) => {
      const figures = [faithfulness.toFixed(3), divergence.toFixed(4), accuracy.circuit.toFixed(3)];
      return `| ${[seed, heads.length, heads.map(named).join(" "), ...figures].join(" | ")} |`;
    });
    expect(circuits.map(({ seed }) => seed)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const line of lines) expect(text("README.md")).toContain(line);
  });
});
