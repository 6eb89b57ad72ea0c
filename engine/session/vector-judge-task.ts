// Judges directions by several scores at once: what each changes that it should, and what else it changes; every figure beside its null.
import type { Executor } from "../activations/executor.ts";
import type { TextFigures, VectorJudgement, VectorJudgeResult, VectorJudgeSettings } from "../choices/vector.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { type FreeChange, neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { applied } from "../vector/applied.ts";
import { type JudgedSets, judgedSets, meanOf, scoreChanges } from "../vector/judged-sets.ts";
import { neutralParts } from "../vector/neutral-texts.ts";
import { openVector } from "../vector/open-vector.ts";
import { PromptWriter } from "../vector/prompts.ts";
import { meanStates, randomTwins } from "../vector/random-twins.ts";
import { steeredText } from "../vector/steered-text.ts";
import type { VectorWork } from "./vector-make-task.ts";
import { readAside } from "./read-aside.ts";
import { withModel } from "./open-model.ts";

/** @throws EngineError where files do not fit the model or one another; "cancelled" */
export async function vectorJudgeTask(
  settings: VectorJudgeSettings,
  { execution, signal, onProgress }: VectorWork = {},
): Promise<VectorJudgeResult> {
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const judges: JudgedSets[] = [];
    for (const file of settings.sets) judges.push(judgedSets(await readAside("contrast sets", file, signal), executor));
    const neutral = await neutralParts(model, undefined, settings.neutral, signal);
    const opened = settings.vectors.map((text) => openVector(text, model));
    const vectors: VectorJudgement[] = [];
    const clean: number[] = [];
    const total = opened.length * judges.length;
    for (const vector of opened) {
      const own = applied(vector, settings, model);
      const { action, layers } = own.acting;
      const summands = vector.summands.map(({ vector: summand }) => ({
        vector: summand.name,
        changes: applied(summand, { ...settings, layers }, model).changes,
      }));
      const alone: number[][] = summands.map(() => []);
      const changes: VectorJudgement["changes"][number][] = [];
      const texts: (TextFigures | undefined)[] = [];
      for (const [j, judge] of judges.entries()) {
        const means = action === "affine" ? await meanStates(executor, judge.validation, layers, signal) : undefined;
        const twins = randomTwins(vector, layers, settings, means).map(
          (twin) => applied(twin, { ...settings, action, layers }, model).changes,
        );
        const variants = [own.changes, ...twins, ...summands.map((summand) => summand.changes)];
        const scored = await scoreChanges(executor, judge.test, judge.score, variants, { signal });
        clean[j] = meanOf(scored.clean);
        const nulls = scored.changes.slice(1, 1 + twins.length).map(meanOf);
        changes.push(besideNull(meanOf(scored.changes[0]), meanInterval(scored.changes[0], settings.seed), nulls));
        summands.forEach((_, s) => alone[s].push(meanOf(scored.changes[1 + twins.length + s])));
        texts.push(await textFigures(executor, judge, own.changes, settings, signal));
        onProgress?.("scores", vectors.length * judges.length + j + 1, total);
      }
      const [effect] = await neutralEffects(executor, neutral.test, [{ changes: own.changes }], {
        signal,
        seed: settings.seed,
      });
      vectors.push({
        vector: vector.name,
        layers,
        changes,
        neutral: effect,
        texts,
        summands: summands.map((summand, s) => ({ vector: summand.vector, changes: alone[s] })),
      });
    }
    return {
      modelName: model.name,
      sets: judges.map(({ sets, test }, j) => ({
        name: sets.name,
        file: sets.file,
        clean: clean[j],
        prompts: test.length,
      })),
      vectors,
      notes: [...opened.flatMap(({ notes }) => notes), ...judges.flatMap(({ sets }) => sets.notes)],
    };
  });
}

/** Greedy texts from the prompts that the sets name, clean and steered. */
async function textFigures(
  executor: Executor,
  { sets }: JudgedSets,
  changes: readonly FreeChange[],
  { texts, maxTokens }: VectorJudgeSettings,
  signal: AbortSignal | undefined,
): Promise<TextFigures | undefined> {
  const { model } = executor;
  const writer = new PromptWriter(model, sets.template);
  const prompts = sets.generate.slice(-texts || sets.generate.length).slice(0, texts);
  if (prompts.length === 0) return undefined;
  const pairs: Awaited<ReturnType<typeof steeredText>>[] = [];
  for (const entry of prompts) {
    const settings = { sampling: { temperature: 0 }, maxTokens, stopIds: model.speech().endIds, seed: 0 };
    pairs.push(await steeredText(executor, writer.write(entry).ids, changes, settings, { signal }));
  }
  const pattern = sets.pattern === undefined ? undefined : new RegExp(sets.pattern, "iu");
  const both = (
    figure: (side: { readonly text: string; readonly tokens: readonly { readonly id: number }[] }) => number,
  ) => ({
    clean: meanOf(pairs.map(({ clean }) => figure(clean))),
    steered: meanOf(pairs.map(({ steered }) => figure(steered))),
  });
  const matching = pattern && both(({ text }) => (pattern.test(text) ? 1 : 0));
  return {
    count: pairs.length,
    matches: matching && {
      clean: Math.round(matching.clean * pairs.length),
      steered: Math.round(matching.steered * pairs.length),
    },
    repetition: both(({ tokens }) => repeatedBigrams(tokens.map(({ id }) => id))),
    length: both(({ tokens }) => tokens.length),
    steered: pairs.map(({ steered }) => steered.text),
  };
}

/** Share of bigrams that stood in the same text before; 0 for a text of one token. */
function repeatedBigrams(ids: readonly number[]): number {
  const bigrams = ids.slice(1).map((id, i) => `${ids[i]} ${id}`);
  return bigrams.length === 0 ? 0 : 1 - new Set(bigrams).size / bigrams.length;
}
