// The logit lens at END of every layer against PyTorch (test/reference/lens says how it was made). Tolerances as measured there between
// float32 and float64, with room: log-probabilities and entropy 1e-4, KL of a layer from the last 5e-4, the other way round 3e-3 (it
// reaches 137 nats); the first five tokens and ranks up to 10 the same, larger ranks to 1e-3 of themselves.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lensPoints } from "../../engine/lens/points.ts";
import { readLens } from "../../engine/lens/read.ts";
import { shiftedLens } from "../../engine/lens/shifted-lens.ts";
import { areDisjoint, massOf, tokensOfWord } from "../../engine/lens/token-sets.ts";
import { tracesOf } from "../../engine/lens/traces.ts";
import type { Reading } from "../../engine/readout/readings.ts";
import { smollm2IsHere, smollm2Reason } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface Reference {
  readonly prompts: readonly {
    readonly name: string;
    readonly ids: readonly number[];
    readonly chosen_ids: Readonly<Record<string, number>>;
    readonly resid_pre: {
      readonly top5_ids: readonly (readonly number[])[];
      readonly top5_logp: readonly (readonly number[])[];
      readonly entropy: readonly number[];
      readonly kl_layer_final: readonly number[];
      readonly kl_final_layer: readonly number[];
      readonly logsumexp: readonly number[];
      readonly chosen: Readonly<Record<string, { readonly rank: readonly number[]; readonly logp: readonly number[] }>>;
    };
  }[];
}

/** Readings by prompt, then layer, the last one the model's own output. */
async function readings(model: string, prompts: Reference["prompts"]): Promise<Reading[][]> {
  const executor = executorOf(model);
  const places = prompts.map(({ ids }, prompt) => ({ prompt, position: ids.length - 1 }));
  return readLens(executor, prompts, places, {
    points: lensPoints(executor.model.config.nLayers, ["residPre"]),
    top: 5,
    tokens: prompts.map(({ chosen_ids }) => Object.values(chosen_ids)),
  });
}

describe.each(["sprig", "smollm2"])("the lens of %s", (model) => {
  test.skipIf(model === "smollm2" && !smollm2IsHere)(
    `agrees with PyTorch at every layer of every prompt${model === "smollm2" ? smollm2Reason : ""}`,
    async () => {
      const file = new URL(`../reference/lens/${model}.json`, import.meta.url);
      const { prompts } = JSON.parse(readFileSync(file, "utf8")) as Reference;
      const read = await readings(model, prompts);
      prompts.forEach(({ name, chosen_ids, resid_pre: expected }, p) => {
        expect(read[p]).toHaveLength(expected.entropy.length);
        read[p].forEach(({ top, tokens, entropy, kl }, layer) => {
          const place = `${name}, layer ${layer}`;
          const near = (found: number, value: number, tolerance: number) =>
            expect(Math.abs(found - value), place).toBeLessThanOrEqual(tolerance);
          expect(top.map(({ id }) => id), place).toEqual(expected.top5_ids[layer]);
          top.forEach(({ logit, logProbability }, i) => {
            near(logProbability, expected.top5_logp[layer][i], 1e-4);
            near(logit - logProbability, expected.logsumexp[layer], 1e-4);
          });
          near(entropy, expected.entropy[layer], 1e-4);
          near(kl.to, expected.kl_layer_final[layer], 5e-4);
          near(kl.from, expected.kl_final_layer[layer], 3e-3);
          Object.keys(chosen_ids).forEach((word, i) => {
            const rank = expected.chosen[word].rank[layer];
            near(tokens[i].rank, rank, rank <= 10 ? 0 : 1e-3 * rank);
            near(tokens[i].logProbability, expected.chosen[word].logp[layer], 1e-4);
          });
        });
      });
    },
  );
});

interface Traces {
  readonly pairs: readonly (readonly [country: string, capital: string])[];
  readonly recall: TraceRun;
  readonly shift_prompts: readonly string[];
  readonly shifted: TraceRun;
  readonly languages: {
    readonly names: Readonly<Record<string, string>>;
    readonly demos: readonly Readonly<Record<string, string>>[];
    readonly words: readonly Readonly<Record<string, string>>[];
    readonly runs: Readonly<
      Record<
        string,
        { kept: number; words: string[]; P: Record<string, number[]>; top1_in_target_set: number; first_prompt: string }
      >
    >;
  };
}

interface TraceRun {
  readonly template: string;
  readonly RR_country_all: readonly number[];
  readonly RR_capital_all: readonly number[];
}

describe.skipIf(!smollm2IsHere)(`over many prompts on SmolLM2${smollm2Reason}`, () => {
  const reference = JSON.parse(
    readFileSync(new URL("../reference/lens/smollm2-traces.json", import.meta.url), "utf8"),
  ) as Traces;
  const executor = executorOf("smollm2");
  const { model } = executor;
  const points = lensPoints(model.config.nLayers, ["residPre"]);
  const promptsOf = (texts: readonly string[]) => texts.map((text) => ({ ids: model.tokenizer.encode(text) }));
  const endsOf = (prompts: readonly { readonly ids: readonly number[] }[]) =>
    prompts.map(({ ids }, prompt) => ({ prompt, position: ids.length - 1 }));
  const first = (word: string) => model.tokenizer.encodePlain(` ${word}`)[0];

  /** Mean reciprocal ranks of country and capital over all pairs. */
  async function traces(template: string, lens?: Awaited<ReturnType<typeof shiftedLens>>) {
    const { pairs } = reference;
    const prompts = promptsOf(pairs.map(([country]) => template.replaceAll("{c}", country)));
    const own = pairs.map((pair) => pair.map(first));
    const tokens = own.map((ids, i) => [...ids, ...own[(i + 1) % own.length]]);
    const read = await readLens(executor, prompts, endsOf(prompts), { points, tokens, lens });
    return tracesOf(read, ["country", "capital"], { seed: 0 });
  }

  function expectNear(found: readonly number[], expected: readonly number[], tolerance: number, label: string) {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, layer) =>
      expect(Math.abs(value - expected[layer]), `${label}, layer ${layer}`).toBeLessThanOrEqual(tolerance),
    );
  }

  // A rank that moves by one among the first ten moves a mean over 61 prompts by up to .5 / 61; none does.
  test("the plain lens is blind to the country on the way to the capital, as PyTorch finds", async () => {
    const [country, capital] = await traces(reference.recall.template);
    expectNear(country.mean, reference.recall.RR_country_all, 1e-4, "country");
    expectNear(capital.mean, reference.recall.RR_capital_all, 1e-4, "capital");
  });

  test("the shifted lens shows the country before the capital, as PyTorch finds", async () => {
    const lens = await shiftedLens(executor, promptsOf(reference.shift_prompts), points);
    const [country, capital] = await traces(reference.shifted.template, lens);
    expectNear(country.mean, reference.shifted.RR_country_all, 1e-3, "country");
    expectNear(capital.mean, reference.shifted.RR_capital_all, 1e-3, "capital");
    expect(country.mean[24]).toBeGreaterThan(10 * capital.mean[24]);
    expect(country.mean[24]).toBeGreaterThan(100 * country.other[24]);
  });

  // From French to Chinese the probability of English is read too, which is what the other directions of the reference leave out.
  test("probability of the words of each language, from French to Chinese, as PyTorch finds", async () => {
    const direction = "fr-zh";
    const { names, demos, words, runs } = reference.languages;
    const [source, target] = direction.split("-");
    const languages = [source, target, ...(direction.includes("en") ? [] : ["en"])];
    const line = (word: Readonly<Record<string, string>>) => `${names[source]}: "${word[source]}" - ${names[target]}: "`;
    const items = words
      .map((word) => ({ word, sets: languages.map((name) => tokensOfWord(model.tokenizer, word[name])) }))
      .filter(({ sets }) => areDisjoint(sets));
    expect(items.map(({ word }) => word[source])).toEqual(runs[direction].words);
    const shown = demos.map((demo) => `${line(demo)}${demo[target]}"\n`).join("");
    const prompts = promptsOf(items.map(({ word }) => shown + line(word)));
    const tokens = items.map(({ sets }) => sets.flat());
    const read = await readLens(executor, prompts, endsOf(prompts), { points, tokens });
    languages.forEach((name, l) => {
      const masses = points.map((_, point) => {
        const sum = items.reduce((total, { sets }, i) => {
          const from = sets.slice(0, l).flat().length;
          return total + massOf(read[i][point], from, from + sets[l].length);
        }, 0);
        return sum / items.length;
      });
      expectNear(masses, runs[direction].P[name], 1e-4, name);
    });
  });
});
