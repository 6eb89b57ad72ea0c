// Questions in two hops: which the model answers, where it decodes the entities, and what back-patching mends and breaks.
import { say, type Sentence } from "../base/sentence.ts";
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { least } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import { SHIPPED_TWO_HOPS } from "../choices/lists.ts";
import type { NullFigure } from "../choices/null-figure.ts";
import {
  type BackPatching,
  type Decoding,
  HOP_CLASSES,
  type HopClass,
  type TwoHopAnswer,
  type TwoHopResult,
  type TwoHopSettings,
} from "../choices/two-hop.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { lensPoints } from "../lens/points.ts";
import { shiftedLens } from "../lens/shifted-lens.ts";
import { allPairs, backPatchRanks, bestPair, type LayerPair } from "../multihop/back-patching.ts";
import { patchGrid } from "../patchscope/grid.ts";
import { markedText, PatchTarget } from "../patchscope/target.ts";
import { readTemplate } from "../patchscope/template.ts";
import { readStates } from "../readout/readings.ts";
import { OwnBos } from "../task/own-bos.ts";
import { shippedFile } from "../task/shipped-file.ts";
import type { TwoHopQuestion } from "../task/two-hop.ts";
import { neutralPrompts } from "./lens-task.ts";
import { encoded, type ReadOptions } from "./patchscope-task.ts";
import { readAside } from "./read-aside.ts";
import { withModel } from "./open-model.ts";

const TWO_HOP_TASK = { one: say`two-hop task`, many: say`Two-hop tasks` };

/** One question as it was run. */
interface Asked {
  readonly question: TwoHopQuestion;
  readonly answers: readonly number[];
  readonly middle: number;
  readonly atE1: PatchTarget;
  readonly atEnd: PatchTarget;
  answer?: TwoHopAnswer;
}

/** Ranks of tokens at every point of a column of states, "point dModel". */
type Decoder = (column: Reals, tokens: readonly number[]) => Promise<number[][]>;

/** @throws EngineError for a task that the tokenizer cannot write, "usage" for too few questions; "cancelled" */
export async function twoHopTask(
  settings: TwoHopSettings,
  { execution, signal, onProgress }: ReadOptions = {},
): Promise<TwoHopResult> {
  const file = shippedFile("two-hops", SHIPPED_TWO_HOPS, settings.task, TWO_HOP_TASK);
  const task = await readAside("two-hop questions", file, signal);
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const own = new OwnBos(model.tokenizer.withBos(settings.bos), "the prompts");
    const encode = (text: string) => encoded(text, own, model);
    const decode = await decoderOf(settings, executor, encode, signal);
    const asked: Asked[] = [];
    const questions = task.questions.slice(0, settings.items);
    for (const [i, question] of questions.entries()) {
      if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      asked.push(await ask(executor, question, encode, decode));
      onProgress?.("asking", i + 1, questions.length);
    }
    const answers = asked.map(({ answer }) => answer!);
    const pairs = allPairs(model.config.nLayers);
    const wrong = answers.flatMap((answer, i) => (answer.class === "both-known" ? [i] : []));
    const total = 2 * (asked.length + wrong.length * settings.draws);
    let done = 0;
    const backPatching = [];
    for (const position of ["e1", "end"] as const) {
      // Draws often meet the same two questions again, and all pairs of layers are many runs.
      const known = new Map<string, number[]>();
      const ranksOf = async (i: number, from: number): Promise<number[]> => {
        const key = `${i} ${from}`;
        const target = targetOf(asked[i], position);
        const column = columnOf(asked[from], position);
        const ranks =
          known.get(key) ?? (await backPatchRanks(executor, target, column, asked[i].answers, pairs, signal));
        known.set(key, ranks);
        onProgress?.("patching", ++done, total);
        return ranks;
      };
      const ranks = await each(asked, (_, i) => ranksOf(i, i));
      const random = Random.seeded(settings.seed, `back-patching/${position}`);
      const draws: number[][][] = [];
      for (let draw = 0; draw < settings.draws; draw++) {
        draws.push(await each(wrong, (i) => ranksOf(i, anotherThan(asked, i, random))));
      }
      backPatching.push(figures(answers, position, pairs, ranks, draws, settings));
    }
    return {
      modelName: model.name,
      task: task.name,
      answers,
      decoder: settings.decoder,
      within: settings.within,
      decodings: decodingsOf(answers, settings),
      pairs,
      backPatching,
      notes: [...own.notes(), ...shortcutNotes(answers)],
    };
  });
}

async function ask(
  executor: Executor,
  question: TwoHopQuestion,
  encode: (text: string) => number[],
  decode: Decoder,
): Promise<Asked> {
  const { tokenizer } = executor.model;
  const first = (word: string) => tokenizer.encodePlain(` ${word}`)[0];
  for (const word of [question.e2, question.e3]) encode(` ${word}`);
  const answers = [...new Set([question.e3, ...question.aliases].map(first))];
  const middle = first(question.e2);
  const marked = markedText(question.prompt, question.e1, encode);
  const atE1 = await PatchTarget.open(executor, marked.ids, marked.position);
  const atEnd = await PatchTarget.open(executor, marked.ids, marked.ids.length - 1);
  const rankAfter = async (text: string, tokens: readonly number[]) => {
    const ids = encode(text);
    const run = await PatchTarget.open(executor, ids, ids.length - 1);
    return best(await rankAtEnd(executor, run, tokens));
  };
  const end = await rankAtEnd(executor, atEnd, answers);
  const [rank, hop1, hop2, shortcut] = [
    best(end),
    await rankAfter(question.hop1, [middle]),
    await rankAfter(question.hop2, answers),
    await rankAfter(question.shortcut, answers),
  ];
  const [e1Ranks, endRanks] = [
    await decode(atE1.own().at, [middle]),
    await decode(atEnd.own().at, [middle, ...answers]),
  ];
  const answer: TwoHopAnswer = {
    prompt: question.prompt,
    e2: question.e2,
    e3: question.e3,
    class: rank === 1 ? "right" : hop1 === 1 && hop2 === 1 ? "both-known" : "wrong-hop",
    top: tokenizer.token(end.top[0].id),
    rank,
    hop1,
    hop2,
    shortcut,
    decoded: {
      e2AtE1: e1Ranks.map(([rank]) => rank),
      e2AtEnd: endRanks.map(([rank]) => rank),
      e3AtEnd: endRanks.map(([, ...ranks]) => least(ranks)),
    },
  };
  return { question, answers, middle, atE1, atEnd, answer };
}

async function rankAtEnd(executor: Executor, run: PatchTarget, tokens: readonly number[]) {
  const { dModel } = executor.model.config;
  return (await readStates(executor, run.own().end.subarray(-dModel), { tokens: [tokens] }))[0];
}

const best = ({ tokens }: { readonly tokens: readonly { readonly rank: number }[] }): number =>
  least(tokens.map(({ rank }) => rank));

const targetOf = ({ atE1, atEnd }: Asked, position: "e1" | "end"): PatchTarget => (position === "e1" ? atE1 : atEnd);
const columnOf = (asked: Asked, position: "e1" | "end"): Reals => targetOf(asked, position).own().at;

/** Some question with another answer; the same one where there is none. */
function anotherThan(asked: readonly Asked[], i: number, random: Random): number {
  const others = asked.flatMap(({ answers }, j) => (answers[0] === asked[i].answers[0] ? [] : [j]));
  return others.length === 0 ? i : others[random.below(others.length)];
}

async function each<In, Out>(items: readonly In[], work: (item: In, index: number) => Promise<Out>): Promise<Out[]> {
  const out: Out[] = [];
  for (const [i, item] of items.entries()) out.push(await work(item, i));
  return out;
}

async function decoderOf(
  { decoder }: TwoHopSettings,
  executor: Executor,
  encode: (text: string) => number[],
  signal: AbortSignal | undefined,
): Promise<Decoder> {
  const { dModel, nLayers } = executor.model.config;
  const rows = nLayers + 1;
  const readWith = async (states: Reals, tokens: readonly number[]) => {
    const readings = await readStates(executor, states, { tokens: Array.from({ length: rows }, () => tokens) });
    return readings.map((reading) => reading.tokens.map(({ rank }) => rank));
  };
  switch (decoder) {
    case "logit":
      return readWith;
    case "shifted": {
      const points = lensPoints(nLayers, ["residPre"]);
      const lens = await shiftedLens(executor, neutralPrompts(undefined, executor.model.tokenizer), points);
      return async (column, tokens) => {
        const moved = column.slice();
        for (const [i, point] of points.slice(0, -1).entries()) {
          moved.set(await lens.translate(point, column.slice(i * dModel, (i + 1) * dModel)), i * dModel);
        }
        return readWith(moved, tokens);
      };
    }
    case "patchscope": {
      const { parts } = readTemplate("identity");
      const whole = parts.before + parts.slot + parts.after;
      const { tokenizer, config, name } = executor.model;
      const length = tokenizer.encode(whole).length;
      if (length >= config.nContext) {
        throw new EngineError(
          "usage",
          say`--decoder patchscope: its prompt has ${length} tokens and ${name} reads ${config.nContext}. Take --decoder logit or shifted.`,
        );
      }
      const host = markedText(whole, parts.before + parts.slot, encode);
      const target = await PatchTarget.open(executor, host.ids, host.position);
      // Early enough that the prompt's end still has to fetch it.
      const into = [Math.max(1, Math.round(nLayers / 10))];
      return async (column, tokens) => {
        const grid = await patchGrid(executor, target, column, { into, tokens, signal });
        return grid.map(([reading]) => reading.tokens.map(({ rank }) => rank));
      };
    }
    default:
      throw decoder satisfies never;
  }
}

function decodingsOf(answers: readonly TwoHopAnswer[], { within, seed }: TwoHopSettings): Decoding[] {
  return HOP_CLASSES.flatMap((name: HopClass) =>
    (["e2AtE1", "e2AtEnd", "e3AtEnd"] as const).flatMap((what): Decoding[] => {
      const own = answers.filter((answer) => answer.class === name);
      if (own.length === 0) return [];
      const first = own.map(({ decoded }) => decoded[what].findIndex((rank) => rank <= within));
      const found = first.filter((point) => point >= 0).sort((a, b) => a - b);
      const points = own[0].decoded[what].map((_, point) => {
        const reached = Float64Array.from(first, (at) => Number(at >= 0 && at <= point));
        return { share: meanOf([...reached]), interval: meanInterval(reached, seed) };
      });
      return [
        {
          class: name,
          what,
          first,
          points,
          share: found.length / own.length,
          interval: meanInterval(
            Float64Array.from(first, (point) => Number(point >= 0)),
            seed,
          ),
          median: found.length === 0 ? undefined : found[Math.floor((found.length - 1) / 2)],
        },
      ];
    }),
  );
}

/** @param ranks by question, then pair @param draws other questions' states put in: by draw, wrong question, pair */
function figures(
  answers: readonly TwoHopAnswer[],
  position: "e1" | "end",
  pairs: readonly LayerPair[],
  ranks: readonly (readonly number[])[],
  draws: readonly (readonly (readonly number[])[])[],
  { seed }: TwoHopSettings,
): BackPatching {
  const of = (name: HopClass) => answers.flatMap((answer, i) => (answer.class === name ? [i] : []));
  const [wrong, right] = [of("both-known"), of("right")];
  const isHeldOut = (place: number) => place % 2 === 1;
  const own = wrong.map((i) => ranks[i]);
  const pair = bestPair(
    own.filter((_, place) => !isHeldOut(place)),
    pairs,
  );
  /** Whether each wrong question is mended by some pair, or by one. */
  const bySome = (rows: readonly (readonly number[])[]) => rows.map((row) => Number(row.includes(1)));
  const byPair = (rows: readonly (readonly number[])[]) => rows.map((row) => Number(row[pair!] === 1));
  const onHeldOut = (hits: readonly number[]) => hits.filter((_, place) => isHeldOut(place));
  const beside = (hitsOf: (rows: readonly (readonly number[])[]) => readonly number[]): NullFigure | undefined => {
    const hits = hitsOf(own);
    if (hits.length === 0) return undefined;
    const interval = meanInterval(Float64Array.from(hits), seed);
    return besideNull(
      meanOf(hits),
      interval,
      draws.map((rows) => meanOf(hitsOf(rows))),
    );
  };
  const [discovery, heldOut] = [false, true].map((held) =>
    pair === undefined ? [] : byPair(own).filter((_, place) => isHeldOut(place) === held),
  );
  const mended = (hits: readonly number[]) => ({ mended: sumOf(hits), of: hits.length });
  return {
    position,
    wrong: wrong.length,
    oracle: sumOf(bySome(own)),
    oracleShare: beside(bySome),
    meanShare:
      own.length === 0 ? undefined : meanOf(own.map((row) => row.filter((rank) => rank === 1).length / pairs.length)),
    chosen:
      pair === undefined
        ? undefined
        : {
            from: pairs[pair][0],
            into: pairs[pair][1],
            discovery: mended(discovery),
            heldOut: mended(heldOut),
            kept: right.filter((i) => ranks[i][pair] === 1).length,
            right: right.length,
            figure: beside((rows) => onHeldOut(byPair(rows))),
          },
    mended: pairs.map((_, p) => wrong.filter((i) => ranks[i][p] === 1).length),
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0);
const meanOf = (values: readonly number[]) => sumOf(values) / values.length;

function shortcutNotes(answers: readonly TwoHopAnswer[]): Sentence[] {
  const short = answers.filter(({ class: name, shortcut }) => name === "right" && shortcut === 1).length;
  if (short === 0) return [];
  return [say`${short} of the right answers come without the first hop too, so that they need no two hops.`];
}
