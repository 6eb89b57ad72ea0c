// Generates text: tokens are chosen from the logits of a plan's session and fed back, until the text ends.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import type { Plan } from "../activations/plan.ts";
import type { Fired } from "../activations/plan-runner.ts";
import { PlanSession } from "../activations/plan-session.ts";
import type { Resources } from "../activations/dictionary.ts";
import { EngineError } from "../base/errors.ts";
import { type Note, say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { EndReason, GeneratedToken, GeneratePart, Sample, TokenChance } from "../choices/generate.ts";
import type { Model } from "../model/model.ts";
import { logSumExp } from "../readout/distribution.ts";
import { topIds } from "../readout/ranking.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { nextToken, type Sampling } from "./sampler.ts";
import { GrowingText } from "./stops.ts";

export interface GenerationSettings {
  readonly sampling: Sampling;
  /** New tokens of each sample at most. */
  readonly maxTokens: number;
  /** The text ends with one of these tokens, which is kept among the tokens and is no part of the text. */
  readonly stopIds: readonly number[];
  /** The text ends before one of these strings. */
  readonly stopTexts: readonly string[];
  readonly samples: number;
  readonly seed: number;
  /** Likeliest tokens that are named at every step. */
  readonly alternatives: number;
}

export interface Generated {
  readonly samples: readonly Sample[];
  /** What each change of the plan did. */
  readonly fired: readonly Fired[];
  readonly notes: readonly Note[];
}

export interface GenerationHooks {
  readonly resources?: Resources;
  readonly signal?: AbortSignal;
  readonly onToken?: (part: GeneratePart) => void;
}

/** One sample while it grows. */
interface Growing {
  readonly row: number;
  readonly random: Random;
  readonly tokens: GeneratedToken[];
  readonly shown: GrowingText;
  text: string;
  ended: EndReason | undefined;
}

/**
 * Samples share the run of the prompt and differ in their random numbers. Greedy text is that of a plain run of all tokens, the
 * cache being exact.
 *
 * @param plan world 0 is the prompt that goes on
 * @throws EngineError "usage" where the plan does not fit the model, the prompt fills the context, or nothing can be generated;
 *         "cancelled"
 */
export async function generate(
  executor: Executor,
  plan: Plan,
  settings: GenerationSettings,
  hooks: GenerationHooks = {},
): Promise<Generated> {
  const { tokenizer } = executor.model;
  const prompt = plan.worlds[0].ids;
  requireRoom(prompt, executor.model);
  const { resources, signal } = hooks;
  const session = await PlanSession.open(executor, [plan], { resources, signal });
  const samples = Array.from({ length: settings.samples }, (_, index): Growing => ({
    row: index === 0 ? 0 : session.fork(0),
    random: Random.seeded(settings.seed, `generation/${index}`),
    tokens: [],
    shown: new GrowingText(settings.stopTexts),
    text: "",
    ended: undefined,
  }));
  const textOf = continuation(tokenizer, prompt);
  for (let growing = samples; growing.length > 0; growing = growing.filter(({ ended }) => ended === undefined)) {
    for (const sample of growing) choose(sample, session, tokenizer, textOf, settings, samples.indexOf(sample), hooks);
    const next = growing.filter(({ ended }) => ended === undefined);
    if (next.length === 0) break;
    await session.next(next.map(({ row, tokens }) => ({ row, id: tokens.at(-1)!.id })));
  }
  return {
    samples: samples.map(({ tokens, text, ended }) => ({ tokens, text, ended: ended! })),
    fired: session.fired(0),
    notes: session.notes(0),
  };
}

/** @throws EngineError "usage" with both numbers where a prompt leaves no room for a token */
export function requireRoom(prompt: readonly number[], { config, name }: Pick<Model, "config" | "name">): void {
  if (prompt.length < config.nContext) return;
  throw new EngineError(
    "usage",
    say`The prompt has ${prompt.length} tokens and ${name} reads ${config.nContext}; there is no room for another. Shorten it.`,
    { length: prompt.length, nContext: config.nContext },
  );
}

/** Takes a sample's next token and says whether its text ends there. */
function choose(
  sample: Growing,
  session: PlanSession,
  tokenizer: Tokenizer,
  textOf: (ids: readonly number[]) => string,
  settings: GenerationSettings,
  index: number,
  { onToken }: GenerationHooks,
): void {
  const logits = session.logits(sample.row);
  const id = nextToken(logits, settings.sampling, sample.random);
  const token = described(tokenizer, logits, id, settings.alternatives);
  sample.tokens.push(token);
  const isEnd = settings.stopIds.includes(id);
  const ids = sample.tokens.map((token) => token.id);
  const whole = textOf(isEnd ? ids.slice(0, -1) : ids);
  const { shown, stopped } = sample.shown.grow(whole);
  sample.ended = endOf(isEnd, stopped, sample, session.room(sample.row), settings.maxTokens);
  const rest = sample.ended !== undefined && !stopped ? sample.shown.rest() : "";
  sample.text += shown + rest;
  onToken?.({ sample: index, token, shown: shown + rest });
}

function endOf(
  isEnd: boolean,
  stopped: boolean,
  { tokens }: Growing,
  room: number,
  maxTokens: number,
): EndReason | undefined {
  if (isEnd) return "stop-token";
  if (stopped) return "stop-text";
  if (tokens.length >= maxTokens) return "length";
  return room === 0 ? "context" : undefined;
}

/** A chosen token with its chance, and the likeliest others. */
export function described(tokenizer: Tokenizer, logits: Reals, id: number, alternatives: number): GeneratedToken {
  const normaliser = logSumExp(logits);
  const chance = (id: number): TokenChance => ({
    id,
    text: tokenizer.token(id),
    logProbability: logits[id] - normaliser,
  });
  return { ...chance(id), alternatives: topIds(logits, alternatives).map(chance) };
}

/**
 * Text of tokens as the continuation of a prompt. Some tokenizers write the first word of a text without its space, so that the
 * tokens are decoded with the prompt before them.
 */
export function continuation(tokenizer: Tokenizer, prompt: readonly number[]): (ids: readonly number[]) => string {
  const before = tokenizer.decode(prompt);
  return (ids) => {
    const whole = tokenizer.decode([...prompt, ...ids]);
    return whole.startsWith(before) ? whole.slice(before.length) : tokenizer.decode(ids);
  };
}
