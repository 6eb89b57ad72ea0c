// Progress of a sweep on the terminal: one bar of all jobs, the time left, and what each worker is at.
import { Pace } from "../../engine/sweep/pace.ts";
import type { JobRecord } from "../../engine/sweep/job-record.ts";
import type { JobProgress } from "../../engine/sweep/queue.ts";
import type { SweepJob } from "../../engine/sweep/sweep-job.ts";
import { print } from "../output.ts";
import { type Bar, progressBar } from "../progress.ts";
import { named } from "../sweep-table.ts";

export class SweepProgress {
  private readonly bar: Bar;
  private readonly pace = new Pace(Date.now());
  private readonly atWork = new Map<string, string>();
  private readonly told = new Set<string>();
  private done = 0;
  private total = 0;

  /** @param stream where the bar and its messages go */
  constructor(
    private readonly flags: { readonly quiet?: boolean },
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.bar = progressBar(flags, stream);
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

  readonly onProgress = ({ id, at }: SweepJob, progress: JobProgress): void => {
    const { worker } = progress;
    if ("handedBack" in progress) {
      this.atWork.delete(id);
      this.tellOnce(`${worker} hands jobs back: ${progress.handedBack}`);
    } else this.atWork.set(id, `${worker}: ${named(at)} ${progress.stage} ${progress.done}/${progress.total}`);
    this.show();
  };

  stop(): void {
    this.bar.stop();
  }

  private show(): void {
    const left = this.pace.secondsFor(this.total - this.done);
    this.bar.on("jobs", this.done, this.total, [...this.atWork.values()].join(" · "), left);
  }

  /** A worker without a model hands back every job of it, again and again. */
  private tellOnce(sentence: string): void {
    if (this.told.has(sentence)) return;
    this.told.add(sentence);
    this.tell(sentence);
  }

  private tell(sentence: string): void {
    if (this.flags.quiet) return;
    this.bar.stop();
    print(this.stream, `${sentence}\n`);
  }
}
