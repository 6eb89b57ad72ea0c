// Reads large files of other people in a thread of its own, so that the engine's process hears what comes in meanwhile.
//
// Checking a task of 16 MB takes seconds. A process that serves clients names its own entry with `readIn`; started again as a thread,
// that entry answers with `answerRead`. Small files, and programs that serve nobody, read in place: a thread takes longer to start.
import { statSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { EngineError, type ErrorCode, type ErrorFacts } from "../base/errors.ts";
import { say, Sentence, type Spoken } from "../base/sentence.ts";
import { parseCircuit } from "../circuit/circuit-file.ts";
import { loadContrastSets } from "../task/contrast-sets.ts";
import { loadTwoHop } from "../task/two-hop.ts";
import { readCircuitFile, readCircuitSource } from "./circuit-source.ts";
import { loadContrast, loadRelation } from "./task-files.ts";

/** What a file is read as → how. What is read is plain data, so that it can leave the thread. */
const READERS = {
  contrast: loadContrast,
  relation: loadRelation,
  "contrast sets": loadContrastSets,
  "two-hop questions": loadTwoHop,
  circuit: readCircuitFile,
  "circuit or graph": readCircuitSource,
} as const;

type ReadAs = keyof typeof READERS;
type Read<As extends ReadAs> = ReturnType<(typeof READERS)[As]>;

/** What a thread is given: a file by its path, or the text of a circuit that only a client has. */
type Asked = { readonly as: ReadAs; readonly path: string } | { readonly text: string; readonly name: string };

type Answer =
  | { readonly read: unknown }
  | { readonly refused: { readonly code: ErrorCode; readonly said: Spoken; readonly facts: ErrorFacts } }
  | { readonly fault: string };

/** Bytes that are read in less time than a thread takes to start. */
const SMALL = 64_000;

let entry: string | undefined;
let last: Promise<unknown> = Promise.resolve();

/** @param program the path of the file that this process runs; it calls `answerRead` where `isReadingThread` */
export function readIn(program: string): void {
  entry = program;
}

/**
 * A file read and checked, one large file after the other.
 *
 * @throws EngineError "cancelled"; as the reader
 */
export async function readAside<As extends ReadAs>(as: As, path: string, signal?: AbortSignal): Promise<Read<As>> {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  if (entry === undefined || size < SMALL) return READERS[as](path) as Read<As>;
  return (await inTurn(entry, { as, path }, signal)) as Read<As>;
}

/** A circuit given as a text. @throws EngineError as `parseCircuit` */
export async function parseCircuitAside(text: string, name: string): Promise<ReturnType<typeof parseCircuit>> {
  if (entry === undefined || text.length < SMALL) return parseCircuit(text, name);
  return (await inTurn(entry, { text, name })) as ReturnType<typeof parseCircuit>;
}

/** A tree of places takes dozens of bytes for each of a file's: never two at once. */
function inTurn(program: string, asked: Asked, signal?: AbortSignal): Promise<unknown> {
  const mine = last.then(() => inThread(program, asked, signal));
  last = mine.catch(() => undefined);
  return mine;
}

async function inThread(program: string, asked: Asked, signal?: AbortSignal): Promise<unknown> {
  const cancelled = () => new EngineError("cancelled", say`Stopped on request.`);
  if (signal?.aborted) throw cancelled();
  const thread = new Worker(program, { workerData: { reads: asked } });
  let stop = () => {};
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      stop = () => reject(cancelled());
      signal?.addEventListener("abort", stop, { once: true });
      thread.on("message", resolve);
      thread.on("error", (error: NodeJS.ErrnoException) => reject(ofThread(error, asked)));
      thread.on("exit", () => reject(new Error("internal: the reading thread ended without an answer")));
    });
    if ("read" in answer) return answer.read;
    if ("fault" in answer) throw new Error(answer.fault);
    const { code, said, facts } = answer.refused;
    throw new EngineError(code, Sentence.from(said), facts);
  } finally {
    signal?.removeEventListener("abort", stop);
    await thread.terminate();
  }
}

function ofThread(error: NodeJS.ErrnoException, asked: Asked): Error {
  if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  const file = "path" in asked ? asked.path : asked.name;
  const sentence = say`does not fit into the memory while it is checked; split it into smaller files.`;
  return new EngineError("invalid-file", say`${file}: ${sentence}`, { place: { file } });
}

/** Whether this is a thread that `readAside` has started. */
export function isReadingThread(): boolean {
  return !isMainThread && typeof (workerData as { reads?: unknown } | null)?.reads === "object";
}

/** Reads what this thread was started for, and ends. */
export function answerRead(): void {
  parentPort!.postMessage(answerOf((workerData as { reads: Asked }).reads));
}

function answerOf(asked: Asked): Answer {
  try {
    return { read: "as" in asked ? READERS[asked.as](asked.path) : parseCircuit(asked.text, asked.name) };
  } catch (error) {
    if (!(error instanceof EngineError)) return { fault: (error as Error).stack ?? String(error) };
    const { code, sentence: said, facts } = error;
    return { refused: { code, said, facts } };
  }
}
