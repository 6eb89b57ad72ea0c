// How long a whole job will still take, as a range: the stage that runs by its own steps, those after it by what such stages took
// in earlier jobs of the kind, else by the shares that the verb gives them.
import type { SecondsRange } from "../contract/jobs.ts";
import type { Stage } from "../verbs/verb.ts";

/** Seconds of each stage of an earlier job of the same verb on the same model. */
export type StageSeconds = Readonly<Record<string, number>>;

/** Steps whose durations are remembered: later ones tell more than earlier ones. */
const rememberedSteps = 40;
/** With fewer steps their spread says nothing. */
const fewSteps = 4;
/** How far a stage may be from what is expected of it, as a factor either way. */
const SPREAD = { fewSteps: 2, past: 1.4, shares: 2 } as const;

interface Running {
  readonly name: string;
  readonly since: number;
  done: number;
  total: number;
  lastStep: number;
  /** Seconds a step. */
  steps: number[];
}

export class TimeLeft {
  private current: Running | undefined;
  private readonly closed = new Map<string, number>();

  /**
   * @param past of earlier jobs, the newest first
   * @param clock seconds, of any clock that only goes forward
   */
  constructor(
    private readonly stages: readonly Stage<string>[],
    private readonly past: readonly StageSeconds[],
    private readonly clock: () => number = () => performance.now() / 1000,
  ) {}

  note(stage: string, done: number, total: number): void {
    const now = this.clock();
    if (this.current?.name !== stage) {
      this.close(now);
      this.current = { name: stage, since: now, done, total, lastStep: now, steps: [] };
      return;
    }
    const { current } = this;
    const made = done - current.done;
    if (made > 0) {
      const each = (now - current.lastStep) / made;
      const steps = Array.from({ length: Math.min(made, rememberedSteps) }, () => each);
      current.steps = [...current.steps, ...steps].slice(-rememberedSteps);
      current.lastStep = now;
    } else if (made < 0) {
      // Another round of the same stage.
      current.steps = [];
      current.lastStep = now;
    }
    Object.assign(current, { done, total });
  }

  /** Undefined while it would be a guess. */
  range(): SecondsRange | undefined {
    const { current } = this;
    if (!current) return this.ahead(0, 1);
    const own = this.ofCurrent(current);
    if (!own) return undefined;
    const at = this.stages.findIndex(({ name }) => name === current.name);
    const rest = this.ahead(at + 1, this.pace(current, own));
    return rest && [own[0] + rest[0], own[1] + rest[1]];
  }

  /** What each stage took, once the job is done. */
  seconds(): StageSeconds {
    this.close(this.clock());
    return Object.fromEntries(this.closed);
  }

  private close(now: number): void {
    const { current } = this;
    if (current) this.closed.set(current.name, (this.closed.get(current.name) ?? 0) + now - current.since);
    this.current = undefined;
  }

  private ofCurrent(current: Running): SecondsRange | undefined {
    const { name, since, done, total, steps } = current;
    const spent = this.clock() - since;
    const left = Math.max(0, total - done);
    if (steps.length === 0) {
      const before = this.pastSeconds(name);
      if (before !== undefined) return around(Math.max(0, before - spent), SPREAD.past);
      const byShare = this.byClosedStages(name);
      return byShare === undefined ? undefined : around(Math.max(0, byShare - spent), SPREAD.shares);
    }
    if (steps.length < fewSteps) return around(left * mean(steps), SPREAD.fewSteps);
    const sorted = [...steps].sort((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.round(q * (sorted.length - 1))];
    // The mean of many steps lies closer to the middle than the steps do.
    const [low, high] = [quantile(0.25), quantile(0.75)].map((step) => (step + mean(steps)) / 2);
    return [left * Math.min(low, mean(steps)), left * Math.max(high, mean(steps))];
  }

  /** Seconds of a stage by its share, held against the stages that are done; undefined for the first. */
  private byClosedStages(name: string): number | undefined {
    const done = this.stages.filter((stage) => this.closed.has(stage.name));
    const own = this.stages.find((stage) => stage.name === name);
    if (done.length === 0 || own === undefined) return undefined;
    const perShare = sum(done.map((stage) => this.closed.get(stage.name)!)) / sum(done.map(({ share }) => share));
    return perShare * own.share;
  }

  /** Stages from one on, by what they took before, else by their shares. */
  private ahead(from: number, pace: number | undefined): SecondsRange | undefined {
    // Of a stage that another came back to, what lies between may be done.
    const coming = this.stages.slice(from).filter(({ name }) => !this.closed.has(name));
    if (coming.length === 0) return [0, 0];
    const perShare = this.secondsOfAShare();
    const ranges = coming.map(({ name, share }): SecondsRange | undefined => {
      const before = this.pastSeconds(name);
      if (before !== undefined) return around(before * (pace ?? 1), SPREAD.past);
      return perShare === undefined ? undefined : around(perShare * share, SPREAD.shares);
    });
    if (ranges.some((range) => range === undefined)) return undefined;
    const known = ranges as SecondsRange[];
    return [sum(known.map(([low]) => low)), sum(known.map(([, high]) => high))];
  }

  /** How much longer this job takes than the earlier ones did, as far as it has come; undefined where nothing is known of them. */
  private pace(current: Running, [low, high]: SecondsRange): number | undefined {
    const whole = this.clock() - current.since + (low + high) / 2;
    const now = [...this.closed, [current.name, whole] as const].filter(
      ([name]) => this.pastSeconds(name) !== undefined,
    );
    const before = sum(now.map(([name]) => this.pastSeconds(name)!));
    return before > 0 ? sum(now.map(([, seconds]) => seconds)) / before : undefined;
  }

  private secondsOfAShare(): number | undefined {
    const { current } = this;
    if (!current) return undefined;
    const own = this.ofCurrent(current);
    const spent = new Map(this.closed);
    if (own) spent.set(current.name, this.clock() - current.since + (own[0] + own[1]) / 2);
    const known = this.stages.filter(({ name }) => spent.has(name));
    const shares = sum(known.map(({ share }) => share));
    return shares > 0 ? sum(known.map(({ name }) => spent.get(name)!)) / shares : undefined;
  }

  private pastSeconds(stage: string): number | undefined {
    const known = this.past.flatMap((seconds) => seconds[stage] ?? []).sort((a, b) => a - b);
    return known[Math.floor(known.length / 2)];
  }
}

const around = (seconds: number, spread: number): SecondsRange => [seconds / spread, seconds * spread];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
