// Steers a model with a feature while it writes, beside what that does to neutral text and what other features do.
import type { Dictionary, Resources } from "../activations/dictionary.ts";
import type { Executor } from "../activations/executor.ts";
import type { Change } from "../activations/plan.ts";
import { runPlans } from "../activations/run-plan.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { Reconstruction, SaeSteerResult, SaeSteerSettings } from "../choices/dictionary.ts";
import { LEAST_DRAWS } from "../choices/null-figure.ts";
import type { Corpus } from "../corpus/corpus.ts";
import { implausible } from "../dictionary/gate.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { meanOf } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import { rowNorms, SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { type SitePlace, statesOf } from "../dictionary/states.ts";
import { type NeutralText, neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { generate } from "../generation/generate.ts";
import { directionLogits } from "../readout/direction.ts";
import { logSumExp } from "../readout/distribution.ts";
import { topIds } from "../readout/ranking.ts";
import {
  exclusionsOf,
  openCorpus,
  placeOf,
  requireFeature,
  requireReconstructs,
  type WorkHooks,
} from "./dictionary-work.ts";
import { withModel } from "./open-model.ts";

export interface SaeSteerHooks extends WorkHooks {
  readonly onProgress?: (done: number, total: number) => void;
}

const raisedTokens = 10;

/**
 * Strengths are multiples of the feature's largest activation in discovery texts; harm is measured on held-out ones. Of the random
 * features each is added, clamped or projected by as much, its direction stretched to the norm of the feature's own.
 *
 * @throws EngineError as `loadDictionary` and `placeOf`; "usage" for a feature that there is not or that never fires; "cancelled"
 */
export async function saeSteerTask(settings: SaeSteerSettings, hooks: SaeSteerHooks = {}): Promise<SaeSteerResult> {
  const loaded = loadDictionary(settings.dictionary, settings);
  requireReconstructs(loaded);
  requireFeature(settings.feature, loaded.weights.dSae);
  return withModel(settings.model, hooks, async (executor, keep) => {
    const place = placeOf(executor, loaded, settings);
    const corpus = await openCorpus(executor.model, settings, hooks.signal);
    const dictionary = keep(new SparseDictionary(loaded.weights));
    const { max, figures } = await firstLook(executor, corpus, settings, place, dictionary, hooks.signal);
    const steering = new Steering(executor, settings, place, dictionary, max);
    const raised = topIds(await steering.raisedLogits(), raisedTokens);
    const others = randomFeatures(loaded.weights.dSae, settings);
    const texts = await heldOutTexts(corpus, settings.texts);
    const ids = executor.model.tokenizer.withBos(settings.bos).encode(settings.text);
    const doses: SaeSteerResult["doses"][number][] = [];
    for (const [d, strength] of settings.strengths.entries()) {
      if (hooks.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      doses.push(await steering.dose(strength, ids, texts, raised, others, hooks.signal));
      hooks.onProgress?.(d + 1, settings.strengths.length);
    }
    return {
      modelName: executor.model.name,
      feature: settings.feature,
      max,
      doses,
      raises: raised.map((id) => executor.model.tokenizer.token(id)),
      notes: [
        ...loaded.notes,
        ...implausible(figures, loaded.weights.dSae, loaded.weights.dIn),
        saneNote(doses, settings.sane),
      ],
    };
  });
}

/** One feature at one place, and others in its stead. */
class Steering {
  private readonly resources: Resources;
  private readonly norms: Float32Array;

  constructor(
    private readonly executor: Executor,
    private readonly settings: SaeSteerSettings,
    private readonly place: SitePlace,
    private readonly dictionary: SparseDictionary,
    private readonly max: number,
  ) {
    const { wDec, dSae, dOut } = dictionary.weights;
    this.norms = rowNorms(wDec, dSae, dOut);
    this.resources = { dictionaries: new Map<string, Dictionary>([["own", dictionary]]) };
  }

  async raisedLogits(): Promise<Float64Array | Float32Array> {
    const direction = this.dictionary.direction(this.settings.feature);
    if (direction.length !== this.executor.model.config.dModel) {
      throw new EngineError(
        "usage",
        say`Steering needs a site of the stream's width; ${this.place.site} is read by a matrix first.`,
      );
    }
    return directionLogits(this.executor, direction);
  }

  async dose(
    strength: number,
    ids: readonly number[],
    texts: readonly NeutralText[],
    raised: readonly number[],
    others: readonly number[],
    signal?: AbortSignal,
  ): Promise<SaeSteerResult["doses"][number]> {
    const { executor, resources, settings } = this;
    const features = [settings.feature, ...others];
    const changes = features.map((feature) => this.change(feature, strength));
    const [own] = changes;
    const { samples } = await generate(
      executor,
      { worlds: [{ ids }], changes: [{ world: 0, ...own }], read: [] },
      {
        sampling: { temperature: 0 },
        maxTokens: settings.maxTokens,
        stopIds: executor.model.speech().endIds,
        stopTexts: [],
        samples: 1,
        seed: settings.seed,
        alternatives: 1,
      },
      { resources, signal },
    );
    const effects = await neutralEffects(
      executor,
      texts,
      changes.map((change) => ({ changes: [change] })),
      { resources, signal, seed: settings.seed },
    );
    const shifts = await this.shifts(ids, changes, raised);
    const [kl, ...klOfOthers] = effects.map((effect) => effect.kl);
    return {
      strength,
      text: samples[0].text,
      kl: besideNull(
        kl.mean,
        kl.interval,
        klOfOthers.map(({ mean }) => mean),
      ),
      effect: besideNull(shifts[0], undefined, shifts.slice(1)),
      sane: kl.mean < settings.sane,
    };
  }

  private change(
    feature: number,
    strength: number,
  ): { where: { site: SitePlace["site"]; layer: number; at: "all" }; change: Change } {
    const where = { ...this.place, at: "all" as const };
    const stretch = this.norms[feature] > 0 ? this.norms[this.settings.feature] / this.norms[feature] : 0;
    const amount = strength * this.max;
    const direction = [...this.dictionary.direction(feature)];
    switch (this.settings.op) {
      case "add":
        return { where, change: { op: "add", what: { vector: direction }, scale: amount * stretch } };
      case "clamp":
        return {
          where,
          change: {
            op: "through",
            dictionary: "own",
            edits: [{ feature, op: "set", by: amount * stretch }],
            error: "kept",
          },
        };
      case "project":
        return { where, change: { op: "project", basis: [direction], keep: "outside" } };
      default:
        return this.settings.op satisfies never;
    }
  }

  /** Of each change the mean change of the raised tokens' log-probabilities at the prompt's end. */
  private async shifts(
    ids: readonly number[],
    changes: readonly ReturnType<Steering["change"]>[],
    raised: readonly number[],
  ): Promise<number[]> {
    const read = [{ world: 0, site: "logits", at: "end" }] as const;
    const plans = [[], ...changes.map((change) => [{ world: 0, ...change }])].map((own) => ({
      worlds: [{ ids }],
      changes: own,
      read,
    }));
    const outcomes = await runPlans(this.executor, plans, { resources: this.resources });
    const [clean, ...steered] = outcomes.map(({ read: [{ rows }] }) => {
      const normaliser = logSumExp(rows[0]);
      return raised.reduce((sum, id) => sum + rows[0][id] - normaliser, 0) / raised.length;
    });
    return steered.map((value) => value - clean);
  }
}

/** The feature's largest activation, and whether the dictionary fits these states at all. */
async function firstLook(
  executor: Executor,
  corpus: Corpus,
  settings: SaeSteerSettings,
  place: SitePlace,
  dictionary: SparseDictionary,
  signal?: AbortSignal,
): Promise<{ readonly max: number; readonly figures: Reconstruction }> {
  const { dSae, dIn } = dictionary.weights;
  let sums: ReconstructionSums | undefined;
  const exclude = exclusionsOf(executor.model, settings);
  let [most, seen] = [0, 0];
  for await (const { rows, tokens } of statesOf(executor, corpus.texts("discovery"), [place], {
    ...settings,
    exclude,
    signal,
  })) {
    const features = await dictionary.encode(rows[0]);
    sums ??= new ReconstructionSums(dIn, dSae, meanOf(rows[0], dIn));
    sums.add(rows[0], dictionary.decode(features, rows[0]), features);
    for (let row = 0; row < tokens.length; row++) most = Math.max(most, features[row * dSae + settings.feature]);
    seen += tokens.length;
    if (seen >= settings.tokens) break;
  }
  if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  if (sums && most > 0) return { max: most, figures: sums.figures() };
  throw new EngineError(
    "usage",
    say`Feature ${settings.feature} fires in none of ${seen} states, so that there is no strength to measure by. Take another one, or more --tokens.`,
  );
}

/** Others than the feature itself. */
function randomFeatures(dSae: number, { feature, seed }: SaeSteerSettings): number[] {
  if (dSae <= LEAST_DRAWS) {
    throw new EngineError(
      "usage",
      say`The dictionary has ${dSae} features; ${LEAST_DRAWS + 1} are needed for random ones beside it.`,
    );
  }
  const all = Array.from({ length: dSae }, (_, j) => j).filter((j) => j !== feature);
  return Random.seeded(seed, "random-features").sample(all, LEAST_DRAWS);
}

async function heldOutTexts(corpus: Corpus, most: number): Promise<NeutralText[]> {
  const texts: NeutralText[] = [];
  for await (const { ids, firstNew } of corpus.texts("heldOut")) {
    if (ids.length > 1) texts.push({ ids, firstNew });
    if (texts.length === most) break;
  }
  return texts;
}

function saneNote(doses: SaeSteerResult["doses"], sane: number): Sentence {
  const within = doses.filter((dose) => dose.sane).map(({ strength }) => strength);
  if (within.length === 0) return say`At none of these strengths KL on neutral text is below ${sane} nats.`;
  return say`Text stays sane (KL on neutral text below ${sane} nats) at strengths ${sayList(within, ", ")}.`;
}
