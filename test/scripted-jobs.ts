// The jobs of an engine as a desk sees them, run by a test: what was asked for, and what is told of it.
import type { EngineEvent, WireError } from "../engine/contract.ts";
import type { JobProgress, JobState, JobSummary, SecondsRange } from "../engine/contract/jobs.ts";
import type { VerbName } from "../engine/contract/verbs.ts";
import type { DeskApi } from "../renderer/state/desk.svelte.ts";

export class ScriptedJobs {
  /** Settings in the order in which they were asked for; a job's id is "j" and its place from 1. */
  readonly asked: unknown[] = [];
  readonly stopped: string[] = [];
  private readonly states = new Map<string, JobSummary>();
  private readonly results = new Map<string, unknown>();
  private hear: (events: readonly EngineEvent[]) => void = () => undefined;
  /** What asking for a job is answered with instead. */
  refusal: WireError | undefined;

  readonly api: DeskApi = {
    start: (verb, settings) => {
      if (this.refusal) return Promise.reject(this.refusal);
      this.asked.push(settings);
      const id = `j${this.asked.length}`;
      this.set(id, { verb, settings, state: "waiting" });
      return Promise.resolve(id);
    },
    stop: (id) => {
      this.stopped.push(id);
      this.set(id, { state: "stopped" });
      return Promise.resolve();
    },
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    jobs: () => Promise.resolve([...this.states.values()]),
    parts: (_id, from) => Promise.resolve({ from, parts: [] }),
    result: (id) => Promise.resolve(this.results.get(id)) as never,
    results: () => Promise.resolve([]),
  };

  /** @param desk hears of everything */
  tells(desk: { note(events: readonly EngineEvent[]): void }): void {
    this.hear = (events) => desk.note(events);
  }

  run(id: string): void {
    this.set(id, { state: "running" });
  }

  progress(id: string, progress: JobProgress, left?: SecondsRange): void {
    this.hear([{ seq: 1, type: "job-progress", id, progress, left }]);
  }

  part(id: string, index: number, part: unknown): void {
    this.hear([{ seq: 1, type: "part", id, index, part }]);
  }

  finish(id: string, result: unknown): void {
    const { settings } = this.states.get(id)!;
    const summary = { id, about: {} };
    this.results.set(id, { summary, settings, result, command: "" });
    this.set(id, { state: "finished" });
  }

  fail(id: string, failure: WireError): void {
    this.set(id, { state: "failed", failure });
  }

  private set(id: string, change: Partial<JobSummary> & { readonly state: JobState }): void {
    const fresh = {
      id,
      verb: "lens" as VerbName,
      settings: {},
      priority: "asked",
      stages: [],
      resumes: false,
    } as const;
    const job = { ...fresh, about: {}, startedAt: "2026-11-28T10:00:00Z", ...this.states.get(id), ...change };
    this.states.set(id, job);
    this.hear([{ seq: 1, type: "job", job }]);
  }
}
