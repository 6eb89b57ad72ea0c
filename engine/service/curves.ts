// Curves of size against faithfulness for the workbench: one request at a time, watched, stopped.
import type { Execution } from "../choices/execution.ts";
import type { Curves, CurvesRequest } from "../contract.ts";
import { curvesTask } from "../session/curves-task.ts";
import { trainingSteps } from "../session/learned-start.ts";
import type { EventLog } from "./event-log.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { WorkQueue } from "./work-queue.ts";

/** Points of integrated gradients. */
const steps = 5;

export class CurveMaker {
  private readonly work: OneAtATime;

  constructor(
    private readonly log: EventLog,
    private readonly execution: Execution,
    queue = new WorkQueue(),
  ) {
    this.work = new OneAtATime("Other curves are being measured; stop them or wait.", queue);
  }

  /** @throws EngineError "usage" while others are being measured, else as `curvesTask` */
  make(request: CurvesRequest): Promise<Curves> {
    const { execution, log } = this;
    const onProgress = (done: number, total: number) => log.add({ type: "curves", done, total });
    return this.work.run((signal) =>
      curvesTask({ ...request, steps, maskSteps: trainingSteps }, { execution, signal, onProgress }),
    );
  }

  stop(): void {
    this.work.stop();
  }
}
