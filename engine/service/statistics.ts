// Statistics of a circuit for the workbench: the search again, and other tasks; one request at a time, watched, stopped.
import type { Execution } from "../choices/execution.ts";
import type { Circuit, Stability, TransferRow } from "../circuit/circuit-schema.ts";
import { requireMeasured, withStability, withTransfer } from "../circuit/statistics.ts";
import type { StabilityRequest, TransferRequest } from "../contract.ts";
import { besideJournalPath } from "../session/run-store.ts";
import { searchedAgain, stabilityTask } from "../session/stability-task.ts";
import { transferTask } from "../session/transfer-task.ts";
import type { EventLog } from "./event-log.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { WorkQueue } from "./work-queue.ts";
import type { Jobs } from "./jobs.ts";

export class Statistics {
  private readonly work: OneAtATime;

  constructor(
    private readonly log: EventLog,
    private readonly runs: Pick<Jobs, "amendRun">,
    private readonly execution: Execution,
    queue = new WorkQueue(),
  ) {
    this.work = new OneAtATime("Other statistics are being made; stop them or wait.", queue);
  }

  /** @throws EngineError "usage" while others are being made, else as `stabilityTask` */
  stability({ run, circuit, task, model, runs, sizes }: StabilityRequest): Promise<Stability> {
    return this.alone(run, circuit, async (signal) => {
      const settings = { ...searchedAgain(circuit, { task, model }), runs, sizes };
      const made = await stabilityTask(
        settings,
        {
          execution: this.execution,
          signal,
          journal: besideJournalPath(run, "stability"),
          resume: "if-same",
          onProgress: (progress) => this.log.add({ type: "stability", ...progress }),
        },
        { file: run, circuit },
      );
      this.runs.amendRun(run, circuit, (own) => withStability(own, made));
      return made;
    });
  }

  /** @throws EngineError "usage" while others are being made, else as `transferTask` */
  transfer({ run, circuit, model, tasks, ablation }: TransferRequest): Promise<readonly TransferRow[]> {
    return this.alone(run, circuit, async (signal) => {
      const cells = await transferTask(
        { circuits: [{ form: "own", file: run, circuit }], tasks, model, ablation },
        {
          execution: this.execution,
          signal,
          onProgress: (done, total, { row }) => this.log.add({ type: "transfer", done, total, row }),
        },
      );
      const rows = cells.map(({ row }) => row);
      this.runs.amendRun(run, circuit, (own) => withTransfer(own, rows));
      return rows;
    });
  }

  stop(): void {
    this.work.stop();
  }

  private async alone<T>(name: string, circuit: Circuit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    requireMeasured(circuit, name);
    return this.work.run(work);
  }
}
