// A tokenizer over the contents of a tokenizer.json, whether read from that file or built from a GGUF's metadata.
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { EngineError } from "../base/errors.ts";
import { spansOfBytes, spansOfPrefixes } from "./spans.ts";
import type { Tokenizer, TokenSpan } from "./tokenizer.ts";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.ts";

export class JsonTokenizer implements Tokenizer {
  readonly dVocab: number;
  readonly bosId?: number;
  private readonly library: Library;
  private readonly special: ReadonlySet<number>;
  private readonly added: ReadonlySet<string>;
  private readonly isByteLevel: boolean;

  /**
   * @param json   contents of a tokenizer.json
   * @param file   where they come from, for messages
   * @param bos    text of the beginning-of-text token, if one is declared
   * @throws EngineError "invalid-file" or "unsupported"
   */
  constructor(json: unknown, file: string, bos?: string) {
    const parsed = parseTokenizerJson(json, file);
    this.library = createLibrary(parsed, file);
    this.special = new Set(parsed.added_tokens.filter(({ special }) => special).map(({ id }) => id));
    this.added = new Set(parsed.added_tokens.map(({ content }) => content));
    this.isByteLevel = JSON.stringify(parsed.decoder ?? null).includes('"ByteLevel"');
    this.dVocab = highestId(parsed) + 1;
    this.bosId = bos === undefined ? undefined : this.library.token_to_id(bos);
  }

  encode(text: string): number[] {
    return this.library.encode(text).ids;
  }

  encodePlain(text: string): number[] {
    const { ids } = this.library.encode(text, { add_special_tokens: false });
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
    const ids = this.encode(text);
    const tokens = ids.map((id) => this.requireToken(id));
    const exact = this.isByteLevel ? spansOfBytes(text, ids, tokens, this.added) : undefined;
    return (
      exact ??
      spansOfPrefixes(
        text,
        ids,
        (some) => this.decode(some),
        (part) => this.encodePlain(part),
      )
    );
  }

  /** The pipeline without the search for added tokens. */
  private encodeLiterally(text: string): number[] {
    const { normalizer, pre_tokenizer, model } = this.library;
    const normal = normalizer ? normalizer.normalize(text) : text;
    const words = pre_tokenizer ? pre_tokenizer.pre_tokenize(normal, { section_index: 0 }) : [normal];
    return model!.encode(words).map((token) => this.library.token_to_id(token)!);
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
    return new Library(complete, { clean_up_tokenization_spaces: false });
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
