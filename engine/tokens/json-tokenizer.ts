// A tokenizer over the contents of a tokenizer.json, whether read from that file or built from a GGUF's metadata.
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { EngineError } from "../base/errors.ts";
import { type Added, type BosChoice, frontOf, withFront } from "./bos.ts";
import { addedByPostProcessor } from "./post-processor.ts";
import { spansOfBytes, spansOfPrefixes } from "./spans.ts";
import type { Tokenizer, TokenSpan } from "./tokenizer.ts";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.ts";

export class JsonTokenizer implements Tokenizer {
  readonly dVocab: number;
  readonly bosId?: number;
  readonly added: Added;
  readonly front: readonly number[];
  private readonly library: Library;
  private readonly special: ReadonlySet<number>;
  private readonly addedContents: ReadonlySet<string>;
  private readonly isByteLevel: boolean;

  /**
   * @param json   contents of a tokenizer.json
   * @param file   where they come from, for messages
   * @param bos    text of the beginning-of-text token, if one is declared
   * @throws EngineError "invalid-file" or "unsupported"
   */
  constructor(
    json: unknown,
    private readonly file: string,
    bos?: string,
  ) {
    const parsed = parseTokenizerJson(json, file);
    this.library = createLibrary(parsed, file);
    this.special = new Set(parsed.added_tokens.filter(({ special }) => special).map(({ id }) => id));
    this.addedContents = new Set(parsed.added_tokens.map(({ content }) => content));
    this.isByteLevel = JSON.stringify(parsed.decoder ?? null).includes('"ByteLevel"');
    this.added = addedByPostProcessor(parsed, file);
    this.front = this.added.before;
    this.dVocab = highestId(parsed) + 1;
    this.bosId = bos === undefined ? this.added.before[0] : this.library.token_to_id(bos);
  }

  withBos(choice: BosChoice): Tokenizer {
    const front = frontOf(choice, this.added.before, this.bosId);
    if (front) return Object.assign(Object.create(this) as JsonTokenizer, { front });
    throw new EngineError(
      "usage",
      `${this.file}: no beginning-of-text token is declared, so prompts cannot always begin with it; choose auto or never, or write the token into the prompts.`,
      { place: { file: this.file } },
    );
  }

  encode(text: string): number[] {
    return this.prompt(this.withoutAdded(text));
  }

  prompt(ids: readonly number[]): number[] {
    return withFront(this.front, ids);
  }

  encodePlain(text: string): number[] {
    const ids = this.withoutAdded(text);
    return ids.some((id) => this.special.has(id)) ? this.encodeLiterally(text) : ids;
  }

  decode(ids: readonly number[]): string {
    ids.forEach((id) => this.requireToken(id));
    return ids.length === 0 ? "" : this.library.decode([...ids]);
  }

  token(id: number): string {
    return this.decode([id]);
  }

  spans(text: string): TokenSpan[] {
    const own = this.withoutAdded(text);
    const put = this.prompt(own).length - own.length;
    return [...this.front.slice(0, put).map((id) => ({ id, start: 0, end: 0 })), ...this.ownSpans(text, own)];
  }

  private ownSpans(text: string, ids: readonly number[]): TokenSpan[] {
    const tokens = ids.map((id) => this.requireToken(id));
    const exact = this.isByteLevel
      ? spansOfBytes(text, ids, tokens, this.addedContents, (part) => this.normalise(part))
      : undefined;
    return (
      exact ??
      spansOfPrefixes(
        text,
        ids,
        (some) => this.decode(some),
        (part) => this.withoutAdded(part),
      )
    );
  }

  private withoutAdded(text: string): number[] {
    return this.known(this.library.encode(text, { add_special_tokens: false }));
  }

  /** A word-level tokenizer without an unknown token has no id for other words. */
  private known({ ids, tokens }: { ids: readonly (number | undefined)[]; tokens: readonly string[] }): number[] {
    const unknown = ids.indexOf(undefined);
    if (unknown < 0) return ids as number[];
    throw new EngineError(
      "invalid-task",
      `${JSON.stringify(tokens[unknown])} is not in the vocabulary of this tokenizer.`,
    );
  }

  private normalise(text: string): string {
    return this.library.normalizer ? this.library.normalizer.normalize(text) : text;
  }

  /** The pipeline without the search for added tokens. */
  private encodeLiterally(text: string): number[] {
    const { pre_tokenizer, model } = this.library;
    const normal = this.normalise(text);
    const words = pre_tokenizer ? pre_tokenizer.pre_tokenize(normal, { section_index: 0 }) : [normal];
    const tokens = model!.encode(words);
    return this.known({ ids: tokens.map((token) => this.library.token_to_id(token) ?? model!.unk_token_id), tokens });
  }

  private requireToken(id: number): string {
    const token = Number.isInteger(id) && id >= 0 ? this.library.id_to_token(id) : undefined;
    if (token !== undefined) return token;
    throw new EngineError("shape", `Token id ${id} is not in the tokenizer, whose highest id is ${this.dVocab - 1}.`);
  }
}

function createLibrary(json: TokenizerJson, file: string): Library {
  const complete = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...json };
  try {
    return new Library(complete, { clean_up_tokenization_spaces: false, unk_token: json.model.unk_token });
  } catch (cause) {
    throw new EngineError(
      "unsupported",
      `${file}: this tokenizer cannot be used: ${(cause as Error).message}`,
      { place: { file } },
      { cause },
    );
  }
}

function highestId({ model, added_tokens }: TokenizerJson): number {
  let highest = -1;
  for (const id of Object.values(model.vocab)) highest = Math.max(highest, id);
  for (const { id } of added_tokens) highest = Math.max(highest, id);
  return highest;
}
