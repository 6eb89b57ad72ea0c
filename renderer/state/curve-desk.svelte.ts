// Curves of size against faithfulness: asked for, watched, stopped, and kept until others are asked for.
import { type OrderingName, ORDERINGS } from "../../engine/choices/lists.ts";
import { type Curves, type CurvesRequest, type EngineApi, type EngineEvent } from "../../engine/contract.ts";
import { type Loaded, load } from "./task-desk.svelte.ts";
import { type TimedProgress, TimeLeft } from "./time-left.ts";
import { toggled } from "./view.ts";

export class CurveDesk {
  orderings = $state.raw<readonly OrderingName[]>(ORDERINGS);
  curves = $state.raw<Loaded<Curves>>({ state: "none" });
  /** What the curves, or those that are being made, are of. */
  request = $state.raw<CurvesRequest | undefined>(undefined);
  /** Sizes measured; undefined until the first is. */
  progress = $state.raw<TimedProgress | undefined>(undefined);
  private timeLeft = new TimeLeft();

  constructor(
    private readonly api: () => EngineApi,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get running(): boolean {
    return this.curves.state === "loading";
  }

  toggle(ordering: OrderingName): void {
    const chosen = new Set(toggled(this.orderings, ordering));
    this.orderings = ORDERINGS.filter((name) => chosen.has(name));
  }

  async ask(choice: Omit<CurvesRequest, "orderings">): Promise<void> {
    const request = { ...choice, orderings: this.orderings };
    this.request = request;
    this.progress = undefined;
    this.timeLeft = new TimeLeft();
    await load(
      () => this.api().curves(request),
      (curves) => (this.curves = isStopped(curves) ? { state: "none" } : curves),
    );
  }

  async stop(): Promise<void> {
    await this.api().stopCurves();
  }

  note(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type === "curves" && this.running) {
        this.progress = this.timeLeft.progress(event.type, event, this.clock());
      }
    }
  }
}

function isStopped(curves: Loaded<Curves>): boolean {
  return curves.state === "failed" && curves.error.code === "cancelled";
}
