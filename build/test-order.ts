// The order in which files of tests begin: what takes minutes first, those that wait for a window in turns with those that compute, so
// that no core stands still; then the many short ones, of which none is long enough to be waited for at the end.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const SHORT = "unit";
const COMPUTES = "models";

export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (wanted: (project: string) => boolean) => sorted.filter(({ project }) => wanted(project.name));
    const compute = of((name) => name === COMPUTES);
    const wait = of((name) => name !== COMPUTES && name !== SHORT);
    return [...inTurns(wait, compute), ...of((name) => name === SHORT)];
  }
}

/** Among either kind the order stays. */
function inTurns(some: readonly TestSpecification[], others: readonly TestSpecification[]): TestSpecification[] {
  const turns = Math.max(some.length, others.length);
  return Array.from({ length: turns }, (_, turn) => [
    ...some.slice(turn, turn + 1),
    ...others.slice(turn, turn + 1),
  ]).flat();
}
