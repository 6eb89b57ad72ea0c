// Texts and chats as prompts of a model, and the positions at which a direction is read.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { BosChoice } from "../choices/lists.ts";
import { ChatTemplate } from "../generation/chat-template.ts";
import type { Model } from "../model/model.ts";
import type { Entry } from "../task/contrast-sets.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";

export interface WrittenText {
  readonly text: string;
  readonly ids: readonly number[];
}

/** Writes texts as they stand, or each as a user's message in the model's chat template. */
export class PromptWriter {
  private readonly tokenizer: Tokenizer;
  private readonly template: ChatTemplate | undefined;

  /** @throws EngineError "unsupported" for a chat with a model that has no template */
  constructor(
    private readonly model: Model,
    template: "plain" | "chat",
    bos: BosChoice = "auto",
  ) {
    this.tokenizer = model.tokenizer.withBos(bos);
    if (template === "plain") return;
    const { chatTemplate } = model.speech();
    if (!chatTemplate) {
      throw new EngineError(
        "unsupported",
        say`${model.name} has no chat template, and the texts are messages of a chat. Take another model, or write template: plain.`,
      );
    }
    this.template = ChatTemplate.parse(chatTemplate);
  }

  /** @throws EngineError "invalid-task" for a text that is empty, too long or cannot be written */
  write(entry: Entry): WrittenText {
    const text = this.textOf(entry);
    const [unknown] = this.tokenizer.unknown(text);
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
    const refuse = (why: Sentence): never => {
      throw new EngineError("invalid-task", say`The text ${shown} ${why}`);
    };
    if (unknown !== undefined)
      refuse(say`cannot be written: ${this.model.name} has no token for ${JSON.stringify(unknown)}.`);
    const ids = this.tokenizer.encode(text);
    if (ids.length === 0) refuse(say`has no token.`);
    const { nContext } = this.model.config;
    if (ids.length > nContext) refuse(say`has ${ids.length} tokens, and ${this.model.name} reads ${nContext} at most.`);
    return { text, ids };
  }

  private textOf(entry: Entry): string {
    if (this.template)
      return this.template.render(typeof entry === "string" ? [{ role: "user", content: entry }] : entry);
    if (typeof entry === "string") return entry;
    throw new EngineError("invalid-task", say`A chat needs template: chat.`);
  }
}

/**
 * Positions of a prompt by their word: "end"; "end-2", the second before it; "all" but position 0, a sink of attention whose state says
 * nothing of the text; "last", the last token that is no special one.
 *
 * @throws EngineError "usage" where the prompt has no such position
 */
export function positionsOf(ids: readonly number[], at: string, tokenizer: Tokenizer): number[] {
  const none = (): never => {
    throw new EngineError(
      "usage",
      say`A prompt of ${ids.length} tokens has no position "${at}": ${JSON.stringify(tokenizer.decode(ids))}.`,
    );
  };
  if (at === "all") return ids.length > 1 ? Array.from({ length: ids.length - 1 }, (_, i) => i + 1) : none();
  if (at === "last") {
    const last = ids.findLastIndex((id) => !isSpecial(id, tokenizer));
    return last < 0 ? none() : [last];
  }
  const back = /^end(?:-(\d+))?$/.exec(at);
  if (!back)
    throw new EngineError("usage", say`There is no position "${at}"; choose end, end-1, end-2 …, all or last.`);
  const position = ids.length - 1 - Number(back[1] ?? 0);
  return position < 0 ? none() : [position];
}

/** Plain text never becomes a special token. */
const isSpecial = (id: number, tokenizer: Tokenizer): boolean =>
  !tokenizer.encodePlain(tokenizer.token(id)).includes(id);
