// How long a stage will still take: the median of its last steps, once there are enough of them to tell.

/** Fewer steps than this say nothing. */
const leastSteps = 5;
const rememberedSteps = 20;

export interface TimedProgress {
  readonly done: number;
  readonly total: number;
  /** Undefined while there are too few steps to tell. */
  readonly secondsLeft: number | undefined;
}

export class TimeLeft {
  private stage = "";
  private done = 0;
  private since = 0;
  private durations: number[] = [];

  /**
   * Takes note of progress.
   * @param now milliseconds of any clock that only goes forward
   */
  note(stage: string, done: number, now: number): void {
    if (stage !== this.stage || done < this.done) {
      this.stage = stage;
      this.durations = [];
    } else if (done > this.done) {
      const each = (now - this.since) / (done - this.done);
      const steps = Array.from({ length: Math.min(done - this.done, rememberedSteps) }, () => each);
      this.durations = [...this.durations, ...steps].slice(-rememberedSteps);
    } else {
      return;
    }
    this.done = done;
    this.since = now;
  }

  /** Takes note of progress, and says it with the seconds that are left. */
  progress(stage: string, { done, total }: Omit<TimedProgress, "secondsLeft">, now: number): TimedProgress {
    this.note(stage, done, now);
    return { done, total, secondsLeft: this.seconds(total) };
  }

  /** Seconds until `total` steps are done; undefined while that is a guess. */
  seconds(total: number): number | undefined {
    if (this.durations.length < leastSteps) return undefined;
    const sorted = [...this.durations].sort((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
    return (Math.max(0, total - this.done) * median) / 1000;
  }
}
