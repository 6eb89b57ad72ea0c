// A model's chat template: turns messages into the text that the model was trained on.
import { Template } from "@huggingface/jinja";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { ChatTemplateSource } from "../model/model.ts";
import { withinTime } from "../tokens/time-limit.ts";

export const CHAT_ROLES = ["system", "user", "assistant"] as const;
export type ChatRole = (typeof CHAT_ROLES)[number];

export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: string;
}

/** A template comes from a file of somebody else's and is a program: one that does not end is ended. */
const millisecondsAtMost = 500;

export class ChatTemplate {
  private constructor(
    private readonly template: Template,
    private readonly source: ChatTemplateSource,
  ) {}

  /** @throws EngineError "invalid-file" where the template does not parse */
  static parse(source: ChatTemplateSource): ChatTemplate {
    try {
      return new ChatTemplate(new Template(source.text), source);
    } catch (error) {
      throw broken(source, say`does not parse`, error);
    }
  }

  /** Whether the rendered text holds the day on which it was rendered. */
  get namesTheDate(): boolean {
    return this.source.text.includes("strftime_now");
  }

  /**
   * The messages as the model reads them, ending where the assistant's next words begin.
   *
   * @throws EngineError "invalid-file" where the template itself fails, "usage" where it refuses these messages
   */
  render(messages: readonly ChatMessage[]): string {
    const values = {
      messages,
      add_generation_prompt: true,
      bos_token: this.source.bosToken ?? "",
      eos_token: this.source.eosToken ?? "",
      tools: null,
    };
    return withinTime(
      millisecondsAtMost,
      () => this.rendered(values),
      () => broken(this.source, say`does not end within ${millisecondsAtMost} ms`, undefined),
    );
  }

  private rendered(values: Record<string, unknown>): string {
    try {
      return this.template.render(values);
    } catch (error) {
      throw broken(this.source, say`refuses these messages`, error);
    }
  }
}

function broken(source: ChatTemplateSource, what: Sentence, error: unknown): EngineError {
  const reason = error instanceof Error ? `: ${error.message}` : "";
  return new EngineError(
    "invalid-file",
    say`${source.file}: the chat template ${what}${reason}. Give a plain text instead of a chat, or mend the template.`,
    { place: { file: source.file } },
    { cause: error },
  );
}
