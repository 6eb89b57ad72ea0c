// A job in a process of its own: `run()` of ONNX Runtime blocks its process, and whoever holds a job's lock must go on renewing it.
import { fork } from "node:child_process";
import { EngineError, type ErrorCode } from "../base/errors.ts";
import type { Execution } from "../choices/execution.ts";
import { openModel } from "../model/open.ts";
import { openStore } from "./open-store.ts";
import { isOfTheMachine, runOne } from "./run-here.ts";
import type { SweepJob } from "./sweep-job.ts";

/** What the process is told. */
export interface JobOrder {
  readonly job: SweepJob;
  readonly store: string;
  readonly execution: Execution;
}

/**
 * - done: the store has a record, be it of a result or of a failure
 * - lacking: this machine has not what the job needs; another may
 * - machine: the machine is at fault, and another attempt may do
 * - stopped: on request; the journal is in the store
 * - ended: the process was ended from outside, or ended itself
 */
export type JobEnd =
  | { readonly kind: "done"; readonly state: "finished" | "failed" }
  | { readonly kind: "lacking" | "machine" | "stopped" | "ended"; readonly sentence: string };

export class JobProcess {
  readonly ended: Promise<JobEnd>;
  private readonly child;

  /** @param command program and arguments that call `serveJob` */
  constructor({ file, args }: { readonly file: string; readonly args: readonly string[] }, order: JobOrder) {
    const child = fork(file, args, { stdio: ["ignore", "ignore", "inherit", "ipc"], serialization: "advanced" });
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.on("message", (end: JobEnd) => resolve(end));
      child.on("error", (error) =>
        resolve({ kind: "machine", sentence: `The engine could not be started: ${error.message}` }),
      );
      child.on("exit", (code, signal) =>
        resolve({
          kind: "ended",
          sentence: `The engine's process ended (${signal ?? `exit code ${code}`}) before the job was done.`,
        }),
      );
    });
    child.send(order);
  }

  /** Asks it to keep what it has measured and to end. */
  stop(): void {
    if (this.child.connected) this.child.send("stop");
  }

  /** Ends it at once: somebody else may be at the job by now. */
  end(): void {
    this.child.kill("SIGKILL");
  }
}

/** The other side: does the one job that it is told, and ends; also when its parent is gone. */
export function serveJob(): void {
  const controller = new AbortController();
  process.on("disconnect", () => process.exit(1));
  process.on("message", (message: JobOrder | "stop") => {
    if (message === "stop") return controller.abort();
    void done(message, controller.signal).then((end) => process.send!(end, () => process.exit(0)));
  });
}

async function done({ job, store, execution }: JobOrder, signal: AbortSignal): Promise<JobEnd> {
  try {
    requireWeights(job);
    const { state } = await runOne(job, openStore(store), { execution, signal });
    return { kind: "done", state };
  } catch (error) {
    const { code, message } =
      error instanceof EngineError ? error : { code: undefined, message: (error as Error).message };
    return { kind: kindOf(code), sentence: message };
  }
}

function kindOf(code: ErrorCode | undefined): "lacking" | "machine" | "stopped" {
  if (code === "cancelled") return "stopped";
  return code !== undefined && !isOfTheMachine({ code }) ? "lacking" : "machine";
}

/** @throws EngineError "model-not-found" where the model is not here, or is another than the job was made for */
function requireWeights({ settings, weights }: SweepJob): void {
  const { model: name } = settings as { readonly model?: string };
  if (name === undefined || weights === undefined) return;
  const model = openModel(name);
  const { sha256 } = model;
  model.close();
  if (sha256 === weights) return;
  throw new EngineError(
    "model-not-found",
    `${name} has other weights here (${sha256.slice(0, 12)}…) than the job was made for (${weights.slice(0, 12)}…); put the same model here.`,
    { name },
  );
}
