// A Patchscope: states of one text in another prompt, the words that it then says, and the same with states of other texts.
//
// Ghandeharioun, Caciularu, Pearce, Dixon, Geva, "Patchscopes", ICML 2024, arXiv 2401.06102.
import type { Executor } from "../activations/executor.ts";
import { type Reals, stacked, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { Execution } from "../choices/execution.ts";
import type { PatchedPrompt, PatchscopeResult, PatchscopeSettings } from "../choices/patchscope.ts";
import { neutralPlaces } from "./neutral-places.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import type { Model } from "../model/model.ts";
import { continueGreedily, patchPlan } from "../patchscope/continue.ts";
import { distances, patchGrid, statesOf } from "../patchscope/grid.ts";
import { refuseSink } from "../patchscope/sink.ts";
import { type MarkedText, markedText, PatchTarget } from "../patchscope/target.ts";
import { readTemplate } from "../patchscope/template.ts";
import { readStates } from "../readout/readings.ts";
import { logitsOf } from "../readout/logits.ts";
import { OwnBos } from "../task/own-bos.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { withModel } from "./open-model.ts";

export interface ReadOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** @throws EngineError "usage" for texts, layers or words that the model has not, or a source that is a sink; "cancelled" */
export async function patchscopeTask(
  settings: PatchscopeSettings,
  { execution, signal, onProgress }: ReadOptions = {},
): Promise<PatchscopeResult> {
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const tokenizer = model.tokenizer.withBos(settings.bos);
    const own = new OwnBos(tokenizer, say`the prompts`);
    const encode: Encode = (text, remedy) => encoded(text, own, model, remedy);
    const source = markedText(settings.text, settings.position ?? settings.at, encode);
    const { host, template, shapes } = hostOf(settings, encode);
    const { dModel, nLayers } = model.config;
    const points = Array.from({ length: nLayers + 1 }, (_, point) => point);
    const from = layersIn(settings.from ?? points, nLayers, "--from");
    const into = layersIn(settings.into ?? points, nLayers, "--into");
    const words = wordsIn(settings.words, source, tokenizer);

    const run = await PatchTarget.open(executor, source.ids, source.position);
    const target = await PatchTarget.open(executor, host.ids, host.position);
    refuseSink(run, target);
    const states = statesOf(run.own().at, from, dModel);
    const tokens = words.map(({ id }) => id);
    const random = await nullStates(executor, settings, from, source.ids[source.position], signal);
    const gridSize = into.length * (1 + settings.draws);
    let done = 0;
    const grid = (of: Reals) =>
      patchGrid(executor, target, of, {
        into,
        tokens,
        signal,
        onLayer: () => onProgress?.("patching", ++done, gridSize),
      });
    const cells = await grid(states);
    const nulls: (typeof cells)[] = [];
    for (const draw of random) nulls.push(await grid(draw));
    const zero = (await patchGrid(executor, target, zeros(executor.precision, dModel), { into, tokens, signal }))[0];
    const end = target.own().end;
    const [unpatched] = await readStates(executor, end.subarray(nLayers * dModel), { tokens: [tokens] });
    const shareOf = (some: typeof cells) =>
      some.flat().filter(({ tokens: [word] }) => word.rank === 1).length / (from.length * into.length);
    const moved = distances(states, target.own().at, into, dModel);
    const ladder = settings.ladder ? await ladderOf(executor, settings, source, host, from, signal) : [];
    return {
      modelName: model.name,
      source: promptOf(source, tokenizer),
      target: promptOf(host, tokenizer),
      template,
      words,
      unpatched: {
        top: tokenizer.token(unpatched.top[0].id),
        probability: Math.exp(unpatched.top[0].logProbability),
        ranks: unpatched.tokens.map(({ rank }) => rank),
      },
      zero: into.map((lt, t) => ({
        into: lt,
        top: tokenizer.token(zero[t].top[0].id),
        ranks: zero[t].tokens.map(({ rank }) => rank),
      })),
      cells: cells.flatMap((row, s) =>
        row.map((reading, t) => ({
          from: from[s],
          into: into[t],
          top: tokenizer.token(reading.top[0].id),
          probability: Math.exp(reading.top[0].logProbability),
          ranks: reading.tokens.map(({ rank }) => rank),
          moved: moved[s][t],
          nullShare: nulls.filter((draw) => draw[s][t].tokens[0].rank === 1).length / nulls.length,
        })),
      ),
      share: besideNull(shareOf(cells), undefined, nulls.map(shareOf)),
      selfPatch: await selfPatch(executor, target, into),
      ladder,
      notes: [...own.notes(), ...(shapes === undefined ? [] : [say`The template shapes the answer. ${shapes}`])],
    };
  });
}

type Encode = (text: string, remedy?: Sentence) => number[];

/** The prompt that states are put into: a template's, or one's own. @throws EngineError as `readTemplate` and `markedText` */
function hostOf({ template, prompt, onto, ontoPosition }: PatchscopeSettings, encode: Encode) {
  if (prompt !== undefined) {
    return { host: markedText(prompt, ontoPosition ?? onto, encode), template: undefined, shapes: undefined };
  }
  if (onto !== undefined || ontoPosition !== undefined) {
    throw new EngineError(
      "usage",
      say`A place to put states at was named without a prompt: give --prompt too, or leave --onto to the template.`,
    );
  }
  const { parts, shapes, name } = readTemplate(template);
  const before = parts.before + parts.slot;
  return {
    host: markedText(before + parts.after, before, (text) =>
      encode(text, say`Take a shorter --template, such as capital or plural, or a --prompt of your own.`),
    ),
    template: name,
    shapes,
  };
}

/**
 * @param remedy of a text that is too long
 * @throws EngineError "usage" for a character that the tokenizer has not, or a text that is too long
 */
export function encoded(
  text: string,
  own: OwnBos,
  { tokenizer, config, name }: Model,
  remedy = say`Shorten it.`,
): number[] {
  const [unknown] = tokenizer.unknown(text);
  if (unknown !== undefined) {
    throw new EngineError(
      "usage",
      say`${name} has no token for ${JSON.stringify(unknown)} in ${JSON.stringify(text)}.`,
    );
  }
  const ids = own.encode(text);
  if (ids.length < config.nContext) return ids;
  throw new EngineError(
    "usage",
    say`${JSON.stringify(text.slice(0, 60))} has ${ids.length} tokens and ${name} reads ${config.nContext}. ${remedy}`,
  );
}

/** @throws EngineError "usage" for a layer beyond the last point */
export function layersIn(layers: readonly number[], nLayers: number, flag: string): readonly number[] {
  const wrong = layers.find((layer) => layer > nLayers);
  if (wrong === undefined) return [...new Set(layers)];
  throw new EngineError(
    "usage",
    say`${flag}: there is no layer ${wrong}; name layers from 0 to ${nLayers}, which is behind the last one.`,
  );
}

export function promptOf({ text, ids, position }: MarkedText, tokenizer: Tokenizer): PatchedPrompt {
  return { text, ids, tokens: ids.map((id) => tokenizer.token(id)), position };
}

function wordsIn(words: readonly string[] | undefined, { ids, position }: MarkedText, tokenizer: Tokenizer) {
  if (words === undefined) return [{ word: tokenizer.token(ids[position]), id: ids[position] }];
  return words.map((word) => {
    const written = word.startsWith(" ") ? word : ` ${word}`;
    const [unknown] = tokenizer.unknown(written);
    if (unknown !== undefined) {
      throw new EngineError("usage", say`--words: there is no token for ${JSON.stringify(unknown)} in "${word}".`);
    }
    return { word, id: tokenizer.encodePlain(written)[0] };
  });
}

/** States of random tokens of the shipped corpus, other ones than the source's, at the same points. */
async function nullStates(
  executor: Executor,
  { draws, seed }: PatchscopeSettings,
  from: readonly number[],
  not: number,
  signal: AbortSignal | undefined,
): Promise<Reals[]> {
  const places = neutralPlaces(executor.model, draws, Random.seeded(seed, "patchscope"), not);
  const states: Reals[] = [];
  for (const { ids, position } of places) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const run = await PatchTarget.open(executor, ids, position);
    states.push(statesOf(run.own().at, from, executor.model.config.dModel));
  }
  return states;
}

/** The target's own states, put back where they stood: the greatest difference of a logit. */
async function selfPatch(executor: Executor, target: PatchTarget, into: readonly number[]): Promise<number> {
  const { dModel } = executor.model.config;
  const own = target.own().at;
  const zero = target.ids.length - 1 === target.position;
  let greatest = 0;
  for (const lt of into) {
    const state = own.subarray(lt * dModel, (lt + 1) * dModel);
    const end = zero && lt === executor.model.config.nLayers ? state : await target.ends(state, lt);
    const logits = await logitsOf(executor, stacked(executor.precision, [end, target.own().end.subarray(-dModel)]));
    const half = logits.length / 2;
    for (let i = 0; i < half; i++) greatest = Math.max(greatest, Math.abs(logits[i] - logits[half + i]));
  }
  return greatest;
}

async function ladderOf(
  executor: Executor,
  { into, tokens }: PatchscopeSettings,
  source: MarkedText,
  host: MarkedText,
  from: readonly number[],
  signal: AbortSignal | undefined,
): Promise<PatchscopeResult["ladder"]> {
  const { model } = executor;
  const rungs = from.map((point) => ({ from: point, into: into?.[0] ?? point }));
  const plans = rungs.map((rung) => patchPlan(source, host, rung.from, rung.into, model.config.nLayers));
  const texts = await continueGreedily(executor, plans, tokens, model.speech().endIds, signal);
  return rungs.map((rung, i) => ({ ...rung, text: model.tokenizer.decode(texts[i].ids), ...texts[i].fired }));
}
