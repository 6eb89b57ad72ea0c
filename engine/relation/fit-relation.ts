// One relation from states to figures: settings chosen on validation subjects, everything reported on test subjects.
import type { EstimatorName } from "../choices/lists.ts";
import { majorityAnswers, nearestAnswers } from "./baselines.ts";
import { causality } from "./edit.ts";
import { type Estimator, ESTIMATORS } from "./estimators/registry.ts";
import {
  bestCell,
  bestRank,
  type Choice,
  figuresOf,
  fittedMaps,
  type RankCell,
  rankSweep,
  samplesCurve,
  shareOfOthers,
  shuffledMean,
  sweep,
  type SweepCell,
  testFigures,
} from "./relation-faithfulness.ts";
import { Random } from "../base/random.ts";
import type { LinearMap } from "./linear-map.ts";
import type { RelationControls, RelationRecord } from "./record.ts";
import { EMBEDDING } from "./states.ts";
import type { Study } from "./study.ts";
import { decompose } from "./svd.ts";

export interface FittedRelation {
  readonly record: RelationRecord;
  readonly controls: RelationControls;
  readonly choice: Choice;
  /** Of the first draw of training subjects. */
  readonly map: LinearMap;
  /** Of W†. */
  readonly editRank: number;
  readonly sweeps: {
    readonly layers: readonly SweepCell[];
    readonly ranks: readonly RankCell[];
    readonly samples: readonly { readonly samples: number; readonly test: number }[];
  };
}

/** Settings that are not chosen but given. */
export interface GivenSettings {
  readonly beta?: number;
  readonly rank?: number;
}

/** @throws EngineError "cancelled" */
export async function fitRelation(
  study: Study,
  relation: string,
  name: EstimatorName,
  given: GivenSettings = {},
): Promise<FittedRelation> {
  const estimator: Estimator = { ...ESTIMATORS[name], ...(given.beta !== undefined && { betas: [given.beta] }) };
  const cells = await sweep(study, estimator);
  const { layer, beta } = bestCell(cells);
  const ranks = given.rank === undefined ? await rankSweep(study, estimator, bestCell(cells)) : [];
  const choice: Choice = { layer, beta, rank: given.rank ?? bestRank(ranks) };
  const maps = await fittedMaps(study, estimator, choice);
  const figures = await testFigures(study, choice, maps);
  const [map] = maps;
  const edits = await causality(study, decompose(map.weight, map.bias.length), layer);
  const others = figures.answers.map((answers, d) =>
    shareOfOthers(study, answers, Random.seeded(study.settings.seed, `relation others ${d}`)),
  );
  return {
    record: {
      relation,
      estimator: name,
      layer,
      beta,
      rank: map.rank,
      samples: study.settings.samples,
      known: study.known.length,
      faithfulness: { mean: figures.mean, ...(figures.interval && { interval: [...figures.interval] }) },
      seenObject: figures.seenObject ?? null,
      unseenObject: figures.unseenObject ?? null,
      majority: figuresOf(study, majorityAnswers(study)).mean,
      logitLens: await bestMean(study, ESTIMATORS["logit-lens"]),
      translation: await bestMean(study, ESTIMATORS.translation),
      shuffled: { mean: await shuffledMean(study, estimator, choice, figures) },
      causality: { mean: edits.mean, baselines: edits.baselines },
    },
    controls: {
      embedding: await embeddingMean(study, estimator, cells),
      nearest: figuresOf(study, nearestAnswers(study)).mean,
      biasOnly: await bestMean(study, ESTIMATORS["bias-only"]),
      shuffledSubjects: others.reduce((sum, x) => sum + x, 0) / others.length,
    },
    choice,
    map,
    editRank: edits.rank,
    sweeps: { layers: cells, ranks, samples: await samplesCurve(study, estimator, choice) },
  };
}

/** A baseline at the layer where it does best on the validation subjects. */
async function bestMean(study: Study, estimator: Estimator): Promise<number> {
  const { layer, beta } = bestCell(await sweep(study, estimator));
  return meanAt(study, estimator, { layer, beta, rank: undefined });
}

/** The same estimator held to the embedding; null where the embedding is not among the layers. */
async function embeddingMean(study: Study, estimator: Estimator, cells: readonly SweepCell[]): Promise<number | null> {
  const own = cells.filter(({ layer }) => layer === EMBEDDING);
  if (own.length === 0) return null;
  const { beta } = bestCell(own);
  return meanAt(study, estimator, { layer: EMBEDDING, beta, rank: undefined });
}

async function meanAt(study: Study, estimator: Estimator, choice: Choice): Promise<number> {
  return (await testFigures(study, choice, await fittedMaps(study, estimator, choice))).mean;
}
