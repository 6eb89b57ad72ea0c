// A file of contrast sets as a judge of directions on a model: its score, its prompts by split, its neutral texts.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import type { ContrastSets } from "../task/contrast-sets.ts";
import type { EndOptions } from "./ends.ts";
import { PromptWriter, type WrittenText } from "./prompts.ts";
import { scoresUnder, type TokenScore, tokenScore } from "./score.ts";

export interface JudgedSets {
  readonly sets: ContrastSets;
  readonly score: TokenScore;
  /** The first half chooses, the second half reports. */
  readonly validation: readonly WrittenText[];
  readonly test: readonly WrittenText[];
}

/** @throws EngineError "invalid-task" where the file has no score, or one that the model cannot write */
export function judgedSets(sets: ContrastSets, { model }: Executor): JudgedSets {
  if (!sets.score) {
    throw new EngineError(
      "invalid-task",
      say`${sets.file}: has no score; write score: { plus_tokens: […], minus_tokens: […], prompts: […] }.`,
      {
        place: { file: sets.file },
      },
    );
  }
  const writer = new PromptWriter(model, sets.template);
  const prompts = sets.score.prompts.map((entry) => writer.write(entry));
  const half = Math.ceil(prompts.length / 2);
  return {
    sets,
    score: tokenScore(sets.score, model.tokenizer),
    validation: prompts.slice(0, half),
    test: prompts.slice(half),
  };
}

/** By list of changes: the change of the score of each prompt from the clean run, and that of the clean run itself. */
export async function scoreChanges(
  executor: Executor,
  prompts: readonly WrittenText[],
  score: TokenScore,
  variants: readonly (readonly FreeChange[])[],
  options: EndOptions = {},
): Promise<{ readonly clean: Float64Array; readonly changes: readonly Float64Array[] }> {
  const [clean, ...steered] = await scoresUnder(executor, prompts, score, [[], ...variants], options);
  return { clean, changes: steered.map((scores) => scores.map((x, p) => x - clean[p])) };
}

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};
