// A tokenizer as a chain of parts: added tokens, normaliser, words, model, and what is put around; its inverse is the decoder.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { AddedTokens, type AddedToken, type Section } from "./added-tokens.ts";
import { AlignedText } from "./aligned-text.ts";
import type { BosChoice } from "../choices/lists.ts";
import { type Added, frontOf, withFront } from "./bos.ts";
import type { Decoder } from "./decoder.ts";
import type { VocabularyModel } from "./models/vocabulary-model.ts";
import type { Normalizer } from "./normalizer.ts";
import type { PreTokenizer } from "./pre-tokenizer.ts";
import { withinTime } from "./time-limit.ts";
import type { AddedWord, Tokenizer, TokenSpan } from "./tokenizer.ts";

/** Milliseconds; a prompt of a thousand words takes a few. */
const LONGEST_TIME = 2000;

/** Characters for which a tokenizer of known patterns needs no watching: starting a watchdog takes longer than they do. */
const SHORT_TEXT = 1000;

export interface PipelineParts {
  /** Where they come from, for messages. */
  readonly file: string;
  readonly addedTokens: readonly AddedToken[];
  readonly normalizer: Normalizer;
  readonly preTokenizer: PreTokenizer;
  /** Whether one of its patterns is of nobody knows whom. */
  readonly mayNotEnd: boolean;
  readonly model: VocabularyModel;
  readonly decoder: Decoder;
  readonly added: Added;
  readonly bosId?: number;
}

/** Short texts whose tokens are remembered: a pair of prompts, and some words. */
const MOST_REMEMBERED = 16;

interface Encoded {
  readonly spans: readonly TokenSpan[];
  readonly unknown: readonly string[];
}

export class PipelineTokenizer implements Tokenizer {
  readonly dVocab: number;
  readonly bosId?: number;
  readonly added: Added;
  readonly front: readonly number[];
  private readonly nEmbedded: number = Infinity;
  private readonly tokens: readonly (string | undefined)[];
  /** Tokens, places and missing characters of a text are asked for one after the other. */
  private readonly lately = new Map<string, Encoded>();
  private readonly asGiven: AddedTokens;
  private readonly normalised: AddedTokens;

  constructor(private readonly parts: PipelineParts) {
    const { model, addedTokens, added, bosId, normalizer } = parts;
    const tokens: (string | undefined)[] = [];
    for (const [token, id] of model.vocabulary) tokens[id] = token;
    for (const { content, id } of addedTokens) tokens[id] = content;
    this.tokens = tokens;
    this.dVocab = tokens.length;
    this.added = added;
    this.front = added.before;
    this.bosId = bosId ?? added.before[0];
    const isNormalised = (token: AddedToken) => token.normalized ?? !token.special;
    this.asGiven = new AddedTokens(addedTokens.filter((token) => !isNormalised(token)).map((t) => [t.content, t]));
    const later = addedTokens.filter(isNormalised);
    this.normalised = new AddedTokens(
      this.limited("", () => later.map((token) => [normalizer(AlignedText.of(token.content)).text, token] as const)),
    );
  }

  withBos(choice: BosChoice): Tokenizer {
    const front = frontOf(choice, this.added.before, this.bosId);
    if (front) return this.with({ front });
    const { file } = this.parts;
    throw new EngineError(
      "usage",
      say`${file}: no beginning-of-text token is declared, so prompts cannot always begin with it; choose auto or never, or write the token into the prompts.`,
      { place: { file } },
    );
  }

  within(nEmbedded: number): Tokenizer {
    return this.with({ nEmbedded });
  }

  get beyond(): readonly AddedWord[] {
    const added = new Set(this.parts.addedTokens.map(({ id }) => id));
    return this.tokens.flatMap((content, id) =>
      content !== undefined && id >= this.nEmbedded ? [{ id, content, isAdded: added.has(id) }] : [],
    );
  }

  encode(text: string): number[] {
    return this.prompt(this.own(text, false).spans.map(({ id }) => id));
  }

  prompt(ids: readonly number[]): number[] {
    return this.embedded(withFront(this.front, ids));
  }

  encodePlain(text: string): number[] {
    return this.embedded(this.own(text, true).spans.map(({ id }) => id));
  }

  unknown(text: string): readonly string[] {
    return this.own(text, false).unknown;
  }

  decode(ids: readonly number[]): string {
    const tokens = ids.map((id) => this.requireToken(id));
    return this.limited(tokens.join(""), () => this.parts.decoder(tokens).join(""));
  }

  token(id: number): string {
    // A decoder may drop the space that the first token begins with; the second time it stays.
    const once = this.decode([id]);
    const twice = this.decode([id, id]);
    return twice.startsWith(once) ? twice.slice(once.length) : once;
  }

  spans(text: string): TokenSpan[] {
    const { spans } = this.own(text, false);
    const put = this.prompt(spans.map(({ id }) => id)).length - spans.length;
    return [...this.front.slice(0, put).map((id) => ({ id, start: 0, end: 0 })), ...spans];
  }

  /** @param isLiteral  names of special tokens are text like any other */
  private own(text: string, isLiteral: boolean): Encoded {
    const key = `${isLiteral ? "literal" : "read"} ${text}`;
    const known = this.lately.get(key);
    if (known) return known;
    const made = this.made(text, isLiteral);
    if (text.length > SHORT_TEXT) return made;
    if (this.lately.size >= MOST_REMEMBERED) this.lately.clear();
    this.lately.set(key, made);
    return made;
  }

  private made(text: string, isLiteral: boolean): Encoded {
    return this.limited(text, () => {
      const spans: TokenSpan[] = [];
      const unknown: string[] = [];
      for (const { text: section, id } of this.sections(AlignedText.of(text), isLiteral)) {
        if (id !== undefined) spans.push({ id, ...section.span(0, section.length) });
        else
          for (const word of this.parts.preTokenizer(section)) {
            const made = this.parts.model.tokenize(word.text);
            for (const token of made.tokens) spans.push({ id: token.id, ...word.span(token.start, token.end) });
            for (const part of made.unknown) {
              const { start, end } = word.span(part.start, part.end);
              unknown.push(text.slice(start, end));
            }
          }
      }
      return { spans, unknown };
    });
  }

  private sections(text: AlignedText, isLiteral: boolean): Section[] {
    return this.asGiven
      .split(text, isLiteral)
      .flatMap((section) =>
        section.id === undefined ? this.normalised.split(this.parts.normalizer(section.text), isLiteral) : [section],
      );
  }

  private with(changes: { readonly front: readonly number[] } | { readonly nEmbedded: number }): PipelineTokenizer {
    return Object.assign(Object.create(this) as PipelineTokenizer, changes);
  }

  private embedded(ids: number[]): number[] {
    const beyond = ids.find((id) => id >= this.nEmbedded);
    if (beyond === undefined) return ids;
    const name = JSON.stringify(this.tokens[beyond] ?? "");
    throw new EngineError(
      "invalid-task",
      say`The token ${name} has id ${beyond}, but the model embeds ${this.nEmbedded} tokens; a prompt for it cannot hold this one.`,
    );
  }

  private limited<T>(text: string, work: () => T): T {
    const { file, mayNotEnd } = this.parts;
    if (!mayNotEnd && text.length <= SHORT_TEXT) return work();
    return withinTime(
      LONGEST_TIME,
      work,
      () =>
        new EngineError(
          "invalid-file",
          say`${file}: this tokenizer took more than ${LONGEST_TIME / 1000} s for ${JSON.stringify(text.slice(0, 60))}, so one of its patterns does not end; use the tokenizer.json that was published with the model.`,
          { place: { file } },
        ),
    );
  }

  private requireToken(id: number): string {
    const token = this.tokens[id];
    if (token !== undefined) return token;
    throw new EngineError(
      "shape",
      say`Token id ${id} is not in the tokenizer, whose highest id is ${this.dVocab - 1}.`,
    );
  }
}
