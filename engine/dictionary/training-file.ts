// The state of a training run as one file, from which it goes on as if it had never stopped.
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { FILE_KINDS, readWholeFile } from "../base/read-file.ts";
import type { TrainingPoint } from "../choices/dictionary.ts";
import { arraysOf, stateOf, type TrainerState } from "./training-state.ts";
import type { TrainerSettings } from "./trainer.ts";

const MAGIC = "secateur.dictionary-training 2\n";

interface Training {
  readonly state: TrainerState;
  readonly curve: readonly TrainingPoint[];
}

interface Header {
  readonly identity: string;
  readonly step: number;
  readonly updates: number;
  readonly leastTaken?: number;
  readonly curve: readonly TrainingPoint[];
}

/** What a run is of: a state belongs to one model, place, corpus and recipe. */
export function identityOf(about: unknown): string {
  return sha256(JSON.stringify(about));
}

/** One line that says what it is, one line of JSON, then the arrays as they lie in memory. */
export function writeTraining(file: string, identity: string, { state, curve }: Training): void {
  const { step, leastTaken, moments } = state;
  const header: Header = { identity, step, updates: moments.wEnc.updates, leastTaken, curve };
  const bytes = arraysOf(state).map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  writeFileAtomic(file, Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`), ...bytes]));
}

/** @throws EngineError "invalid-file" where it is of another run, or cut short */
export function readTraining(file: string, identity: string, settings: TrainerSettings): Training {
  const bytes = readWholeFile(file, FILE_KINDS.training);
  const refused = (why: Sentence) =>
    new EngineError("invalid-file", say`${file}: ${why}; delete it to train from the start.`, { place: { file } });
  const end = bytes.indexOf(0x0a, MAGIC.length);
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC || end < 0)
    throw refused(say`is no training state of this version`);
  const header = JSON.parse(bytes.toString("utf8", MAGIC.length, end)) as Header;
  if (header.identity !== identity) throw refused(say`is the state of a run with other settings`);
  const state = stateOf(settings, header);
  let at = end + 1;
  for (const array of arraysOf(state)) {
    if (at + array.byteLength > bytes.length) throw refused(say`is cut short`);
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes.subarray(at, at + array.byteLength));
    at += array.byteLength;
  }
  return { state, curve: header.curve };
}
