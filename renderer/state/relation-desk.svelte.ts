// Linear relations as the page works with them: chosen, fitted one after another, looked into, used to edit.
import type {
  EngineApi,
  EngineEvent,
  RelationApplication,
  RelationChoice,
  RelationEdit,
  RelationFit,
  TaskEntry,
  TaskSource,
} from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";
import type { SavedRelation } from "./session-file.ts";
import { type Loaded, load, type TaskDesk } from "./task-desk.svelte.ts";
import { type TimedProgress, TimeLeft } from "./time-left.ts";
import { toggled } from "./view.ts";

export interface RelationProgress extends TimedProgress {
  readonly file: string;
}

const NONE = { state: "none" } as const;

export class RelationDesk {
  estimator = $state.raw<RelationChoice["estimator"]>("jacobian");
  samples = $state(8);
  seeds = $state(10);
  /** Files to fit. */
  chosen = $state.raw<readonly string[]>([]);
  /** File that is looked into. */
  shown = $state<string | undefined>(undefined);
  running = $state(false);
  progress = $state.raw<RelationProgress | undefined>(undefined);
  application = $state.raw<Loaded<RelationApplication>>(NONE);
  edited = $state.raw<Loaded<RelationEdit>>(NONE);
  /** Relation files that were dropped or opened. */
  private opened = $state.raw<readonly TaskEntry[]>([]);
  /** By choice. */
  private fits = $state.raw<ReadonlyMap<string, Loaded<RelationFit>>>(new Map());
  private stopping = false;
  private readonly timeLeft = new TimeLeft();

  constructor(
    private readonly api: () => EngineApi,
    private readonly tasks: Pick<TaskDesk, "tasks" | "model">,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get entries(): readonly TaskEntry[] {
    const { tasks } = this.tasks;
    const shipped = tasks.state === "done" ? tasks.value.filter(({ kind }) => kind === "relation") : [];
    return [...this.opened, ...shipped];
  }

  choice(file: string): RelationChoice {
    const { estimator, samples, seeds } = this;
    return { task: file, model: this.tasks.model, estimator, samples, seeds };
  }

  fitOf(file: string): Loaded<RelationFit> {
    return this.fits.get(keyOf(this.choice(file))) ?? NONE;
  }

  /** The fits that are there, with what each was fitted to. */
  get saved(): readonly SavedRelation[] {
    return [...this.fits].flatMap(([key, fit]) =>
      fit.state === "done" ? [{ choice: choiceOf(key), fit: fit.value }] : [],
    );
  }

  /** Shows fits of a session; the settings become those of the last of them. */
  restore(saved: readonly SavedRelation[]): void {
    this.fits = new Map(saved.map(({ choice, fit }) => [keyOf(choice), { state: "done", value: fit }]));
    const last = saved.at(-1)?.choice;
    if (!last) return;
    ({ estimator: this.estimator, samples: this.samples, seeds: this.seeds } = last);
    this.chosen = saved.filter(({ choice }) => choice.model === last.model).map(({ choice }) => choice.task);
  }

  toggle(file: string): void {
    this.chosen = toggled(this.chosen, file);
  }

  chooseAll(): void {
    const all = this.entries.map(({ file }) => file);
    this.chosen = this.chosen.length === all.length ? [] : all;
  }

  show(file: string): void {
    this.shown = file;
    this.application = NONE;
    this.edited = NONE;
  }

  /** @throws what the engine says of the file */
  async open(source: TaskSource): Promise<void> {
    const entry = await this.api().openRelation(source);
    this.opened = [entry, ...this.opened.filter(({ file }) => file !== entry.file)];
    if (!this.chosen.includes(entry.file)) this.toggle(entry.file);
    this.show(entry.file);
  }

  /** Fits the chosen relations that are not fitted yet, in the order of the list. */
  async fit(): Promise<void> {
    this.running = true;
    this.stopping = false;
    try {
      for (const { file } of this.entries) {
        if (this.stopping) break;
        if (this.chosen.includes(file) && this.fitOf(file).state !== "done") await this.fitOne(this.choice(file));
      }
    } finally {
      this.running = false;
      this.progress = undefined;
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.api().stopRelation();
  }

  async apply(subject: string): Promise<void> {
    const { shown } = this;
    if (shown === undefined) return;
    await load(
      () => this.api().applyRelation(this.choice(shown), subject),
      (application) => {
        if (this.shown === shown) this.application = application;
      },
    );
  }

  async edit(subject: string, object: string): Promise<void> {
    const { shown } = this;
    if (shown === undefined) return;
    await load(
      () => this.api().editRelation(this.choice(shown), subject, object),
      (edited) => {
        if (this.shown === shown) this.edited = edited;
      },
    );
  }

  note(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type !== "relation" || !this.running) continue;
      const { task: file } = event;
      this.progress = { file, ...this.timeLeft.progress(file, event, this.clock()) };
    }
  }

  private async fitOne(choice: RelationChoice): Promise<void> {
    const set = (fit: Loaded<RelationFit>) => {
      this.fits = new Map([...this.fits, [keyOf(choice), fit]]);
    };
    this.progress = { file: choice.task, done: 0, total: 0, secondsLeft: undefined };
    set({ state: "loading" });
    try {
      set({ state: "done", value: await this.api().fitRelation(choice) });
      if (this.shown === undefined) this.show(choice.task);
    } catch (thrown) {
      const error = toWireError(thrown);
      set(error.code === "cancelled" ? NONE : { state: "failed", error });
      // Without an engine the others would fail alike.
      if (error.code === "engine-lost") this.stopping = true;
    }
  }
}

function choiceOf(key: string): RelationChoice {
  const [task, model, estimator, samples, seeds] = JSON.parse(key) as [
    string,
    string,
    RelationChoice["estimator"],
    number,
    number,
  ];
  return { task, model, estimator, samples, seeds };
}

function keyOf({ task, model, estimator, samples, seeds }: RelationChoice): string {
  return JSON.stringify([task, model, estimator, samples, seeds]);
}
