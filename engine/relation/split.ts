// Which subjects are fitted on, which decide settings and which are reported: the last never take part in the others.
import { Random } from "../base/random.ts";

export interface RelationSplit {
  /** Reported on; the same for every seed. */
  readonly test: readonly number[];
  readonly seeds: readonly SeedSplit[];
}

export interface SeedSplit {
  /** Subjects to fit on, in the order in which they are taken: first one of each object, then the rest. */
  readonly order: readonly number[];
  /** Subjects of neither the first `samples` of `order` nor the test. */
  readonly validation: readonly number[];
}

export interface SplitRequest {
  /** Subjects fitted on. */
  readonly samples: number;
  /** Number of random draws of them. */
  readonly seeds: number;
  readonly seed: number;
  /** Most subjects among which all draws choose (Jacobians are computed for each). */
  readonly pool: number;
}

const testShare = 0.4;
const leastTest = 4;
const leastValidation = 2;
const mostValidation = 30;

/** Known subjects that a split of so many samples needs. */
export const leastKnown = (samples: number): number => samples + leastValidation + leastTest;

/**
 * Test subjects are drawn from the seed; each draw of training subjects covers as many objects as it can, so that a relation of
 * few objects is not fitted on one of them alone.
 *
 * @param objects first token of the object of each known subject
 */
export function splitSubjects(objects: readonly number[], request: SplitRequest): RelationSplit {
  const { samples, seeds, seed, pool } = request;
  const most = objects.length - samples - leastValidation;
  const count = Math.min(most, Math.max(leastTest, Math.round(testShare * objects.length)));
  const all = Random.seeded(seed, "relation test").shuffled(objects.map((_, i) => i));
  const test = all.slice(0, count);
  const development = all.slice(count);
  const available = development.slice(0, Math.max(pool, samples));
  return {
    test,
    seeds: Array.from({ length: seeds }, (_, s) => {
      const random = Random.seeded(seed, `relation samples ${s}`);
      const order = byCoverage(random.shuffled(available), objects);
      const used = new Set(order.slice(0, samples));
      const rest = development.filter((i) => !used.has(i));
      return { order, validation: random.sample(rest, Math.min(mostValidation, rest.length)) };
    }),
  };
}

function byCoverage(subjects: readonly number[], objects: readonly number[]): number[] {
  const seen = new Set<number>();
  const isNew = subjects.map((i) => !seen.has(objects[i]) && Boolean(seen.add(objects[i])));
  return [...subjects.filter((_, at) => isNew[at]), ...subjects.filter((_, at) => !isNew[at])];
}
