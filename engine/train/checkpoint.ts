// A training run's state as one file, from which the run goes on as if it had never stopped.
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS, readWholeFile } from "../base/read-file.ts";
import { sha256 } from "../base/hash.ts";
import { type ModelShape, parameterCount, parametersOf } from "./parameters.ts";
import type { Recipe } from "./recipe.ts";
import type { TrainingState } from "./trainer.ts";

const MAGIC = "secateur.training 1\n";

interface Header {
  /** Of recipe and shape: a state belongs to one recipe. */
  readonly identity: string;
  readonly step: number;
  readonly updates: number;
}

/** One line that says what it is, one line of JSON, then weights, both moments and gates as float32. */
export function writeCheckpoint(path: string, state: TrainingState, recipe: Recipe, shape: ModelShape): void {
  const { step, weights, moments, gates } = state;
  const header: Header = { identity: identityOf(recipe, shape), step, updates: moments.updates };
  const arrays = [weights, moments.first, moments.second, gates].map((array) => Buffer.from(array.slice().buffer));
  writeFileAtomic(path, Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`), ...arrays]));
}

/** @throws EngineError "invalid-file" where the file is no checkpoint or one of another recipe */
export function readCheckpoint(path: string, recipe: Recipe, shape: ModelShape): TrainingState {
  const bytes = readWholeFile(path, FILE_KINDS.training);
  const end = bytes.indexOf(0x0a, MAGIC.length);
  if (!bytes.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)) || end < 0) {
    throw refused(path, say`not a training checkpoint of this version; delete it to train from the start`);
  }
  const header = JSON.parse(bytes.toString("utf8", MAGIC.length, end)) as Header;
  if (header.identity !== identityOf(recipe, shape)) {
    throw refused(path, say`a checkpoint of another seed, recipe or set of tasks; delete it to train from the start`);
  }
  const size = parameterCount(parametersOf(shape));
  const sizes = [size, size, size, shape.nLayers * shape.nHeads];
  if (bytes.length - end - 1 !== 4 * sizes.reduce((sum, n) => sum + n, 0)) {
    throw refused(path, say`cut short; delete it to train from the start`);
  }
  let at = end + 1;
  const [weights, first, second, gates] = sizes.map((n) => {
    const array = new Float32Array(new Uint8Array(bytes.subarray(at, at + 4 * n)).buffer);
    at += 4 * n;
    return array;
  });
  return { step: header.step, weights, moments: { first, second, updates: header.updates }, gates };
}

function identityOf(recipe: Recipe, shape: ModelShape): string {
  return sha256(JSON.stringify([recipe, shape]));
}

function refused(file: string, sentence: Sentence): EngineError {
  return new EngineError("invalid-file", say`${file}: ${sentence}.`, { place: { file } });
}
