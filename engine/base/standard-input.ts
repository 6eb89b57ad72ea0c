// Standard input in the place of a file: "-" and its device names, for a program that allows it, read once and kept.
import { closeSync, openSync, readSync } from "node:fs";
import { EngineError } from "./errors.ts";
import { say } from "./sentence.ts";

const NAMES = /^(-|\/dev\/stdin|\/dev\/fd\/\d{1,4}|\/proc\/self\/fd\/\d{1,4})$/;

/** Only the command line's own input is the user's; that of an engine behind a window belongs to what started it. */
let isAllowed = false;
const kept = new Map<string, Buffer>();

export function allowStandardInput(): void {
  isAllowed = true;
}

/** Whether a name stands for standard input, or for another descriptor that was handed to the program. */
export function isStandardInput(file: string): boolean {
  return isAllowed && NAMES.test(file);
}

/**
 * All that comes, whatever asks for it again.
 *
 * @param largest bytes
 * @throws EngineError "invalid-file" for more than `largest`, "missing-file" where there is nothing to read from
 */
export function readStandardInput(name: string, largest: number): Buffer {
  const before = kept.get(name);
  if (before) return before;
  const descriptor = /^(-|\/dev\/stdin)$/.test(name) ? 0 : opened(name);
  try {
    const bytes = readToEnd(descriptor, name, largest);
    kept.set(name, bytes);
    return bytes;
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

function opened(name: string): number {
  try {
    return openSync(name, "r");
  } catch (cause) {
    throw nothingThere(name, cause);
  }
}

const blockBytes = 1 << 16;
const pauseMilliseconds = 10;

function readToEnd(descriptor: number, name: string, largest: number): Buffer {
  const blocks: Buffer[] = [];
  for (let total = 0; total <= largest;) {
    const block = Buffer.allocUnsafe(blockBytes);
    const count = readSome(descriptor, block, name);
    if (count === 0) return Buffer.concat(blocks);
    blocks.push(block.subarray(0, count));
    total += count;
  }
  throw new EngineError("invalid-file", say`${name}: more than ${largest} bytes came; that is no file of this kind.`, {
    place: { file: name },
  });
}

/** A terminal or a slow program may have nothing yet. */
function readSome(descriptor: number, block: Buffer, name: string): number {
  for (;;) {
    try {
      return readSync(descriptor, block);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw nothingThere(name, cause);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
    }
  }
}

function nothingThere(name: string, cause: unknown): EngineError {
  const { code } = cause as NodeJS.ErrnoException;
  return new EngineError(
    "missing-file",
    say`${name}: there is nothing to read from (${String(code)}); pipe a file in, such as "secateur tasks show - < task.json".`,
    { place: { file: name } },
    { cause },
  );
}
