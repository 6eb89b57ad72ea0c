// A desk: where one verb is asked for, watched, stopped, and its result shown, whoever began it and whichever engine has it.
//
// A desk holds on to a job by its id alone. What it shows is what the engine says of that id, so a page that was loaded anew, a line
// that broke or an engine that was started again is caught up with by asking.
import type { AskedOf, PartOf, SettingsOf, VerbName } from "../../engine/contract/verbs.ts";
import type { JobProgress, JobSummary, Priority, SecondsRange, StoredResult } from "../../engine/contract/jobs.ts";
import type { EngineApi, EngineEvent, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";

/** The calls of the engine that a desk makes. */
export type DeskApi = Pick<EngineApi, "start" | "stop" | "pause" | "resume" | "jobs" | "parts" | "result" | "results">;

export class Desk<Name extends VerbName> {
  /** What was asked for last. */
  settings = $state.raw<SettingsOf<Name> | undefined>(undefined);
  /** The job that is asked for or shown; undefined before the first. */
  job = $state.raw<JobSummary | undefined>(undefined);
  /** Pieces of the result, as they come. */
  parts = $state.raw<readonly PartOf<Name>[]>([]);
  /** Stays while another one is being made, until that is there. */
  result = $state.raw<StoredResult<Name> | undefined>(undefined);
  error = $state.raw<WireError | undefined>(undefined);
  /** From the asking until the engine has said the job's id. */
  private asking = $state(false);
  /** Stopped before the engine had said the job's id. */
  private stopsAtOnce = false;
  private nextPart = 0;

  /** @param arrived hears of every result that comes */
  constructor(
    private readonly api: () => DeskApi,
    readonly verb: Name,
    private readonly arrived: (stored: StoredResult<Name>) => void = () => undefined,
  ) {}

  /** Whether work is asked for that has not come to its end: it waits, runs, or is about to stop. */
  get active(): boolean {
    return this.asking || (this.job !== undefined && ACTIVE.has(this.job.state));
  }

  get progress(): JobProgress | undefined {
    return this.active ? this.job?.progress : undefined;
  }

  /** Seconds until the whole job is done. */
  get left(): SecondsRange | undefined {
    return this.active ? this.job?.left : undefined;
  }

  /** Asks for the verb. @returns the job's id; undefined where it was refused, which `error` tells */
  async start(settings: AskedOf<Name>, priority: Priority = "asked"): Promise<string | undefined> {
    this.error = undefined;
    this.asking = true;
    this.stopsAtOnce = false;
    try {
      const id = await this.api().start(this.verb, settings, priority);
      await this.follow(id);
      if (this.stopsAtOnce) await this.api().stop(id);
      return id;
    } catch (thrown) {
      this.error = toWireError(thrown);
      return undefined;
    } finally {
      this.asking = false;
    }
  }

  async stop(): Promise<void> {
    if (this.asking) this.stopsAtOnce = true;
    else await this.attempt((id) => this.api().stop(id));
  }

  async pause(): Promise<void> {
    await this.attempt((id) => this.api().pause(id));
  }

  async resume(): Promise<void> {
    await this.attempt(async (id) => {
      await this.api().resume(id);
      await this.follow(id);
    });
  }

  /** Shows a result that was made before, with what it was asked with. */
  async restore(id: string): Promise<void> {
    this.error = undefined;
    try {
      await this.follow(id);
    } catch (thrown) {
      this.error = toWireError(thrown);
    }
  }

  /** Shows a result that no job of the engine made. */
  take(stored: StoredResult<Name>): void {
    this.clear();
    this.result = stored;
    this.settings = stored.settings;
    this.arrived(stored);
  }

  /** Forgets what is shown; the engine keeps it. */
  clear(): void {
    this.job = undefined;
    this.parts = [];
    this.result = undefined;
    this.error = undefined;
  }

  /** After a line was opened, or events were missed. */
  async catchUp(): Promise<void> {
    const { job } = this;
    if (!job || !(this.active || this.error?.code === "engine-lost")) return;
    try {
      await this.follow(job.id);
    } catch (thrown) {
      // It died with the engine that had it.
      this.error = toWireError(thrown);
      this.job = { ...job, state: "failed", failure: this.error };
    }
  }

  /** Takes note of the engine's events. */
  note(events: readonly EngineEvent[]): void {
    const id = this.job?.id;
    if (id === undefined) return;
    const parts: PartOf<Name>[] = [];
    for (const event of events) {
      if (event.type === "job" && event.job.id === id) this.noteJob(event.job);
      else if (event.type === "job-progress" && event.id === id) {
        this.job = { ...this.job!, progress: event.progress, left: event.left };
      } else if (event.type === "part" && event.id === id && event.index >= this.nextPart) {
        parts.push(event.part as PartOf<Name>);
        this.nextPart = event.index + 1;
      }
    }
    if (parts.length > 0) this.parts = [...this.parts, ...parts];
  }

  private noteJob(job: JobSummary): void {
    const was = this.job?.state;
    this.job = job;
    if (job.state === was) return;
    if (job.state === "finished") void this.fetch(job.id);
    if (job.state === "failed") this.error = job.failure;
  }

  /** Takes up a job, or what is kept of one, where it stands now. @throws what the engine says */
  private async follow(id: string): Promise<void> {
    const known = (await this.api().jobs()).find((job) => job.id === id);
    if (!known) return this.fetch(id, true);
    if (this.job?.id !== id) {
      this.parts = [];
      this.nextPart = 0;
    }
    this.settings = known.settings as SettingsOf<Name>;
    this.job = known;
    if (known.state === "failed") this.error = known.failure;
    const { from, parts } = await this.api().parts(id, this.nextPart);
    if (this.job.id === id && from >= this.nextPart) {
      this.parts = [...this.parts, ...(parts as PartOf<Name>[])];
      this.nextPart = from + parts.length;
    }
    if (known.state === "finished") await this.fetch(id);
  }

  /** @param isShown whether it is shown though the desk has another job */
  private async fetch(id: string, isShown = false): Promise<void> {
    const stored = (await this.api().result(id)) as unknown as StoredResult<Name>;
    if (!isShown && this.job?.id !== id) return;
    this.result = stored;
    this.settings = stored.settings;
    if (isShown) this.job = undefined;
    this.arrived(stored);
  }

  private async attempt(call: (id: string) => Promise<void>): Promise<void> {
    const id = this.job?.id;
    if (id === undefined) return;
    this.error = undefined;
    try {
      await call(id);
    } catch (thrown) {
      this.error = toWireError(thrown);
    }
  }
}

const ACTIVE: ReadonlySet<string> = new Set(["waiting", "running", "pausing", "stopping"]);
