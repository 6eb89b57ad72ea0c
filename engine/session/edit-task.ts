// Value edits of facts, judged by one table: held-out wordings, other facts, neutral text, random neurons.
import { z } from "zod";
import { Executor } from "../activations/executor.ts";
import { runPlans } from "../activations/run-plan.ts";
import { EngineError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { type EditedFact, type EditResult, type EditSettings, SHIPPED_FACTS } from "../choices/edit.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { editPatch, type KnowledgeNeuron, knowledgeNeurons, type ValueEdit } from "../memory/value-edit.ts";
import { openModel } from "../model/open.ts";
import { OverlaidModel } from "../model/overlay.ts";
import { writePatchFile } from "../model/weight-patch.ts";
import { argMax } from "../readout/ranking.ts";
import { readFields } from "../task/read-fields.ts";
import { shippedFile } from "../task/shipped-file.ts";
import { neutralPlaces } from "./neutral-places.ts";
import type { ReadOptions } from "./patchscope-task.ts";

const word = z.string().min(1).max(200);
const schema = z.strictObject({
  kind: z.literal("facts"),
  name: word,
  facts: z
    .array(z.strictObject({ old: word, new: word, prompts: z.array(z.string().min(1).max(10_000)).min(2).max(100) }))
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
  /** Wordings; the last one is held out. */
  readonly ids: readonly (readonly number[])[];
}

/** @throws EngineError as `readFields` for what is no file of facts; "usage" where the model knows fewer than two; "cancelled" */
export async function editTask(
  settings: EditSettings,
  { execution, signal, onProgress }: ReadOptions = {},
): Promise<EditResult> {
  const { facts: read } = readFields(shippedFile("facts", SHIPPED_FACTS, settings.facts), schema);
  const model = openModel(settings.model);
  const executor = new Executor(model, execution);
  try {
    const { tokenizer, config } = model;
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
    for (const { old, new: other, prompts } of written) {
      const ids = prompts.map((prompt) => tokenizer.encode(prompt));
      const [from, to] = [old, other].map((answer) => tokenizer.encodePlain(` ${answer}`)[0]);
      if (facts.length < settings.limit && (await tops(executor, [ids[0]]))[0] === from) {
        facts.push({ old, new: other, prompt: prompts[0], from, to, ids });
      }
    }
    if (facts.length < 2) {
      throw new EngineError(
        "usage",
        `${model.name} knows ${facts.length} of the facts of ${settings.facts}; two are needed.`,
      );
    }
    if (settings.patch !== undefined && settings.fact >= facts.length) {
      throw new EngineError("usage", `--fact: ${model.name} knows ${facts.length} of the facts, from 0.`);
    }
    const total = facts.reduce((sum, { ids }) => sum + (ids.length - 1) * config.nLayers, 0);
    let done = 0;
    const found: KnowledgeNeuron[][] = [];
    for (const { ids, from } of facts) {
      const onLayer = () => onProgress?.("neurons", ++done, total);
      found.push(await knowledgeNeurons(executor, ids.slice(0, -1), from, settings.neurons, { signal, onLayer }));
    }
    const kept = found.map((own) => own.filter((neuron) => shareOf(found, neuron) <= settings.shared));
    const dropped = found.flat().length - kept.flat().length;
    const edit = editOf(settings);
    const neutral = neutralPlaces(model, NEUTRAL_TEXTS, Random.seeded(settings.seed, "neutral"));
    const random = Random.seeded(settings.seed, "edit");
    const results: EditedFact[] = [];
    const nulls = Array.from({ length: settings.draws }, () => 0);
    for (const [i, fact] of facts.entries()) {
      const { ids, from, to } = fact;
      const patched = async <T>(neurons: readonly KnowledgeNeuron[], work: (on: Executor) => Promise<T>) => {
        const overlaid = new OverlaidModel(model, editPatch(model, neurons, edit, [from, to]));
        const changed = executor.overlaid(overlaid);
        return work(changed).finally(() => changed.dispose());
      };
      const others = facts.filter((other) => other !== fact);
      const result = await patched(kept[i], async (on) => {
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
      results.push({ prompt: fact.prompt, old: fact.old, new: fact.new, neurons: kept[i], ...result });
      for (let draw = 0; draw < settings.draws; draw++) {
        const drawn = kept[i].map((one) => ({ ...one, neuron: random.below(config.dMlp) }));
        const distinct = drawn.filter(
          (one, at) => drawn.findIndex((other) => other.layer === one.layer && other.neuron === one.neuron) === at,
        );
        const [top] = await patched(distinct, (on) => tops(on, [ids.at(-1)!]));
        if (top === to) nulls[draw] += 1 / facts.length;
      }
      onProgress?.("edits", i + 1, facts.length);
    }
    if (settings.patch !== undefined) {
      const { from, to } = facts[settings.fact];
      writePatchFile(settings.patch, model, editPatch(model, kept[settings.fact], edit, [from, to]));
    }
    const hits = Float64Array.from(results, ({ heldOut }) => Number(heldOut.success));
    return {
      modelName: model.name,
      facts: results,
      patch: settings.patch === undefined ? undefined : { file: settings.patch, fact: settings.fact },
      success: besideNull(hits.reduce((sum, x) => sum + x, 0) / hits.length, meanInterval(hits, settings.seed), nulls),
      notes: dropped > 0 ? [`${dropped} neurons are left out: too many facts have them in common.`] : [],
    };
  } finally {
    await executor.dispose();
    model.close();
  }
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
