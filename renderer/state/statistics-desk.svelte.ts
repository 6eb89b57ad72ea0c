// Statistics of the shown circuit: the search again and other tasks; asked for, watched, stopped, and put into the circuit.
import { type AblationKind, type Across, ACROSS } from "../../engine/choices/lists.ts";
import type { Circuit, StabilityRow } from "../../engine/circuit/circuit-schema.ts";
import { searchAgain } from "../../engine/circuit/settings-of-circuit.ts";
import { isMeasured, type MeasuredCircuit, withStability, withTransfer } from "../../engine/circuit/statistics.ts";
import type { JobProgress, SecondsRange } from "../../engine/contract/jobs.ts";
import type { TransferCell } from "../../engine/contract/statistics.ts";
import type { EngineEvent, WireError } from "../../engine/contract.ts";
import { Desk, type DeskApi } from "./desk.svelte.ts";
import { toggled } from "./view.ts";

type Kind = "stability" | "transfer";

/** A circuit whose statistics are asked for, and where the engine finds what it is of. */
export interface StatisticsSubject {
  readonly run: string;
  readonly circuit: Circuit;
  readonly task: string;
  readonly model: string;
  /** Names the circuit for the engine, by its run or by its file. */
  readonly circuitName: () => Promise<string>;
}

/** What is being made, and as much of it as there is. */
export interface Making {
  readonly kind: Kind;
  readonly run: string;
  readonly progress: JobProgress | undefined;
  /** Seconds until it is all done. */
  readonly left: SecondsRange | undefined;
  readonly searches: { readonly done: number; readonly of: number } | undefined;
  readonly rows: readonly StabilityRow[];
  readonly transferred: readonly TransferCell[];
}

export class StatisticsDesk {
  runs = $state(5);
  /** As typed: numbers with commas between them. */
  sizes = $state("16, 32, 64, 128");
  /** Task files that the circuit is to be measured on. */
  tasks = $state.raw<readonly string[]>([]);
  /** Empty: each task's own. */
  ablation = $state<AblationKind | "">("");
  /** What the circuit is measured across on each of the tasks. */
  across = $state.raw<readonly Across[]>([]);
  /** Whether the equals in its file are measured too. */
  alternatives = $state(false);
  readonly stability: Desk<"stability">;
  readonly transfer: Desk<"transfer">;
  /** The run that the last job of each kind is of. */
  private readonly of = $state<Record<Kind, string>>({ stability: "", transfer: "" });

  /** @param attach puts what was made into the circuit of a run, where that is still shown */
  constructor(api: () => DeskApi, attach: (run: string, change: (circuit: MeasuredCircuit) => Circuit) => void) {
    this.stability = new Desk(api, "stability", ({ result }) =>
      attach(this.of.stability, (circuit) => withStability(circuit, result)),
    );
    this.transfer = new Desk(api, "transfer", ({ result: { cells } }) => {
      const rows = cells.flatMap(({ equal, row }) => (equal === undefined ? [row] : []));
      attach(this.of.transfer, (circuit) => withTransfer(circuit, rows));
    });
  }

  /** What is under way; undefined where nothing is. */
  get making(): Making | undefined {
    const { stability, transfer, of } = this;
    if (stability.active) {
      const { progress, left, parts } = stability;
      const last = parts.at(-1);
      const searches = last && { done: last.searches, of: last.ofSearches };
      const rows = parts.flatMap(({ row }) => row ?? []);
      return { kind: "stability", run: of.stability, progress, left, searches, rows, transferred: [] };
    }
    if (!transfer.active) return undefined;
    const { progress, left, parts: transferred } = transfer;
    return { kind: "transfer", run: of.transfer, progress, left, searches: undefined, rows: [], transferred };
  }

  /** The last figures on other prompts of a run's circuit, those of its equals with them. */
  transferredOf(run: string): readonly TransferCell[] | undefined {
    return this.of.transfer === run && !this.transfer.active ? this.transfer.result?.result.cells : undefined;
  }

  /** Why the last job of a kind failed. */
  failureOf(kind: Kind, run: string | undefined): WireError | undefined {
    return this.of[kind] === run && !this[kind].active ? this[kind].error : undefined;
  }

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

  toggleAcross(what: Across): void {
    const chosen = new Set(toggled(this.across, what));
    this.across = ACROSS.filter((each) => chosen.has(each));
  }

  async askStability({ run, circuit, task, model, circuitName }: StatisticsSubject): Promise<void> {
    const sizes = this.sizesAsked;
    if (!sizes || !this.canSearch || !isMeasured(circuit) || this.making) return;
    this.of.stability = run;
    const search = searchAgain(circuit, { task, model });
    await this.stability.start({ ...search, runs: this.runs, sizes, circuit: await circuitName() });
  }

  async askTransfer({ run, circuit, model, circuitName }: StatisticsSubject): Promise<void> {
    const { tasks, across } = this;
    const alternatives = this.alternatives && circuit.results?.alternatives !== undefined;
    const ablation = this.ablation === "" ? undefined : this.ablation;
    if (tasks.length === 0 || !isMeasured(circuit) || this.making) return;
    this.of.transfer = run;
    await this.transfer.start({
      circuits: [await circuitName()],
      model,
      tasks,
      ablation,
      ...(across.length > 0 && { across }),
      ...(alternatives && { alternatives }),
    });
  }

  /** Puts what was made before into the circuit of a run. */
  async show(kind: Kind, run: string, id: string): Promise<void> {
    this.of[kind] = run;
    await this[kind].restore(id);
  }

  async stop(): Promise<void> {
    for (const desk of [this.stability, this.transfer]) if (desk.active) await desk.stop();
  }

  note(events: readonly EngineEvent[]): void {
    this.stability.note(events);
    this.transfer.note(events);
  }

  async catchUp(): Promise<void> {
    await Promise.all([this.stability.catchUp(), this.transfer.catchUp()]);
  }
}
