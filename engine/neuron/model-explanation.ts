// An explanation of a neuron by a language model: what it says on seeing where the neuron is strongest, scored on texts it has not seen.
//
// As in Bills et al. 2023 ("Language models can explain neurons in language models"): activations are shown as levels from 0 to 10, and the
// explanation alone must tell the levels of other texts. Detection and fuzzing are those of EleutherAI's delphi.
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { ModelExplanation } from "../choices/neuron.ts";
import { pearson } from "./correlation-of-two.ts";
import { balanced, type ExplanationRequest } from "./explanation.ts";

export interface Message {
  readonly role: "system" | "user";
  readonly content: string;
}

/** Asks the language model. @throws EngineError where it does not answer */
export type Ask = (messages: readonly Message[]) => Promise<string>;

/** Texts that are shown, texts whose levels are told (at random, and where the neuron is strongest), excerpts that are judged. */
const shown = 8;
const simulated = { random: 8, top: 4 } as const;
const judged = 5;
const mostLevel = 10;

interface Excerpt {
  readonly tokens: readonly string[];
  /** By token; undefined at the first one and where the same beginning came before. */
  readonly levels: readonly (number | undefined)[];
}

const SYSTEM: Message = {
  role: "system",
  content:
    "You study a single neuron inside a language model. Answer exactly in the form that is asked for, without any further words.",
};

/**
 * @param activations at the places
 * @param ask is called once to explain, then to judge: what it is sent is in the result or follows from it
 * @throws as `ask`
 */
export async function explainByModel(
  activations: Float32Array,
  request: ExplanationRequest,
  ask: Ask,
): Promise<ModelExplanation> {
  const excerpts = excerptsOf(activations, request);
  const byStrength = (of: readonly Excerpt[]) => [...of].sort((a, b) => strongest(b) - strongest(a));
  const random = Random.seeded(request.seed, "excerpts for a language model");
  const prompt = [SYSTEM, explainingPrompt(byStrength(excerpts.discovery).slice(0, shown))];
  const says = (await ask(prompt)).trim().split("\n")[0].slice(0, 500);
  let unanswered = 0;
  const numbers = async (content: string, count: number): Promise<readonly number[]> => {
    const found = numbersIn(await ask([SYSTEM, { role: "user", content }]), count);
    if (found) return found;
    unanswered++;
    return Array<number>(count).fill(0);
  };
  const correlation = async (of: readonly Excerpt[]) => {
    const [told, real]: [number[], number[]] = [[], []];
    for (const { tokens, levels } of of) {
      const answer = await numbers(simulationPrompt(says, tokens), tokens.length);
      levels.forEach((level, t) => {
        if (level === undefined) return;
        told.push(answer[t]);
        real.push(level);
      });
    }
    return pearson(told, real);
  };
  const active = excerpts.heldOut.filter((excerpt) => strongest(excerpt) >= mostLevel / 2);
  const silent = excerpts.heldOut.filter((excerpt) => strongest(excerpt) < 1);
  const some = random.sample(active.length > 0 ? active : byStrength(excerpts.heldOut).slice(0, judged), judged);
  const others = random.sample(silent, judged);
  const detection = await numbers(detectionPrompt(says, [...some, ...others]), some.length + others.length);
  const marks = some.map((excerpt) => places(excerpt).filter((t) => excerpt.levels[t]! >= mostLevel / 2));
  const wrong = others.map((excerpt) => random.sample(places(excerpt), Math.max(1, random.pick(marks).length)));
  const fuzzed = [...some, ...others].map((excerpt, e) => marked(excerpt, [...marks, ...wrong][e]));
  const fuzzing = await numbers(fuzzingPrompt(says, fuzzed), fuzzed.length);
  const share = (answers: readonly number[]) =>
    balanced(
      answers.slice(0, some.length).map((one) => one >= 0.5),
      answers.slice(some.length).map((one) => one >= 0.5),
    );
  return {
    says,
    prompt: prompt.map(({ role, content }) => `${role}: ${content}`).join("\n\n"),
    score: {
      random: await correlation(random.sample(excerpts.heldOut, simulated.random)),
      top: await correlation(byStrength(excerpts.heldOut).slice(0, simulated.top)),
      detection: share(detection),
      fuzzing: share(fuzzing),
    },
    unanswered,
  };
}

/** Levels are counted from the median towards the end that lies farther from it: a neuron may speak by being low. */
function excerptsOf(activations: Float32Array, { texts, places: all, token }: ExplanationRequest) {
  const sorted = Float64Array.from(activations).sort();
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  const sign = most - median >= median - least ? 1 : -1;
  const reach = Math.max(most - median, median - least) || 1;
  const byText = new Map<number, (number | undefined)[]>();
  all.forEach(({ text, position }, i) => {
    const levels = byText.get(text) ?? Array<number | undefined>(texts[text].ids.length).fill(undefined);
    levels[position] = Math.max(0, Math.round((mostLevel * sign * (activations[i] - median)) / reach));
    byText.set(text, levels);
  });
  const of = (split: "discovery" | "heldOut"): Excerpt[] =>
    [...byText].flatMap(([text, levels]) =>
      texts[text].split === split ? [{ tokens: texts[text].ids.map(token), levels }] : [],
    );
  return { discovery: of("discovery"), heldOut: of("heldOut") };
}

const places = ({ levels }: Excerpt): number[] => levels.flatMap((level, t) => (level === undefined ? [] : [t]));
const strongest = ({ levels }: Excerpt): number =>
  greatest(
    levels.map((level) => level ?? 0),
    0,
  );

function explainingPrompt(excerpts: readonly Excerpt[]): Message {
  const lines = excerpts.map(({ tokens, levels }, e) => {
    const line = tokens.map((token, t) => (levels[t] ? `${token}«${levels[t]}»` : token)).join("");
    return `${e + 1}. ${line}`;
  });
  return {
    role: "user",
    content: `Texts in which the neuron is most active. «n» behind a token is its activation there, from 1 to 10; other tokens have 0.\n\n${lines.join("\n")}\n\nWhat makes the neuron active? Answer with one short phrase that would let someone else find such tokens in new texts.`,
  };
}

const explained = (says: string) => `A neuron is said to be active at: ${says}\n\n`;

const simulationPrompt = (says: string, tokens: readonly string[]): string =>
  `${explained(says)}How active is it at each of these ${tokens.length} tokens?\n${JSON.stringify(tokens)}\nAnswer with a JSON list of ${tokens.length} numbers from 0 to 10.`;

const detectionPrompt = (says: string, excerpts: readonly Excerpt[]): string =>
  `${explained(says)}In which of these texts is it active anywhere?\n${excerpts.map(({ tokens }, e) => `${e + 1}. ${tokens.join("")}`).join("\n")}\nAnswer with a JSON list of ${excerpts.length} numbers, 1 for yes and 0 for no.`;

const fuzzingPrompt = (says: string, texts: readonly string[]): string =>
  `${explained(says)}In which of these texts do the marks << >> stand where it is active?\n${texts.map((text, e) => `${e + 1}. ${text}`).join("\n")}\nAnswer with a JSON list of ${texts.length} numbers, 1 for yes and 0 for no.`;

const marked = ({ tokens }: Excerpt, at: readonly number[]): string =>
  tokens.map((token, t) => (at.includes(t) ? `<<${token}>>` : token)).join("");

/** The first list of so many numbers in an answer. */
export function numbersIn(answer: string, count: number): readonly number[] | undefined {
  for (const [list] of answer.matchAll(/\[[^[\]]*\]/g)) {
    try {
      const read: unknown = JSON.parse(list);
      if (Array.isArray(read) && read.length === count && read.every((one) => Number.isFinite(one)))
        return read as number[];
    } catch {
      // Not this one.
    }
  }
  return undefined;
}
