// Curves of size against faithfulness for the workbench: one request at a time, watched, stopped.
import { EngineError } from "../base/errors.ts";
import type { Curves, CurvesRequest } from "../contract.ts";
import { curvesTask } from "../session/curves-task.ts";
import { trainingSteps } from "../session/learned-start.ts";
import type { EventLog } from "./event-log.ts";

/** Points of integrated gradients. */
const steps = 5;

export class CurveMaker {
  private controller: AbortController | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly threads: number | undefined,
  ) {}

  /** @throws EngineError "usage" while others are being measured, else as `curvesTask` */
  async make(request: CurvesRequest): Promise<Curves> {
    if (this.controller) throw new EngineError("usage", "Other curves are being measured; stop them or wait.");
    const controller = (this.controller = new AbortController());
    try {
      return await curvesTask(
        { ...request, steps, maskSteps: trainingSteps },
        {
          threads: this.threads,
          signal: controller.signal,
          onProgress: (done, total) => this.log.add({ type: "curves", done, total }),
        },
      );
    } finally {
      this.controller = undefined;
    }
  }

  stop(): void {
    this.controller?.abort();
  }
}
