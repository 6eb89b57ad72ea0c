// Progress of a sweep on the terminal: one bar of all jobs, the time left, and what each worker is at.
import { Pace } from "../../engine/sweep/pace.ts";
import type { JobRecord } from "../../engine/sweep/job-record.ts";
import type { JobProgress } from "../../engine/sweep/queue.ts";
import type { SweepJob } from "../../engine/sweep/sweep-job.ts";
import { spelled } from "../../engine/sweep/sweep-plan.ts";
import { printMessage } from "../output.ts";
import { type Bar, progressBar } from "../progress.ts";

export class SweepProgress {
  private readonly bar: Bar;
  private readonly pace = new Pace(Date.now());
  private readonly atWork = new Map<string, string>();
  private done = 0;
  private total = 0;

  constructor(private readonly flags: { readonly quiet?: boolean }) {
    this.bar = progressBar(flags);
  }

  /** Before the first job and after each. */
  readonly onDone = (done: number, total: number, record?: JobRecord): void => {
    Object.assign(this, { done, total });
    if (record) {
      this.pace.note(Date.now());
      this.atWork.delete(record.id);
    }
    if (record?.state === "failed") this.tell(`failed: ${named(record.at)}: ${record.failure!.message}`);
    this.show();
  };

  readonly onProgress = ({ id, at }: SweepJob, { worker, stage, done, total }: JobProgress): void => {
    this.atWork.set(id, `${worker}: ${named(at)} ${stage} ${done}/${total}`);
    this.show();
  };

  stop(): void {
    this.bar.stop();
  }

  private show(): void {
    const left = this.pace.secondsFor(this.total - this.done);
    this.bar.on("jobs", this.done, this.total, [...this.atWork.values()].join(" · "), left);
  }

  private tell(sentence: string): void {
    if (this.flags.quiet) return;
    this.bar.stop();
    printMessage(sentence);
  }
}

/** "task ioi, seed 3" */
export function named(at: SweepJob["at"]): string {
  return Object.entries(at)
    .map(([name, value]) => `${name} ${spelled(value)}`)
    .join(", ");
}
