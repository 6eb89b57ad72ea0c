// A relation transplant: each subject's state, from any sentence, in the prompt of a relation about somebody else.
//
// As long as the answer follows the state that is put in, the prompt's end has not fetched it yet.
import type { Executor } from "../activations/executor.ts";
import { stacked } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { TransplantResult, TransplantSettings } from "../choices/patchscope.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { refuseSink } from "../patchscope/sink.ts";
import { type MarkedText, markedText, PatchTarget } from "../patchscope/target.ts";
import { readStates, type Reading } from "../readout/readings.ts";
import { OwnBos } from "../task/own-bos.ts";
import { readAside } from "./read-aside.ts";
import { encoded, layersIn, promptOf, type ReadOptions } from "./patchscope-task.ts";
import { withModel } from "./open-model.ts";

interface Item {
  readonly subject: string;
  readonly answer: string;
  readonly answerId: number;
  /** The relation's own prompt about it. */
  readonly prompt: MarkedText;
}

/** @throws EngineError "usage" where the model knows fewer than four answers, or the sentence names no subject; "cancelled" */
export async function transplantTask(
  settings: TransplantSettings,
  { execution, signal, onProgress }: ReadOptions = {},
): Promise<TransplantResult> {
  const task = await readAside("relation", settings.task, signal);
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const { dModel, nLayers } = model.config;
    const tokenizer = model.tokenizer.withBos(settings.bos);
    const own = new OwnBos(tokenizer, say`the prompts`);
    const encode = (text: string) => encoded(text, own, model);
    const [template] = task.promptTemplates;
    const sentence = settings.text ?? template.slice(0, template.indexOf("{}") + 2);
    if (!sentence.includes("{}")) {
      throw new EngineError("usage", say`--text: ${JSON.stringify(sentence)} has no {} for the subject.`);
    }
    const items = await knownItems(executor, task.samples, template, encode, settings.samples + 1, signal);
    if (items.length < 5) {
      throw new EngineError(
        "usage",
        say`${model.name} knows ${items.length} of the answers of ${settings.task}, and five are needed: one whose prompt is used, and four that are moved.`,
      );
    }
    const [host, ...moved] = items;
    const target = await PatchTarget.open(executor, host.prompt.ids, host.prompt.position);
    const from = Array.from({ length: nLayers + 1 }, (_, point) => point);
    if (settings.into !== undefined) layersIn([settings.into], nLayers, "--into");
    const texts = moved.map(({ subject }) => {
      const text = sentence.replaceAll("{}", subject);
      return markedText(text, subject, encode);
    });
    const columns = [];
    for (const [i, { ids, position }] of texts.entries()) {
      if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      const run = await PatchTarget.open(executor, ids, position);
      refuseSink(run, target);
      columns.push(run.own().at);
      onProgress?.("states", i + 1, texts.length);
    }
    const readings: Reading[][] = [];
    for (const point of from) {
      const states = stacked(
        executor.precision,
        columns.map((column) => column.subarray(point * dModel, (point + 1) * dModel)),
      );
      const ends = await target.ends(states, settings.into ?? point, signal);
      readings.push(await readStates(executor, ends, { tokens: moved.map(({ answerId }) => [answerId]) }));
      onProgress?.("patching", point + 1, from.length);
    }
    const orders = shuffled(moved, settings.draws, settings.seed);
    const layers = from.map((point, p) => {
      const tops = readings[p].map(({ top }) => top[0].id);
      const hits = Float64Array.from(moved, ({ answerId }, i) => Number(tops[i] === answerId));
      const interval = meanInterval(hits, settings.seed);
      const nulls = orders.map((order) => share(order.map((j, i) => tops[i] === moved[j].answerId)));
      return {
        from: point,
        into: settings.into ?? point,
        discovery: share([...hits].filter((_, i) => i % 2 === 0).map(Boolean)),
        heldOut: share([...hits].filter((_, i) => i % 2 === 1).map(Boolean)),
        own: besideNull(share([...hits].map(Boolean)), interval, nulls),
        host: share(tops.map((top) => top === host.answerId)),
      };
    });
    const lastIndex = layers.findLastIndex(({ discovery }) => discovery >= 0.5);
    return {
      modelName: model.name,
      relation: task.name,
      target: promptOf(host.prompt, tokenizer),
      subjects: moved.map(({ subject, answer }, i) => ({
        subject,
        answer,
        text: texts[i].text,
        ranks: readings.map((layer) => layer[i].tokens[0].rank),
      })),
      layers,
      last: lastIndex < 0 ? undefined : layers[lastIndex].from,
      notes: own.notes(),
    };
  });
}

/** Samples of one answer token that the model gives, in the order of the file; no two of them of one answer. */
async function knownItems(
  executor: Executor,
  samples: readonly { readonly subject: string; readonly object: string }[],
  template: string,
  encode: (text: string) => number[],
  most: number,
  signal: AbortSignal | undefined,
): Promise<Item[]> {
  const { tokenizer, config } = executor.model;
  const items: Item[] = [];
  const answers = new Set<number>();
  for (const { subject, object } of samples) {
    if (items.length >= most) break;
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    if (tokenizer.unknown(`${subject} ${object}`).length > 0) continue;
    const prompt = markedText(template.replaceAll("{}", subject), subject, encode);
    const [answerId] = tokenizer.encodePlain(` ${object}`);
    if (answers.has(answerId)) continue;
    const run = await PatchTarget.open(executor, prompt.ids, prompt.position);
    const [{ top }] = await readStates(executor, run.own().end.subarray(config.nLayers * config.dModel));
    if (top[0].id !== answerId) continue;
    answers.add(answerId);
    items.push({ subject, answer: object, answerId, prompt });
  }
  return items;
}

/** Orders in which every subject has another one's answer. */
function shuffled(items: readonly unknown[], draws: number, seed: number): number[][] {
  const random = Random.seeded(seed, "transplant");
  return Array.from({ length: draws }, () => {
    // A random cycle through all of them leaves none where it was.
    const order = random.shuffled(items.map((_, i) => i));
    const next = Array.from({ length: items.length }, () => 0);
    order.forEach((i, place) => (next[i] = order[(place + 1) % order.length]));
    return next;
  });
}

const share = (hits: readonly boolean[]): number => hits.filter(Boolean).length / hits.length;
