// States of texts at a site, as a dictionary reads them, and which of them are left out.
import { runBlock } from "../activations/block.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals } from "../activations/packing.ts";
import { rowWidth } from "../activations/plan-places.ts";
import type { Exclusions } from "../choices/dictionary.ts";
import type { Site } from "../transformer/sites.ts";

export interface SitePlace {
  readonly site: Site;
  readonly layer: number;
}

export interface StateText {
  readonly ids: readonly number[];
  /** Positions before it begin as an earlier text does. */
  readonly firstNew?: number;
}

/** A state that counts, by where it stands. */
export interface StateToken {
  readonly text: number;
  readonly position: number;
  readonly id: number;
}

export interface StateBatch<Text extends StateText = StateText> {
  readonly texts: readonly Text[];
  /** One for each row; `text` counts from the first text of all batches. */
  readonly tokens: readonly StateToken[];
  /** For each place "row width", float32. */
  readonly rows: readonly Float32Array[];
}

export interface StateOptions {
  /** Takes the mean over the dimensions out of every state, as TransformerLens does for models with LayerNorm. */
  readonly centre?: boolean;
  /** What is left out; counted in `counts`. */
  readonly exclude: ExclusionRule;
  readonly signal?: AbortSignal;
}

/** A state of more than so many times the median norm is an outlier: attention sinks have a hundred times. */
const OUTLYING = 5;

/** Which states do not count, and how many of them there were. */
export class ExclusionRule {
  readonly counts: { -readonly [Reason in keyof Exclusions]: number } = {
    first: 0,
    special: 0,
    outlying: 0,
    repeated: 0,
  };
  /** Above it a state is an outlier; found on the first batch. */
  limit: number | undefined;

  constructor(
    readonly reasons: Readonly<Record<keyof Exclusions, boolean>>,
    private readonly special: ReadonlySet<number>,
  ) {}

  /** Why a state does not count; undefined where it does. @param norm of the state at the first place */
  reasonFor({ position, id }: StateToken, firstNew: number, norm: number): keyof Exclusions | undefined {
    if (this.reasons.first && position === 0) return "first";
    if (this.reasons.special && this.special.has(id)) return "special";
    if (this.reasons.repeated && position < firstNew) return "repeated";
    if (this.reasons.outlying && this.limit !== undefined && norm > this.limit) return "outlying";
    return undefined;
  }

  count(reason: keyof Exclusions): void {
    this.counts[reason]++;
  }
}

/** States at the places, up to the last of which the model runs; text by text, as many as a pass holds. */
export async function* statesOf<Text extends StateText>(
  executor: Executor,
  texts: Iterable<Text> | AsyncIterable<Text>,
  places: readonly SitePlace[],
  { centre, exclude, signal }: StateOptions,
): AsyncGenerator<StateBatch<Text>> {
  let before = 0;
  for await (const group of inGroups(texts, rowBudget(executor.model.config))) {
    if (signal?.aborted) return;
    const read = await pass(executor, group, places);
    if (centre) read.forEach((values, p) => centreRows(values, widthAt(executor, places[p])));
    yield chosen(executor, group, before, places, read, exclude);
    before += group.length;
  }
}

export function widthAt(executor: Executor, { site }: SitePlace): number {
  return rowWidth(executor.model.config, site, 0);
}

async function* inGroups<Text extends StateText>(
  texts: Iterable<Text> | AsyncIterable<Text>,
  budget: number,
): AsyncGenerator<Text[]> {
  let group: Text[] = [];
  let rows = 0;
  for await (const text of texts) {
    if (text.ids.length < 2) continue;
    if (group.length > 0 && rows + text.ids.length > budget) {
      yield group;
      [group, rows] = [[], 0];
    }
    group.push(text);
    rows += text.ids.length;
  }
  if (group.length > 0) yield group;
}

/** One pass as far as the last place; for each place "row width" of every token. */
async function pass(
  executor: Executor,
  texts: readonly StateText[],
  places: readonly SitePlace[],
): Promise<Float32Array[]> {
  const packing = Packing.ofLengths(texts.map(({ ids }) => ids.length));
  const last = places.reduce((most, { layer }) => Math.max(most, layer), 0);
  const read: Float32Array[] = [];
  let stream: Reals = executor.embed(
    texts.flatMap(({ ids }) => ids),
    packing.positions,
  );
  for (let layer = 0; layer <= last; layer++) {
    const here = places.flatMap((place, p) => (place.layer === layer ? [{ p, site: place.site }] : []));
    stream = await runBlock(executor, layer, packing, stream, {
      wanted: here.map(({ site }) => site),
      keep: (site, value) => {
        for (const { p } of here.filter((place) => place.site === site)) read[p] = Float32Array.from(value);
      },
    });
  }
  return read;
}

function chosen<Text extends StateText>(
  executor: Executor,
  texts: readonly Text[],
  before: number,
  places: readonly SitePlace[],
  read: readonly Float32Array[],
  exclude: ExclusionRule,
): StateBatch<Text> {
  const widths = places.map((place) => widthAt(executor, place));
  const norms = rowNormsOf(read[0], widths[0]);
  exclude.limit ??= OUTLYING * median(norms);
  const tokens: StateToken[] = [];
  const kept: number[] = [];
  let row = 0;
  for (const [t, { ids, firstNew = 0 }] of texts.entries()) {
    for (let position = 0; position < ids.length; position++, row++) {
      const token = { text: before + t, position, id: ids[position] };
      const reason = exclude.reasonFor(token, firstNew, norms[row]);
      if (reason !== undefined) {
        exclude.count(reason);
        continue;
      }
      tokens.push(token);
      kept.push(row);
    }
  }
  const rows = read.map((values, p) => {
    const out = new Float32Array(kept.length * widths[p]);
    kept.forEach((from, to) => out.set(values.subarray(from * widths[p], (from + 1) * widths[p]), to * widths[p]));
    return out;
  });
  return { texts, tokens, rows };
}

function centreRows(values: Float32Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let at = start; at < start + width; at++) sum += values[at];
    for (let at = start; at < start + width; at++) values[at] -= sum / width;
  }
}

function rowNormsOf(values: Float32Array, width: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, row) => {
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at++) sum += values[at] ** 2;
    return Math.sqrt(sum);
  });
}

function median(values: Float64Array): number {
  return values.slice().sort()[Math.floor(values.length / 2)] ?? Infinity;
}
