// How long a sweep still takes, judged by the jobs that it has done.

/** So many of the last jobs tell the pace: jobs of one place in the grid resemble their neighbours. */
const remembered = 30;

export class Pace {
  private readonly ends: number[];

  /** @param now milliseconds, when the first job begins */
  constructor(now: number) {
    this.ends = [now];
  }

  /** A job is done. */
  note(now: number): void {
    this.ends.push(now);
    if (this.ends.length > remembered + 1) this.ends.shift();
  }

  /** Seconds for so many more jobs, however many are done at once; undefined before the first one is done. */
  secondsFor(jobs: number): number | undefined {
    const count = this.ends.length - 1;
    if (count === 0) return undefined;
    return ((this.ends[count]! - this.ends[0]!) / 1000 / count) * jobs;
  }
}
