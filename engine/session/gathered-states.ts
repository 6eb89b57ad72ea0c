// The states that a dictionary is trained on: read from the model once, kept on disk, and found there by a run that goes on.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import type { Exclusions, SaeTrainSettings } from "../choices/dictionary.ts";
import type { Corpus } from "../corpus/corpus.ts";
import { StateBuffer } from "../dictionary/state-buffer.ts";
import { type SitePlace, statesOf, widthAt } from "../dictionary/states.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { exclusionsOf, type WorkHooks } from "./dictionary-work.ts";

export interface GatherHooks extends WorkHooks {
  readonly onProgress?: (stage: "states", done: number, total: number) => void;
  readonly folder: string;
}

export interface Gathered {
  readonly buffer: StateBuffer;
  readonly rows: number;
  /** By place: √width over the mean norm. */
  readonly scales: readonly number[];
  readonly excluded: Exclusions;
}

/** What stands beside the states once all of them are there. */
type Note = Omit<Gathered, "buffer"> & { readonly identity: string };

/** What decides the states; another dictionary on the same ones trains on the same file. */
type StateChoice = Pick<
  SaeTrainSettings,
  "tokens" | "batch" | "seed" | "bos" | "centre" | "keepFirst" | "keepSpecial" | "keepOutlying"
>;

/**
 * Writes the corpus' states into a shuffled file, as many as are asked for and there are; those that an earlier run left are taken.
 *
 * @throws EngineError "usage" where there are fewer than a batch; "disk"; "cancelled"
 */
export async function gatheredStates(
  executor: Executor,
  corpus: Corpus,
  settings: StateChoice,
  places: readonly SitePlace[],
  hooks: GatherHooks,
): Promise<Gathered> {
  const widths = places.map((place) => widthAt(executor, place));
  const identity = identityOf(executor, corpus, settings, places);
  const note = join(hooks.folder, "states.json");
  const width = widths.reduce((sum, w) => sum + w, 0);
  const known = existsSync(note) ? (readJsonFile(note, FILE_KINDS.note) as Partial<Note>) : undefined;
  if (known?.identity === identity) {
    const { rows, scales, excluded } = known as Note;
    const buffer = StateBuffer.open(join(hooks.folder, "states.f32"), rows, width, settings.seed);
    if (buffer) return { buffer, rows, scales, excluded };
  }
  rmSync(note, { force: true });
  const gathered = await gather(executor, corpus, settings, places, hooks);
  const { rows, scales, excluded } = gathered;
  writeFileAtomic(note, `${JSON.stringify({ identity, rows, scales, excluded } satisfies Note)}\n`);
  return gathered;
}

function identityOf(
  { model }: Executor,
  corpus: Corpus,
  { tokens, seed, bos, centre, keepFirst, keepSpecial, keepOutlying }: StateChoice,
  places: readonly SitePlace[],
): string {
  const states = { tokens, seed, bos, centre, keepFirst, keepSpecial, keepOutlying };
  return sha256(canonicalJson({ model: model.sha256, corpus: corpus.sha256 ?? corpus.file, places, ...states }));
}

async function gather(
  executor: Executor,
  corpus: Corpus,
  settings: StateChoice,
  places: readonly SitePlace[],
  hooks: GatherHooks,
): Promise<Gathered> {
  const { folder, signal, onProgress } = hooks;
  const widths = places.map((place) => widthAt(executor, place));
  const most = Math.min(settings.tokens, await countStates(executor, corpus, settings, signal));
  if (most < settings.batch) {
    throw new EngineError(
      "usage",
      say`${corpus.file}: gives ${most} states that count, and a batch takes ${settings.batch}. Give more texts or a smaller --batch.`,
      { place: { file: corpus.file } },
    );
  }
  const width = widths.reduce((sum, w) => sum + w, 0);
  const buffer = StateBuffer.create(join(folder, "states.f32"), most, width, settings.seed);
  const exclude = exclusionsOf(executor.model, settings);
  const norms = places.map(() => 0);
  let seen = 0;
  for await (const { rows, tokens } of statesOf(executor, corpus.texts("discovery"), places, {
    ...settings,
    exclude,
    signal,
  })) {
    const count = Math.min(tokens.length, most - seen);
    rows.forEach((values, p) => (norms[p] += sumOfNorms(values, widths[p], count)));
    buffer.add(rows, widths);
    seen += count;
    onProgress?.("states", seen, most);
    if (buffer.full) break;
  }
  if (!buffer.full) buffer.close();
  if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  // Outliers are found only when the model runs: where they left fewer states than counted, the buffer is made again.
  if (!buffer.full) return gather(executor, corpus, { ...settings, tokens: seen }, places, hooks);
  const scales = norms.map((sum, p) => (Math.sqrt(widths[p]) * most) / sum);
  return { buffer, rows: most, scales, excluded: { ...exclude.counts } };
}

/** States that the tokens alone let count. */
async function countStates(
  executor: Executor,
  corpus: Corpus,
  settings: StateChoice,
  signal?: AbortSignal,
): Promise<number> {
  const rule = exclusionsOf(executor.model, settings);
  let count = 0;
  for await (const { ids, firstNew } of corpus.texts("discovery")) {
    if (ids.length < 2) continue;
    ids.forEach(
      (id, position) => (count += Number(rule.reasonFor({ text: 0, position, id }, firstNew, 0) === undefined)),
    );
    if (count >= settings.tokens) break;
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  }
  return count;
}

function sumOfNorms(values: Float32Array, width: number, rows: number): number {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let at = row * width; at < (row + 1) * width; at++) squares += values[at] ** 2;
    total += Math.sqrt(squares);
  }
  return total;
}
