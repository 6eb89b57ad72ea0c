// Every job of the engine and every result that it keeps, as lists that follow its events.
import type { JobSummary, ResultSummary, SecondsRange } from "../../engine/contract/jobs.ts";
import type { EngineApi, EngineEvent, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";

export class JobTray {
  /** Under way, then waiting in the order of their turns, then ended. */
  jobs = $state.raw<readonly JobSummary[]>([]);
  /** The newest first. */
  results = $state.raw<readonly ResultSummary[]>([]);
  /** The last one that was deleted, which can be had back. */
  deleted = $state.raw<ResultSummary | undefined>(undefined);
  error = $state.raw<WireError | undefined>(undefined);

  constructor(private readonly api: () => EngineApi) {}

  /** Jobs that are under way or wait. */
  get active(): readonly JobSummary[] {
    return this.jobs.filter(({ state }) => ["waiting", "running", "pausing", "stopping"].includes(state));
  }

  /** Until all of them are done, one behind the other; undefined while that of one is a guess. */
  get left(): SecondsRange | undefined {
    let [low, high] = [0, 0];
    for (const { left } of this.active) {
      if (!left) return undefined;
      low += left[0];
      high += left[1];
    }
    return [low, high];
  }

  async refresh(): Promise<void> {
    const [jobs, results] = await Promise.all([this.api().jobs(), this.api().results()]);
    this.jobs = jobs;
    this.results = results;
  }

  stop(id: string): Promise<void> {
    return this.attempt(() => this.api().stop(id));
  }

  pause(id: string): Promise<void> {
    return this.attempt(() => this.api().pause(id));
  }

  resume(id: string): Promise<void> {
    return this.attempt(() => this.api().resume(id));
  }

  /** Before another waiting job, or behind all. */
  move(id: string, before: string | null): Promise<void> {
    return this.attempt(async () => {
      await this.api().move(id, before);
      this.jobs = await this.api().jobs();
    });
  }

  rename(id: string, name: string): Promise<void> {
    return this.attempt(() => this.api().rename(id, name));
  }

  remark(id: string, note: string): Promise<void> {
    return this.attempt(() => this.api().note(id, note));
  }

  pin(id: string, pinned: boolean): Promise<void> {
    return this.attempt(() => this.api().pin(id, pinned));
  }

  delete(id: string): Promise<void> {
    return this.attempt(async () => {
      const result = this.results.find((own) => own.id === id);
      await this.api().deleteResult(id);
      this.deleted = result;
    });
  }

  /** Takes the last deletion back. */
  undelete(): Promise<void> {
    return this.attempt(async () => {
      if (this.deleted) await this.api().restoreResult(this.deleted.id);
      this.deleted = undefined;
    });
  }

  note(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type === "job") this.noteJob(event.job);
      else if (event.type === "job-progress") this.noteProgress(event);
      else if (event.type === "result") this.noteResult(event.result);
      else if (event.type === "result-deleted") this.results = this.results.filter(({ id }) => id !== event.id);
    }
  }

  private noteProgress({ id, progress, left }: Extract<EngineEvent, { type: "job-progress" }>): void {
    this.jobs = this.jobs.map((job) => (job.id === id ? { ...job, progress, left } : job));
  }

  private noteResult(result: ResultSummary): void {
    const others = this.results.filter(({ id }) => id !== result.id);
    this.results = [result, ...others].sort((a, b) => b.when.localeCompare(a.when));
  }

  private noteJob(job: JobSummary): void {
    const isKnown = this.jobs.some(({ id }) => id === job.id);
    const jobs = isKnown ? this.jobs.map((own) => (own.id === job.id ? job : own)) : [...this.jobs, job];
    const rank = ({ state }: JobSummary) =>
      state === "waiting" ? 1 : ["running", "pausing", "stopping"].includes(state) ? 0 : 2;
    this.jobs = [...jobs].sort((a, b) => rank(a) - rank(b));
  }

  private async attempt(call: () => Promise<void>): Promise<void> {
    this.error = undefined;
    try {
      await call();
    } catch (thrown) {
      this.error = toWireError(thrown);
    }
  }
}
