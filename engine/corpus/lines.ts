// Lines of a text file of any size, one at a time: what is held is one line and one piece of the file.
import { closeSync, readSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { openRegularFile } from "../base/read-file.ts";

export interface Line {
  /** Without its line break. */
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

export interface LineOptions {
  /** Characters that one line may have. */
  readonly longest: number;
  /** Sees every byte of the file, in order. */
  readonly seen?: (bytes: Uint8Array) => void;
}

const pieceBytes = 65_536;

/** @throws EngineError "missing-file"; "invalid-file" for what is no UTF-8 text, and for a line longer than the longest */
export function* linesOf(file: string, { longest, seen }: LineOptions): Generator<Line> {
  const { descriptor } = openRegularFile(file, say`text`);
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const piece = new Uint8Array(pieceBytes);
    let rest = "";
    let number = 1;
    for (let count = 1; count > 0;) {
      count = readSync(descriptor, piece, 0, pieceBytes, null);
      const bytes = piece.subarray(0, count);
      seen?.(bytes);
      const lines = (rest + decoded(() => decoder.decode(bytes, { stream: count > 0 }), file, number)).split("\n");
      rest = lines.pop()!;
      for (const text of lines) yield checked({ text: text.replace(/\r$/, ""), number: number++ }, file, longest);
      checked({ text: rest, number }, file, longest);
    }
    if (rest !== "") yield { text: rest, number };
  } finally {
    closeSync(descriptor);
  }
}

function decoded(decode: () => string, file: string, line: number): string {
  try {
    return decode();
  } catch (cause) {
    throw new EngineError(
      "invalid-file",
      say`${file}: is not UTF-8 text somewhere after line ${line}. Save it as UTF-8.`,
      { place: { file, line } },
      { cause },
    );
  }
}

function checked(line: Line, file: string, longest: number): Line {
  if (line.text.length <= longest) return line;
  throw new EngineError(
    "invalid-file",
    say`${file}:${line.number}: the line has more than ${longest} characters, which is the most that one line may have. Break it into lines.`,
    { place: { file, line: line.number } },
  );
}
