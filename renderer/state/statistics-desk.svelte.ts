// Statistics of the shown circuit: the search again and other tasks; asked for, watched, stopped, and put into the circuit.
import type { AblationKind } from "../../engine/choices/lists.ts";
import type { Circuit, Stability, StabilityRow, TransferRow } from "../../engine/circuit/circuit-schema.ts";
import { isMeasured, type MeasuredCircuit, withStability, withTransfer } from "../../engine/circuit/statistics.ts";
import type { EngineApi, EngineEvent, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";
import { type TimedProgress, TimeLeft } from "./time-left.ts";
import { toggled } from "./view.ts";

type Kind = "stability" | "transfer";

/** A circuit whose statistics are asked for, and where the engine finds what it is of. */
export interface StatisticsSubject {
  readonly run: string;
  readonly circuit: Circuit;
  readonly task: string;
  readonly model: string;
}

/** `done` and `total` are discovery examples searched, or tasks. */
export interface StatisticsProgress extends TimedProgress {
  readonly searches?: { readonly done: number; readonly of: number };
}

/** What is being made, and as much of it as there is. */
export interface Making {
  readonly kind: Kind;
  readonly run: string;
  readonly progress: StatisticsProgress | undefined;
  readonly rows: readonly StabilityRow[];
  readonly transferred: readonly TransferRow[];
}

export class StatisticsDesk {
  runs = $state(5);
  /** As typed: numbers with commas between them. */
  sizes = $state("16, 32, 64, 128");
  /** Task files that the circuit is to be measured on. */
  tasks = $state.raw<readonly string[]>([]);
  /** Empty: each task's own. */
  ablation = $state<AblationKind | "">("");
  making = $state.raw<Making | undefined>(undefined);
  failure = $state.raw<{ readonly kind: Kind; readonly run: string; readonly error: WireError } | undefined>(undefined);
  private timeLeft = new TimeLeft();

  /** @param attach puts what was made into the circuit of a run, where that is still shown */
  constructor(
    private readonly api: () => EngineApi,
    private readonly attach: (run: string, change: (circuit: MeasuredCircuit) => Circuit) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Rising, each once; undefined while what is typed are no sizes. */
  get sizesAsked(): readonly number[] | undefined {
    const numbers = this.sizes.split(/[,，\s]+/).filter((word) => word !== "");
    const sizes = numbers.map(Number);
    if (sizes.length === 0 || !sizes.every((size) => Number.isInteger(size) && size > 0)) return undefined;
    return [...new Set(sizes)].sort((a, b) => a - b);
  }

  get canSearch(): boolean {
    return this.sizesAsked !== undefined && Number.isInteger(this.runs) && this.runs > 0;
  }

  toggle(file: string): void {
    this.tasks = toggled(this.tasks, file);
  }

  async askStability({ run, circuit, task, model }: StatisticsSubject): Promise<void> {
    const sizes = this.sizesAsked;
    if (!sizes || !this.canSearch || !isMeasured(circuit)) return;
    await this.make("stability", run, async () => {
      const made: Stability = await this.api().stability({ run, circuit, task, model, runs: this.runs, sizes });
      this.attach(run, (own) => withStability(own, made));
    });
  }

  async askTransfer({ run, circuit, model }: StatisticsSubject): Promise<void> {
    const { tasks } = this;
    const ablation = this.ablation === "" ? undefined : this.ablation;
    if (tasks.length === 0 || !isMeasured(circuit)) return;
    await this.make("transfer", run, async () => {
      const rows = await this.api().transfer({ run, circuit, model, tasks, ablation });
      this.attach(run, (own) => withTransfer(own, rows));
    });
  }

  async stop(): Promise<void> {
    await this.api().stopStatistics();
  }

  note(events: readonly EngineEvent[]): void {
    for (const event of events) {
      const { making } = this;
      if (!making || event.type !== making.kind) continue;
      const progress = this.timeLeft.progress(making.kind, event, this.clock());
      if (event.type === "transfer") {
        this.making = { ...making, progress, transferred: [...making.transferred, event.row] };
        continue;
      }
      const searches = { done: event.searches, of: event.ofSearches };
      const rows = event.row ? [...making.rows, event.row] : making.rows;
      this.making = { ...making, progress: { ...progress, searches }, rows };
    }
  }

  private async make(kind: Kind, run: string, call: () => Promise<void>): Promise<void> {
    if (this.making) return;
    this.failure = undefined;
    this.timeLeft = new TimeLeft();
    this.making = { kind, run, progress: undefined, rows: [], transferred: [] };
    try {
      await call();
    } catch (thrown) {
      const error = toWireError(thrown);
      if (error.code !== "cancelled") this.failure = { kind, run, error };
    } finally {
      this.making = undefined;
    }
  }
}
