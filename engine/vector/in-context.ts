// Prompts of a task shown by examples ("x -> y" a line), and how often a changed model answers them.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { InContextForm } from "../choices/vector.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import { readStates } from "../readout/readings.ts";
import { topTokens } from "../readout/logits.ts";
import type { RelationTask } from "../task/task.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { type EndOptions, forEachEnd } from "./ends.ts";

export interface Shot {
  readonly input: string;
  readonly output: string;
}

export interface InContextPrompt {
  readonly ids: readonly number[];
  /** The first token of the answer, with the space before it. */
  readonly answer: number;
}

interface FormText {
  /** Before the first shot. Position 0 is a sink of attention: a query that began there would be lost. */
  readonly lead: string;
  readonly shot: (shot: Shot) => string;
  readonly query: (input: string) => string;
}

const FORMS: Readonly<Record<InContextForm, FormText>> = {
  arrow: { lead: "\n", shot: ({ input, output }) => `${input} -> ${output}\n`, query: (input) => `${input} ->` },
  // Todd et al. 2024.
  question: {
    lead: "",
    shot: ({ input, output }) => `Q: ${input}\nA: ${output}\n\n`,
    query: (input) => `Q: ${input}\nA:`,
  },
  // For vocabularies of words alone.
  list: { lead: "", shot: ({ input, output }) => ` ${input} ${output},`, query: (input) => ` ${input}` },
};

/** The prompt of one query behind its shots. */
export function inContextPrompt(
  tokenizer: Tokenizer,
  form: InContextForm,
  shots: readonly Shot[],
  { input, output }: Shot,
): InContextPrompt {
  const { lead, shot, query } = FORMS[form];
  const ids = tokenizer.encode(`${lead}${shots.map(shot).join("")}${query(input)}`);
  return { ids, answer: tokenizer.encodePlain(` ${output}`)[0] };
}

/** The same shots with each one's answer on the next: what the task is can no longer be read from them. */
export const withRotatedAnswers = (shots: readonly Shot[]): Shot[] =>
  shots.map(({ input }, i) => ({ input, output: shots[(i + 1) % shots.length].output }));

export interface InContextSplit {
  /** Five-shot prompts whose states make a vector; their queries are never asked for. */
  readonly extraction: readonly { readonly shots: readonly Shot[]; readonly query: Shot }[];
  /** Queries on which a layer is chosen, and those from which is reported. */
  readonly validation: readonly { readonly shots: readonly Shot[]; readonly query: Shot }[];
  readonly test: readonly { readonly shots: readonly Shot[]; readonly query: Shot }[];
}

export interface InContextSettings {
  readonly shots: number;
  readonly extraction: number;
  readonly queries: number;
  readonly seed: number;
}

/**
 * Queries of validation and test are drawn first; shots and extraction's own queries come from all others, so that no answer that is
 * asked for was ever shown.
 *
 * @throws EngineError "invalid-task" where there are too few samples
 */
export function inContextSplit(
  { samples, file }: Pick<RelationTask, "samples" | "file">,
  { shots, extraction, queries, seed }: InContextSettings,
): InContextSplit {
  const random = Random.seeded(seed, "in-context");
  const order = random.shuffled(samples).map(({ subject, object }): Shot => ({ input: subject, output: object }));
  const needed = 2 * queries + shots + 1;
  if (order.length < needed) {
    const sentence = say`${file}: has ${order.length} samples; ${queries} queries each to choose and to report, and ${shots} shots with a query of their own need ${needed}. Ask for fewer.`;
    throw new EngineError("invalid-task", sentence, { place: { file } });
  }
  const pool = order.slice(2 * queries);
  const withShots = (query: Shot) => ({ shots: random.sample(pool, shots), query });
  return {
    validation: order.slice(0, queries).map(withShots),
    test: order.slice(queries, 2 * queries).map(withShots),
    extraction: Array.from({ length: extraction }, () => {
      const drawn = random.sample(pool, shots + 1);
      return { shots: drawn.slice(0, shots), query: drawn[shots] };
    }),
  };
}

/** The likeliest token at the end of every prompt under every list of changes. @returns by list, then prompt */
export async function answersUnder(
  executor: Executor,
  prompts: readonly InContextPrompt[],
  changes: readonly (readonly FreeChange[])[],
  { signal, onProgress }: EndOptions = {},
): Promise<Int32Array[]> {
  const tops = changes.map(() => new Int32Array(prompts.length));
  await forEachEnd(executor, prompts, changes, { signal, onProgress }, async (states, pairs) => {
    const found = await topTokens(executor, states);
    pairs.forEach(([p, c], i) => (tops[c][p] = found[i]));
  });
  return tops;
}

/** p(answer) at the end of every prompt under every list of changes. @returns by list, then prompt */
export async function answerProbabilities(
  executor: Executor,
  prompts: readonly InContextPrompt[],
  changes: readonly (readonly FreeChange[])[],
  options: EndOptions = {},
): Promise<Float64Array[]> {
  const chances = changes.map(() => new Float64Array(prompts.length));
  await forEachEnd(executor, prompts, changes, options, async (states, pairs) => {
    const readings = await readStates(executor, states, { tokens: pairs.map(([p]) => [prompts[p].answer]) });
    pairs.forEach(([p, c], i) => (chances[c][p] = Math.exp(readings[i].tokens[0].logProbability)));
  });
  return chances;
}

/** Of each list the share of prompts whose likeliest token is the answer. */
export const shareRight = (tops: Int32Array, prompts: readonly InContextPrompt[]): number =>
  prompts.filter(({ answer }, p) => tops[p] === answer).length / prompts.length;
