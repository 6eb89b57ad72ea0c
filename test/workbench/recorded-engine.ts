// An engine that answers from the recorded example and knows nothing else: for looking at the page and testing its wire.
import { say } from "../../engine/base/sentence.ts";
import type { JobState, JobSummary, StoredResult } from "../../engine/contract/jobs.ts";
import type { PruneSettings } from "../../engine/choices/prune.ts";
import {
  type EngineApi,
  type EngineEvent,
  type OpenedTask,
  type RunRecord,
  type RunSummary,
  type TaskPreview,
  type WireError,
  PROTOCOL,
} from "../../engine/contract.ts";
import type { AskedOf } from "../../engine/contract/verbs.ts";
import type { PrunePart } from "../../engine/contract/prune.ts";
import { recordedEdges } from "./recorded-edges.ts";

export interface Recorded {
  readonly task: OpenedTask;
  readonly preview: TaskPreview;
  readonly record: RunRecord;
}

/** How many trials the replayed run makes between two events of its. */
const stepsAtOnce = 4;

/** @param pause between two batches of a replayed run */
export function recordedEngine(recorded: Recorded, pause: () => Promise<void>): EngineApi {
  const log: EngineEvent[] = [];
  const records = new Map<string, RunRecord>([["ioi-sprig-1", { ...recorded.record, id: "ioi-sprig-1" }]]);
  const listeners: (() => void)[] = [];
  const tell = (event: Record<string, unknown>) => {
    log.push({ ...event, seq: log.length + 1 } as unknown as EngineEvent);
    for (const listener of listeners.splice(0)) listener();
  };
  let parts = 0;
  const tellPart = (id: string, part: PrunePart) => tell({ type: "part", id, index: parts++, part });
  const setState = (id: string, state: JobState) => {
    const record = { ...records.get(id)!, state };
    records.set(id, record);
    tell({ type: "job", job: jobOf(record) });
  };
  const replay = async (id: string) => {
    const { steps, circuit } = recorded.record;
    const { full, empty, accuracy } = recorded.preview;
    setState(id, "running");
    tellPart(id, { kind: "anchors", full, empty, accuracy });
    for (let done = records.get(id)!.steps.length; done < steps.length; done += stepsAtOnce) {
      await pause();
      const record = records.get(id)!;
      if (record.state === "stopping") return setState(id, "stopped");
      const next = steps.slice(done, done + stepsAtOnce);
      records.set(id, { ...record, steps: [...record.steps, ...next] });
      const progress = { stage: "pruning", done: done + next.length, total: steps.length };
      tell({ type: "job-progress", id, progress });
      for (const step of next) tellPart(id, { kind: "step", step });
    }
    records.set(id, { ...records.get(id)!, circuit });
    setState(id, "finished");
  };
  const made = new Map<string, StoredResult>();
  const measureEdges = async (settings: AskedOf<"edges">): Promise<string> => {
    const id = `edges-ioi-sprig-${made.size + 1}`;
    const what = { id, verb: "edges", settings, startedAt: new Date().toISOString(), priority: "asked" } as const;
    const job = { ...what, stages: ["scores", "curve"], resumes: false, about: {} };
    const result = recordedEdges(recorded.record.circuit!, settings);
    made.set(id, { summary: { id, about: {} }, settings, result, command: "" } as unknown as StoredResult);
    // Who asks late, after the event, hears the same as who listened.
    const setJob = (state: JobState) => {
      jobs.set(id, { ...job, state });
      tell({ type: "job", job: { ...job, state } });
    };
    setJob("running");
    void pause().then(() => {
      tell({ type: "job-progress", id, progress: { stage: "scores", done: 1, total: 2 } });
      setJob("finished");
    });
    return Promise.resolve(id);
  };
  const jobs = new Map<string, JobSummary>();
  const unknown = (): Promise<never> => {
    const error: WireError = { code: "unsupported", message: "This engine only replays a recorded run." };
    return Promise.reject(error);
  };
  return {
    hello: async () => ({
      protocol: PROTOCOL,
      secateur: "recorded",
      node: "none",
      onnxruntime: "none",
      platform: "recorded",
      threads: 0,
      machine: { name: "recorded", overSsh: false },
      instance: "recorded",
    }),
    addModel: unknown,
    forgetModel: unknown,
    fetchModel: unknown,
    stopFetch: unknown,
    listModels: async () => [
      {
        name: "sprig",
        where: "embedded",
        family: "gpt2",
        nLayers: 4,
        nHeads: 8,
        dMlp: 256,
        bytes: 5_400_000,
        precision: "float32",
        ready: true,
      },
      {
        name: "smollm2",
        where: "not-fetched",
        family: "llama",
        ready: false,
        reason: 'Not fetched yet: "npm run fetch:smollm2" does it.',
      },
    ],
    listTasks: async () => [recorded.task],
    openTask: (source) => ("file" in source ? Promise.resolve(recorded.task) : Promise.reject(brokenTask(source.name))),
    preview: async () => recorded.preview,
    listRuns: async () => [...records.values()].map(summaryOf),
    openRun: async (id) => records.get(id) ?? unknown(),
    keep: unknown,
    listContrastSets: () => Promise.resolve([]),
    openVector: unknown,
    vectorFile: unknown,
    labelFeature: unknown,
    openCircuit: unknown,
    measure: unknown,
    heatmap: unknown,
    attention: unknown,
    neurons: unknown,
    openRelation: unknown,
    applyRelation: unknown,
    editRelation: unknown,
    start: async (verb, settings) => {
      if (verb === "edges") return measureEdges(settings as AskedOf<"edges">);
      if (verb !== "prune") return unknown();
      const request = settings as PruneSettings;
      const id = `ioi-sprig-${records.size + 1}`;
      records.set(id, { id, request, state: "running", startedAt: new Date().toISOString(), steps: [] });
      void replay(id);
      return id;
    },
    stop: async (id) => setState(id, "stopping"),
    pause: unknown,
    resume: async (id) => void replay(id),
    move: unknown,
    jobs: () => Promise.resolve([...jobs.values()]),
    parts: (_id, from) => Promise.resolve({ from, parts: [] }),
    results: () => Promise.resolve([]),
    result: (id) => (made.has(id) ? Promise.resolve(made.get(id)!) : unknown()),
    tables: unknown,
    rename: unknown,
    note: unknown,
    pin: unknown,
    deleteResult: unknown,
    restoreResult: unknown,
    sweepJob: unknown,
    command: unknown,
    events: async (after) => {
      if (log.length <= after) await new Promise<void>((resolve) => listeners.push(resolve));
      return log.slice(after);
    },
  };
}

function jobOf({ id, request, state, startedAt }: RunRecord): JobSummary {
  const what = { id, verb: "prune", settings: request, state, startedAt } as const;
  return { ...what, priority: "asked", stages: ["pruning"], resumes: true, about: {} };
}

function summaryOf({ id, request, state, startedAt, circuit }: RunRecord): RunSummary {
  const summary = { id, request, state, startedAt };
  const faithfulness = circuit?.results?.heldOut?.faithfulness;
  return circuit ? { ...summary, kept: circuit.kept.heads?.length, faithfulness } : summary;
}

function brokenTask(file: string): WireError {
  const problems = [
    { place: { file, line: 2, column: 1 }, sentence: say`has no field "nmae"; did you mean "name"?` },
    {
      place: { file, line: 4, column: 12 },
      sentence: say`a contrast task needs wrong answers; give one, such as [" B"].`,
    },
  ];
  return { code: "invalid-task", message: `${file} has 2 problems`, place: problems[0].place, problems };
}
