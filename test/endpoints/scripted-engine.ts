// An engine that answers by a script, for tests of the wires: errors with places, tensors, numbered events, a call that never ends.
import { randomUUID } from "node:crypto";
import { EngineError } from "../../engine/base/errors.ts";
import { say } from "../../engine/base/sentence.ts";
import { tensor } from "../../engine/base/tensor.ts";
import { type EngineApi, type EngineEvent, PROTOCOL } from "../../engine/contract.ts";
import { EventLog } from "../../engine/service/event-log.ts";

/** Entries of the tensor that `heatmap` answers with: more than a megabyte. */
export const LARGE = 300_000;

const PROBLEMS = [
  {
    place: { file: "mine.yaml", line: 2, column: 1 },
    sentence: say`there is no field "${"nmae"}"; did you mean "${"name"}"?`,
  },
  { place: { file: "mine.yaml", line: 4 }, sentence: say`${"wrong_answers"} is missing.` },
];

/** @param protocol that it says it speaks */
export function scriptedEngine(protocol = PROTOCOL): EngineApi {
  const log = new EventLog(50);
  const instance = randomUUID();
  const unscripted = (): Promise<never> => Promise.reject(new Error("not in the script"));
  return {
    hello: () =>
      Promise.resolve({
        protocol,
        secateur: "0",
        node: "0",
        onnxruntime: "0",
        platform: "script",
        threads: 1,
        machine: { name: "scripted", overSsh: false },
        instance,
      }),
    listModels: () => Promise.resolve([{ name: "模型", where: "folder", ready: false, reason: "line\nbreak" }]),
    addModel: unscripted,
    forgetModel: unscripted,
    fetchModel: unscripted,
    stopFetch: unscripted,
    listTasks: () => Promise.resolve([]),
    openTask: () =>
      Promise.reject(
        new EngineError("invalid-task", say`${"mine.yaml"} has ${PROBLEMS.length} problems.`, {
          place: PROBLEMS[0].place,
          problems: PROBLEMS,
        }),
      ),
    preview: unscripted,
    listRuns: () => Promise.resolve([]),
    openRun: unscripted,
    keep: unscripted,
    listContrastSets: () => Promise.resolve([]),
    openVector: unscripted,
    vectorFile: unscripted,
    labelFeature: unscripted,
    openCircuit: unscripted,
    measure: () => new Promise(() => undefined),
    heatmap: () => {
      const data = Float32Array.from({ length: LARGE }, (_, i) => Math.fround(i / 3));
      return Promise.resolve({
        effect: tensor("layer", [LARGE], data),
        normalised: tensor("layer", [3], new Float32Array([NaN, -0, Infinity])),
        clean: 1,
        corrupt: -1,
      });
    },
    attention: unscripted,
    neurons: unscripted,
    openRelation: unscripted,
    applyRelation: unscripted,
    editRelation: unscripted,
    start: (_verb, settings) => {
      for (let i = 1; i <= ((settings as { seed?: number }).seed ?? 0); i++) log.add(event(`run-${i}`));
      return Promise.resolve("run");
    },
    stop: () => Promise.resolve(),
    pause: unscripted,
    resume: unscripted,
    move: unscripted,
    jobs: () => Promise.resolve([]),
    parts: unscripted,
    results: () => Promise.resolve([]),
    result: unscripted,
    tables: unscripted,
    rename: unscripted,
    note: unscripted,
    pin: unscripted,
    deleteResult: unscripted,
    restoreResult: unscripted,
    sweepJob: unscripted,
    command: unscripted,
    events: (after) => log.after(after),
  };
}

function event(id: string): EngineEvent & { type: "result-deleted" } {
  return { seq: 0, type: "result-deleted", id };
}
