// Linear relations as the page works with them: chosen, fitted one after another, looked into, used to edit.
import {
  RELATION_ESTIMATORS,
  type RelationApplication,
  type RelationEdit,
  type RelationFit,
} from "../../engine/contract/relations.ts";
import type { StoredResult } from "../../engine/contract/jobs.ts";
import type { EngineApi, EngineEvent, TaskEntry, TaskSource } from "../../engine/contract.ts";
import type { Desk } from "./desk.svelte.ts";
import { DeskGroup } from "./desk-group.svelte.ts";
import type { RelationChoice, SavedRelation } from "./session-file.ts";
import { type Loaded, load, type TaskDesk } from "./task-desk.svelte.ts";
import { toggled } from "./view.ts";

const NONE = { state: "none" } as const;

export class RelationDesk {
  estimator = $state.raw<RelationChoice["estimator"]>("jacobian");
  samples = $state(8);
  seeds = $state(10);
  /** Files to fit. */
  chosen = $state.raw<readonly string[]>([]);
  /** File that is looked into. */
  shown = $state<string | undefined>(undefined);
  application = $state.raw<Loaded<RelationApplication>>(NONE);
  edited = $state.raw<Loaded<RelationEdit>>(NONE);
  /** Relation files that were dropped or opened. */
  private opened = $state.raw<readonly TaskEntry[]>([]);
  /** By choice. */
  private fits = $state.raw<ReadonlyMap<string, RelationFit>>(new Map());
  private readonly group: DeskGroup<"relation">;

  constructor(
    private readonly api: () => EngineApi,
    private readonly tasks: Pick<TaskDesk, "tasks" | "model">,
  ) {
    this.group = new DeskGroup(api, "relation", (stored) => this.take(stored));
  }

  get entries(): readonly TaskEntry[] {
    const { tasks } = this.tasks;
    const shipped = tasks.state === "done" ? tasks.value.filter(({ kind }) => kind === "relation") : [];
    return [...this.opened, ...shipped];
  }

  get running(): boolean {
    return this.group.active;
  }

  /** The fit that is under way. */
  get current(): Desk<"relation"> | undefined {
    return this.group.current;
  }

  choice(file: string): RelationChoice {
    const { estimator, samples, seeds } = this;
    return { task: file, model: this.tasks.model, estimator, samples, seeds };
  }

  fitOf(file: string): Loaded<RelationFit> {
    const key = keyOf(this.choice(file));
    const value = this.fits.get(key);
    if (value) return { state: "done", value };
    const desk = this.group.desks.find(({ settings }) => settings && keyOf(choiceIn(settings)) === key);
    if (desk?.error) return { state: "failed", error: desk.error };
    return desk?.active ? { state: "loading" } : NONE;
  }

  /** The fits that are there, with what each was fitted to. */
  get saved(): readonly SavedRelation[] {
    return [...this.fits].map(([key, fit]) => ({ choice: choiceOf(key), fit }));
  }

  /** Shows fits of a session; the settings become those of the last of them. */
  restore(saved: readonly SavedRelation[]): void {
    this.fits = new Map(saved.map(({ choice, fit }) => [keyOf(choice), fit]));
    const last = saved.at(-1)?.choice;
    if (!last) return;
    this.takeUp(last);
    this.chosen = saved.filter(({ choice }) => choice.model === last.model).map(({ choice }) => choice.task);
  }

  /** Shows a result that was made before, with what it was asked with. */
  open(stored: StoredResult<"relation">): void {
    this.take(stored);
    const choice = choiceIn(stored.settings);
    this.takeUp(choice);
    this.show(choice.task);
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
  async openFile(source: TaskSource): Promise<void> {
    const entry = await this.api().openRelation(source);
    this.opened = [entry, ...this.opened.filter(({ file }) => file !== entry.file)];
    if (!this.chosen.includes(entry.file)) this.toggle(entry.file);
    this.show(entry.file);
  }

  /** Fits the chosen relations that are not fitted yet, in the order of the list, each as a job of its own. */
  async fit(): Promise<void> {
    const wanted = this.entries.filter(({ file }) => this.chosen.includes(file) && this.fitOf(file).state !== "done");
    await this.group.start(
      wanted.map(({ file }) => {
        const { task, estimator, ...others } = this.choice(file);
        return { files: [task], estimators: [estimator], ...others };
      }),
    );
  }

  /** Ends the fit that is under way, and begins no other. */
  async stop(): Promise<void> {
    await this.group.stop();
  }

  async apply(subject: string): Promise<void> {
    await this.look(
      (file) => this.api().applyRelation(file, subject),
      (application) => (this.application = application),
    );
  }

  async edit(subject: string, object: string): Promise<void> {
    await this.look(
      (file) => this.api().editRelation(file, subject, object),
      (edited) => (this.edited = edited),
    );
  }

  note(events: readonly EngineEvent[]): void {
    this.group.note(events);
  }

  async catchUp(): Promise<void> {
    await this.group.catchUp();
  }

  /** With the map of the relation that is looked into. */
  private async look<T>(ask: (file: string) => Promise<T>, tell: (found: Loaded<T>) => void): Promise<void> {
    const { shown } = this;
    const fit = shown === undefined ? NONE : this.fitOf(shown);
    if (fit.state !== "done") return;
    await load(
      () => ask(fit.value.file),
      (found) => {
        if (this.shown === shown) tell(found);
      },
    );
  }

  private takeUp({ estimator, samples, seeds }: RelationChoice): void {
    Object.assign(this, { estimator, samples, seeds });
  }

  private take({ settings, result }: StoredResult<"relation">): void {
    const choice = choiceIn(settings);
    this.fits = new Map([...this.fits, [keyOf(choice), result.relations[0]]]);
    if (this.shown === undefined) this.show(choice.task);
  }
}

/** Of a job that fits one file by one estimator, as the window asks for it; of others the first. */
function choiceIn({ files, model, estimators, samples, seeds }: StoredResult<"relation">["settings"]): RelationChoice {
  const estimator = RELATION_ESTIMATORS.find((name) => name === estimators[0]) ?? RELATION_ESTIMATORS[0];
  return { task: files[0]!, model: model ?? "sprig", estimator, samples, seeds };
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
