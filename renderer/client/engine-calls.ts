// The engine's calls over one line: each is answered, or rejected when the line ends.
import { wrap } from "comlink";
import type { EngineApi } from "../../engine/contract.ts";
import type { Line } from "./transport.ts";
import { CallFailure, toWireError } from "./wire-failure.ts";

/** Every call there is; a name that the contract does not have, or has and is not here, does not compile. */
const CALLS = {
  hello: true,
  listModels: true,
  addModel: true,
  forgetModel: true,
  fetchModel: true,
  stopFetch: true,
  listTasks: true,
  openTask: true,
  preview: true,
  listRuns: true,
  openRun: true,
  keep: true,
  listContrastSets: true,
  openVector: true,
  vectorFile: true,
  labelFeature: true,
  openCircuit: true,
  measure: true,
  heatmap: true,
  attention: true,
  neurons: true,
  openRelation: true,
  applyRelation: true,
  editRelation: true,
  start: true,
  stop: true,
  pause: true,
  resume: true,
  move: true,
  jobs: true,
  parts: true,
  results: true,
  result: true,
  tables: true,
  rename: true,
  note: true,
  pin: true,
  deleteResult: true,
  restoreResult: true,
  sweepJob: true,
  command: true,
  events: true,
} satisfies Readonly<Record<keyof EngineApi, true>>;

type AnyCall = (...args: unknown[]) => Promise<unknown>;

/** Comlink never settles a call whose peer is gone, so each waits for the line's end as well. */
export function engineCalls(line: Line): EngineApi {
  const remote = wrap<Record<string, AnyCall>>(line.endpoint) as unknown as Record<string, AnyCall>;
  const inFlight = new Set<(lost: CallFailure) => void>();
  let lost: CallFailure | undefined;
  void line.ended.then(({ reason }) => {
    lost = new CallFailure({ code: "engine-lost", message: reason });
    for (const reject of inFlight) reject(lost);
    inFlight.clear();
  });
  const call = (name: string, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (lost) return reject(lost);
      inFlight.add(reject);
      remote[name](...args)
        .then(resolve, (thrown: unknown) => reject(new CallFailure(toWireError(thrown))))
        .finally(() => inFlight.delete(reject));
    });
  const names = Object.keys(CALLS);
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => call(name, args)]),
  ) as unknown as EngineApi;
}
