// A corpus: texts streamed from a file as token sequences, split into discovery and held-out, each beginning counted once.
//
// Nothing is held but one passage and a table of the beginnings seen. What is wrong with a corpus is said when it is opened, before
// any model runs over it: opening reads the file once from end to end.
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { hash32 } from "../base/hash.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { Beginnings } from "./beginnings.ts";
import { type CorpusForm, passagesOf } from "./passages.ts";

/** What a corpus needs of a tokenizer. */
export type CorpusTokenizer = Pick<Tokenizer, "bosId" | "encode" | "encodePlain" | "decode">;

export type CorpusSplit = "discovery" | "heldOut";

export interface CorpusText {
  /** Among all texts of the corpus, of either split. */
  readonly index: number;
  /** The line of the file on which its passage begins, 1-based. */
  readonly line: number;
  readonly split: CorpusSplit;
  readonly text: string;
  readonly ids: readonly number[];
  /** The first position whose beginning (the tokens up to and with it) stands in no text before; the number of tokens where none is new. */
  readonly firstNew: number;
}

export interface CorpusPart {
  readonly texts: number;
  readonly tokens: number;
  /** Positions whose beginning stands in no text before; texts of the other split count as before, too. */
  readonly distinct: number;
}

export interface CorpusOptions {
  /** Tokens that the model reads at most. */
  readonly context: number;
  /** Default: "jsonl" for .jsonl and .ndjson, else "lines". */
  readonly form?: CorpusForm;
  /** Of the objects of form "jsonl" (default "text"). */
  readonly field?: string;
  /** Share of the texts that is held out (default 0.5). */
  readonly heldOut?: number;
  /** Part of what decides the split. */
  readonly seed?: number;
  /** No text is taken once the corpus has so many tokens (default: all are). */
  readonly mostTokens?: number;
  /** Tokens that each part needs at least (default 1). */
  readonly least?: Readonly<Record<CorpusSplit, number>>;
  readonly signal?: AbortSignal;
}

/** Texts between two moments at which other work gets its turn. */
const turn = 64;

export class Corpus {
  private constructor(
    readonly file: string,
    /** Of the file's bytes; undefined where it was not read to its end. */
    readonly sha256: string | undefined,
    readonly parts: Readonly<Record<CorpusSplit, CorpusPart>>,
    private readonly tokenizer: CorpusTokenizer,
    private readonly options: CorpusOptions,
  ) {}

  /**
   * Reads the file once and counts.
   *
   * @throws EngineError "missing-file"; "invalid-file" for what does not follow its form, for a text longer than the context and for a
   *   corpus or part with too few tokens; "usage" for a share outside 0 to 1; "cancelled"
   */
  static async open(file: string, tokenizer: CorpusTokenizer, options: CorpusOptions): Promise<Corpus> {
    const { heldOut = 0.5 } = options;
    if (!(heldOut >= 0 && heldOut <= 1)) {
      throw new EngineError("usage", say`the share that is held out is ${heldOut}; it must lie between 0 and 1.`);
    }
    const counts = { discovery: { texts: 0, tokens: 0, distinct: 0 }, heldOut: { texts: 0, tokens: 0, distinct: 0 } };
    const hash = createHash("sha256");
    for await (const { split, ids, firstNew } of texts(file, tokenizer, options, (bytes) => hash.update(bytes))) {
      const part = counts[split];
      part.texts++;
      part.tokens += ids.length;
      part.distinct += ids.length - firstNew;
    }
    requireEnough(file, counts, options);
    const whole = options.mostTokens === undefined;
    return new Corpus(file, whole ? hash.digest("hex") : undefined, counts, tokenizer, options);
  }

  /** The texts of one split, or of both in the order of the file. May be called again, and gives the same. */
  async *texts(split?: CorpusSplit): AsyncGenerator<CorpusText> {
    for await (const text of texts(this.file, this.tokenizer, this.options)) {
      if (split === undefined || text.split === split) yield text;
    }
  }
}

async function* texts(
  file: string,
  tokenizer: CorpusTokenizer,
  options: CorpusOptions,
  seen?: (bytes: Uint8Array) => void,
): AsyncGenerator<CorpusText> {
  const { heldOut = 0.5, seed = 0, mostTokens = Infinity, field = "text", signal } = options;
  const form = options.form ?? (/\.(jsonl|ndjson)$/i.test(file) ? "jsonl" : "lines");
  const beginnings = new Beginnings();
  const bos = bosOf(tokenizer);
  let index = 0;
  let tokens = 0;
  for (const { text: passage, line } of passagesOf(file, { form, field, seen })) {
    for (const { text, ids } of sequences(passage, tokenizer, bos, form === "text" ? options.context : Infinity)) {
      if (ids.length > options.context) throw tooLong(file, line, ids.length, options.context);
      if (index % turn === 0) await setImmediate();
      if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      if (tokens + ids.length > mostTokens) return;
      tokens += ids.length;
      // By what the text says: a text that comes twice never stands on both sides.
      const split = hash32(`${seed}/${text}`) / 2 ** 32 < heldOut ? "heldOut" : "discovery";
      yield { index: index++, line, split, text, ids, firstNew: beginnings.add(ids) };
    }
  }
}

/** The beginning-of-text token where the tokenizer puts one before a text. */
function bosOf(tokenizer: CorpusTokenizer): readonly number[] {
  const { bosId } = tokenizer;
  return bosId !== undefined && tokenizer.encode("a")[0] === bosId ? [bosId] : [];
}

/** A passage as one sequence, or cut into sequences of at most `window` tokens; special tokens that it names are plain text. */
function* sequences(
  passage: string,
  tokenizer: CorpusTokenizer,
  bos: readonly number[],
  window: number,
): Generator<{ text: string; ids: readonly number[] }> {
  const plain = tokenizer.encodePlain(passage);
  const step = window - bos.length;
  if (plain.length <= step) {
    yield { text: passage, ids: [...bos, ...plain] };
    return;
  }
  for (let from = 0; from < plain.length; from += step) {
    const part = plain.slice(from, from + step);
    yield { text: tokenizer.decode(part), ids: [...bos, ...part] };
  }
}

function tooLong(file: string, line: number, tokens: number, context: number): EngineError {
  return new EngineError(
    "invalid-file",
    say`${file}:${line}: the text has ${tokens} tokens, and the model reads ${context} at most. Shorten it, or read the file as running text (form "text"), which is cut into parts.`,
    { place: { file, line } },
  );
}

function requireEnough(file: string, parts: Readonly<Record<CorpusSplit, CorpusPart>>, options: CorpusOptions): void {
  const least = options.least ?? { discovery: 1, heldOut: 1 };
  const enough = parts.discovery.tokens >= least.discovery && parts.heldOut.tokens >= least.heldOut;
  if (enough) return;
  const { discovery, heldOut } = parts;
  throw new EngineError(
    "invalid-file",
    say`${file}: has ${discovery.tokens} tokens for discovery and ${heldOut.tokens} held out, and ${least.discovery} and ${least.heldOut} are needed. Give more texts.`,
    { place: { file } },
  );
}
