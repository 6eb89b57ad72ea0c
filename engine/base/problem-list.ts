// What is wrong with a file, however much it is: the first hundred problems, and how many there are.
import { MOST_PROBLEMS } from "./errors.ts";

export class ProblemList<Problem> implements Iterable<Problem> {
  private readonly made: Problem[] = [];
  private found = 0;

  /** @param make called for those that are kept alone: sentences and places of the rest are never made */
  add(make: () => Problem): void {
    if (this.found++ < MOST_PROBLEMS.kept) this.made.push(make());
  }

  addAll(others: ProblemList<Problem>): void {
    for (const problem of others) if (this.made.length < MOST_PROBLEMS.kept) this.made.push(problem);
    this.found += others.found;
  }

  /** All that were added, those that were not kept among them. */
  get count(): number {
    return this.found;
  }

  [Symbol.iterator](): Iterator<Problem> {
    return this.made[Symbol.iterator]();
  }
}
