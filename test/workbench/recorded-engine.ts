// An engine that answers from the recorded example and knows nothing else: for looking at the page and testing its wire.
import type { PruneSettings } from "../../engine/choices/prune.ts";
import {
  type EngineApi,
  type EngineEvent,
  type OpenedTask,
  type RunRecord,
  type RunState,
  type RunSummary,
  type TaskPreview,
  type WireError,
  PROTOCOL,
} from "../../engine/contract.ts";
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
  const setState = (id: string, state: RunState) => {
    const record = { ...records.get(id)!, state };
    records.set(id, record);
    tell({ type: "run", run: summaryOf(record) });
  };
  const replay = async (id: string) => {
    const { steps, circuit } = recorded.record;
    const { full, empty, accuracy } = recorded.preview;
    setState(id, "running");
    tell({ type: "anchors", id, full, empty, accuracy });
    for (let done = records.get(id)!.steps.length; done < steps.length; done += stepsAtOnce) {
      await pause();
      const record = records.get(id)!;
      if (record.state === "stopping") return setState(id, "stopped");
      const next = steps.slice(done, done + stepsAtOnce);
      records.set(id, { ...record, steps: [...record.steps, ...next] });
      tell({ type: "progress", id, stage: "pruning", done: done + next.length, total: steps.length });
      for (const step of next) tell({ type: "step", id, step });
    }
    records.set(id, { ...records.get(id)!, circuit });
    tell({ type: "circuit", id, circuit });
    setState(id, "finished");
  };
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
    startRun: async (request: PruneSettings) => {
      const id = `ioi-sprig-${records.size + 1}`;
      records.set(id, { id, request, state: "running", startedAt: new Date().toISOString(), steps: [] });
      void replay(id);
      return id;
    },
    stopRun: async (id) => setState(id, "stopping"),
    resumeRun: async (id) => void replay(id),
    listRuns: async () => [...records.values()].map(summaryOf),
    openRun: async (id) => records.get(id) ?? unknown(),
    openCircuit: unknown,
    measure: unknown,
    heatmap: unknown,
    attention: unknown,
    neurons: unknown,
    stability: unknown,
    transfer: unknown,
    stopStatistics: unknown,
    edges: async (request) => {
      await pause();
      tell({ type: "edges", method: request.method, stage: "scores", done: 1, total: 2 });
      return recordedEdges(recorded.record.circuit!, request);
    },
    stopEdges: unknown,
    openRelation: unknown,
    fitRelation: unknown,
    stopRelation: unknown,
    applyRelation: unknown,
    editRelation: unknown,
    start: unknown,
    stop: unknown,
    pause: unknown,
    resume: unknown,
    move: unknown,
    jobs: () => Promise.resolve([]),
    parts: unknown,
    results: () => Promise.resolve([]),
    result: unknown,
    rename: unknown,
    note: unknown,
    pin: unknown,
    deleteResult: unknown,
    restoreResult: unknown,
    command: unknown,
    events: async (after) => {
      if (log.length <= after) await new Promise<void>((resolve) => listeners.push(resolve));
      return log.slice(after);
    },
  };
}

function summaryOf({ id, request, state, startedAt, circuit }: RunRecord): RunSummary {
  const summary = { id, request, state, startedAt };
  const faithfulness = circuit?.results?.heldOut?.faithfulness;
  return circuit ? { ...summary, kept: circuit.kept.heads?.length, faithfulness } : summary;
}

function brokenTask(file: string): WireError {
  const problems = [
    { place: { file, line: 2, column: 1 }, sentence: 'has no field "nmae"; did you mean "name"?' },
    {
      place: { file, line: 4, column: 12 },
      sentence: 'a contrast task needs wrong answers; give one, such as [" B"].',
    },
  ];
  return { code: "invalid-task", message: `${file} has 2 problems`, place: problems[0].place, problems };
}
