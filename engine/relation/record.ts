// The figures of one relation, in the form that `secateur relation --json` prints.
import { z } from "zod";
import { ESTIMATOR_NAMES } from "../choices/lists.ts";

/** Between 0 and 1, of the test subjects. */
const share = z.number().min(0).max(1);

export const recordSchema = z.strictObject({
  relation: z.string(),
  estimator: z.enum(ESTIMATOR_NAMES),
  /** −1: the embedding; l: the output of block l. */
  layer: z.number().int().min(-1),
  beta: z.number(),
  /** Of W. */
  rank: z.number().int().nonnegative(),
  /** Subjects fitted on. */
  samples: z.number().int().positive(),
  /** Subjects that the model itself answers. */
  known: z.number().int().positive(),
  /** The interval is absent for too few test subjects or draws. */
  faithfulness: z.strictObject({ mean: share, interval: z.tuple([share, share]).optional() }),
  /** Test subjects whose object was among those fitted on, and the others; null where there is none. */
  seenObject: share.nullable(),
  unseenObject: share.nullable(),
  majority: share,
  logitLens: share,
  translation: share,
  shuffled: z.strictObject({ mean: share }),
  causality: z.strictObject({
    mean: share,
    baselines: z.strictObject({ subject: share, object: share, embedding: share }),
  }),
});

export type RelationRecord = z.infer<typeof recordSchema>;

/** What tells a trivial relation from one that the layers make. */
export const controlsSchema = z.strictObject({
  /** The same estimator from the embedding alone; null where that layer was not asked for. */
  embedding: share.nullable(),
  /** The object whose unembedding lies next to the subject's. */
  nearest: share,
  /** W = 0. */
  biasOnly: share,
  /** Answers given to other subjects than those they were made for. */
  shuffledSubjects: share,
});

export type RelationControls = z.infer<typeof controlsSchema>;
