// The order in which files of tests begin: those that wait for a window in turns with those that compute, so that no core stands still.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const COMPUTES = "models";

export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const groups = [...new Set(sorted.map(groupOf))];
    return groups.flatMap((group) => inTurns(sorted.filter((file) => groupOf(file) === group)));
  }
}

const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;

/** Among either kind the order stays. */
function inTurns(files: readonly TestSpecification[]): TestSpecification[] {
  const compute = files.filter(({ project }) => project.name === COMPUTES);
  const wait = files.filter(({ project }) => project.name !== COMPUTES);
  const turns = Math.max(compute.length, wait.length);
  return Array.from({ length: turns }, (_, turn) => [
    ...wait.slice(turn, turn + 1),
    ...compute.slice(turn, turn + 1),
  ]).flat();
}
