// Value edits of facts, judged by one table: held-out wordings, other facts, neutral text, random neurons.
import { type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Executor } from "../activations/executor.ts";
import { HeldGradients } from "../activations/held-gradients.ts";
import { runPlans } from "../activations/run-plan.ts";
import { EngineError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { EditedFact, EditResult, EditSettings } from "../choices/edit.ts";
import { SHIPPED_FACTS } from "../choices/lists.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { findRankOne, keyMoments, keysAt, type RankOneEdit, rankOnePatch } from "../memory/rank-one.ts";
import { editPatch, type KnowledgeNeuron, knowledgeNeurons, type ValueEdit } from "../memory/value-edit.ts";
import { OverlaidModel } from "../model/overlay.ts";
import { type WeightPatch, writePatchFile } from "../model/weight-patch.ts";
import { markedText } from "../patchscope/target.ts";
import { argMax } from "../readout/ranking.ts";
import { readFields } from "../task/read-fields.ts";
import { shippedFile } from "../task/shipped-file.ts";
import { neutralPlaces } from "./neutral-places.ts";
import type { ReadOptions } from "./patchscope-task.ts";
import { withModel } from "./open-model.ts";

const FACT_FILE = { one: say`fact file`, many: say`Fact files` };

const word = z.string().min(1).max(200);
const schema = z.strictObject({
  kind: z.literal("facts"),
  name: word,
  facts: z
    .array(
      z.strictObject({
        old: word,
        new: word,
        subject: word.optional(),
        prompts: z.array(z.string().min(1).max(10_000)).min(2).max(100),
      }),
    )
    .min(2)
    .max(10_000),
});

/** Texts on which an edit should change nothing. */
const NEUTRAL_TEXTS = 24;

interface Fact {
  readonly old: string;
  readonly new: string;
  readonly prompt: string;
  readonly from: number;
  readonly to: number;
  /** What the fact is of; the rank-one edit needs it. */
  readonly subject: string | undefined;
  /** Wordings as text; the last one is held out. */
  readonly prompts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

/** @throws EngineError as `readFields` for what is no file of facts; "usage" where the model knows fewer than two; "cancelled" */
export async function editTask(
  settings: EditSettings,
  { execution, signal, onProgress }: ReadOptions = {},
): Promise<EditResult> {
  const { facts: read } = readFields(shippedFile("facts", SHIPPED_FACTS, settings.facts, FACT_FILE), schema);
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const { tokenizer } = model;
    const tops = async (on: Executor, prompts: readonly (readonly number[])[]) => {
      const plans = prompts.map((ids) => ({
        worlds: [{ ids }],
        changes: [],
        read: [{ world: 0, site: "logits", at: "end" } as const],
      }));
      return (await runPlans(on, plans, { signal })).map(({ read }) => argMax(read[0].rows[0]));
    };
    const written = read.filter(
      (fact) => tokenizer.unknown([fact.old, fact.new, ...fact.prompts].join(" ")).length === 0,
    );
    const facts: Fact[] = [];
    for (const { old, new: other, subject, prompts } of written) {
      const ids = prompts.map((prompt) => tokenizer.encode(prompt));
      const [from, to] = [old, other].map((answer) => tokenizer.encodePlain(` ${answer}`)[0]);
      if (facts.length < settings.limit && (await tops(executor, [ids[0]]))[0] === from) {
        facts.push({ old, new: other, subject, prompt: prompts[0], prompts, from, to, ids });
      }
    }
    if (facts.length < 2) {
      throw new EngineError(
        "usage",
        say`${model.name} knows ${facts.length} of the facts of ${settings.facts}; two are needed.`,
      );
    }
    if (settings.patch !== undefined && settings.fact >= facts.length) {
      throw new EngineError("usage", say`--fact: ${model.name} knows ${facts.length} of the facts, from 0.`);
    }
    const editor = await editorOf(executor, facts, settings, { signal, onProgress });
    const neutral = neutralPlaces(model, NEUTRAL_TEXTS, Random.seeded(settings.seed, "neutral"));
    const results: EditedFact[] = [];
    const nulls = Array.from({ length: settings.draws }, () => 0);
    for (const [i, fact] of facts.entries()) {
      const { ids, from, to } = fact;
      const patched = async <T>(patch: WeightPatch, work: (on: Executor) => Promise<T>) => {
        const overlaid = new OverlaidModel(model, patch);
        const changed = executor.overlaid(overlaid);
        return work(changed).finally(() => changed.dispose());
      };
      const others = facts.filter((other) => other !== fact);
      const result = await patched(editor.patch(i), async (on) => {
        const after = await tops(on, ids);
        const seen = after.slice(0, -1);
        const last = after.at(-1)!;
        const otherTops = await tops(
          on,
          others.map((other) => other.ids[0]),
        );
        const [{ kl, crossEntropy, texts, tokens }] = await neutralEffects(executor, neutral, [{ model: on }], {
          signal,
        });
        return {
          seen: {
            changed: seen.filter((top) => top !== from).length,
            success: seen.filter((top) => top === to).length,
            of: seen.length,
          },
          heldOut: { changed: last !== from, success: last === to },
          othersKept: otherTops.filter((top, o) => top === others[o].from).length,
          others: others.length,
          neutral: { kl, crossEntropy, texts, tokens },
        };
      });
      const { neurons, layer } = editor.changes(i);
      results.push({ prompt: fact.prompt, old: fact.old, new: fact.new, neurons, layer, ...result });
      for (let draw = 0; draw < settings.draws; draw++) {
        const [top] = await patched(editor.random(i), (on) => tops(on, [ids.at(-1)!]));
        if (top === to) nulls[draw] += 1 / facts.length;
      }
      onProgress?.("edits", i + 1, facts.length);
    }
    if (settings.patch !== undefined) {
      writePatchFile(settings.patch, model, editor.patch(settings.fact));
    }
    const hits = Float64Array.from(results, ({ heldOut }) => Number(heldOut.success));
    return {
      modelName: model.name,
      facts: results,
      patch: settings.patch === undefined ? undefined : { file: settings.patch, fact: settings.fact },
      success: besideNull(hits.reduce((sum, x) => sum + x, 0) / hits.length, meanInterval(hits, settings.seed), nulls),
      notes: editor.notes,
    };
  });
}

/** How facts are edited, and what is edited in its place to see what chance gives. */
interface Editor {
  readonly changes: (fact: number) => Pick<EditedFact, "neurons" | "layer">;
  readonly patch: (fact: number) => WeightPatch;
  readonly random: (fact: number) => WeightPatch;
  readonly notes: readonly Note[];
}

function editorOf(
  executor: Executor,
  facts: readonly Fact[],
  settings: EditSettings,
  options: Pick<ReadOptions, "signal" | "onProgress">,
): Promise<Editor> {
  switch (settings.method) {
    case "value":
      return valueEditor(executor, facts, settings, options);
    case "rank-one":
      return rankOneEditor(executor, facts, settings, options);
    default:
      throw settings.method satisfies never;
  }
}

async function valueEditor(
  executor: Executor,
  facts: readonly Fact[],
  settings: EditSettings,
  { signal, onProgress }: Pick<ReadOptions, "signal" | "onProgress">,
): Promise<Editor> {
  const { model } = executor;
  const { nLayers, dMlp } = model.config;
  const total = facts.reduce((sum, { ids }) => sum + (ids.length - 1) * nLayers, 0);
  let done = 0;
  const found: KnowledgeNeuron[][] = [];
  await HeldGradients.during(executor, async (gradients) => {
    for (const { ids, from } of facts) {
      const onLayer = () => onProgress?.("neurons", ++done, total);
      const options = { signal, gradients, onLayer };
      found.push(await knowledgeNeurons(executor, ids.slice(0, -1), from, settings.neurons, options));
    }
  });
  const kept = found.map((own) => own.filter((neuron) => shareOf(found, neuron) <= settings.shared));
  const dropped = found.flat().length - kept.flat().length;
  const edit = editOf(settings);
  const random = Random.seeded(settings.seed, "edit");
  const patchOf = (fact: number, neurons: readonly KnowledgeNeuron[]) =>
    editPatch(model, neurons, edit, [facts[fact].from, facts[fact].to]);
  return {
    changes: (fact) => ({ neurons: kept[fact], layer: undefined }),
    patch: (fact) => patchOf(fact, kept[fact]),
    random: (fact) => {
      const drawn = kept[fact].map((one) => ({ ...one, neuron: random.below(dMlp) }));
      const isFirst = (one: KnowledgeNeuron, at: number) =>
        drawn.findIndex((other) => other.layer === one.layer && other.neuron === one.neuron) === at;
      return patchOf(fact, drawn.filter(isFirst));
    },
    notes: dropped > 0 ? [say`${dropped} neurons are left out: too many facts have them in common.`] : [],
  };
}

/** Tokens of the shipped text that the covariance of keys is of. */
const KEY_TOKENS = 8_192;

async function rankOneEditor(
  executor: Executor,
  facts: readonly Fact[],
  { layer: wanted, draws, seed }: EditSettings,
  { signal, onProgress }: Pick<ReadOptions, "signal" | "onProgress">,
): Promise<Editor> {
  const { model } = executor;
  const { tokenizer, config } = model;
  const layer = wanted ?? Math.floor(config.nLayers / 6);
  if (layer >= config.nLayers) {
    throw new EngineError(
      "usage",
      say`--layer: there is no layer ${layer}; ${model.name} has ${config.nLayers}, from 0.`,
    );
  }
  const encode = (text: string) => tokenizer.encode(text);
  const marked = facts.map(({ subject, prompts, prompt }) => {
    if (subject === undefined) {
      throw new EngineError(
        "usage",
        say`The rank-one edit needs to know what "${prompt}" is of: write "subject" there.`,
      );
    }
    const essence = `${subject} is a`;
    return {
      wordings: prompts.slice(0, -1).map((text) => markedText(text, subject, encode)),
      essence: tokenizer.unknown(essence).length === 0 ? markedText(essence, subject, encode) : undefined,
    };
  });
  const random = Random.seeded(seed, "keys");
  const lines = neutralPlaces(model, KEY_TOKENS / 4, random).map(({ ids }) => ids);
  const moments = await keyMoments(executor, lines, layer, KEY_TOKENS, signal);
  const edits: RankOneEdit[] = [];
  await HeldGradients.during(executor, async (gradients) => {
    for (const [i, { wordings, essence }] of marked.entries()) {
      edits.push(await findRankOne(executor, wordings, essence, facts[i].to, layer, { signal, gradients }));
      onProgress?.("neurons", i + 1, facts.length);
    }
  });
  const others = await keysAt(executor, neutralPlaces(model, draws * facts.length, random), layer);
  let drawn = 0;
  return {
    changes: () => ({ neurons: [], layer }),
    patch: (fact) => rankOnePatch(model, edits[fact], moments),
    random: (fact) => rankOnePatch(model, edits[fact], moments, others[drawn++ % others.length]),
    notes: [],
  };
}

function editOf({ kind, away, towards, factor }: EditSettings): ValueEdit {
  switch (kind) {
    case "signed":
    case "literal":
      return { kind: "rewrite", signed: kind === "signed", away, towards };
    case "erase":
      return { kind };
    case "boost":
      return { kind, factor };
    default:
      throw kind satisfies never;
  }
}

function shareOf(found: readonly (readonly KnowledgeNeuron[])[], { layer, neuron }: KnowledgeNeuron): number {
  return found.filter((own) => own.some((one) => one.layer === layer && one.neuron === neuron)).length / found.length;
}
