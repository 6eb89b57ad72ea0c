// What the lens is to read: a text, perhaps a second one beside it, or the prompts of the task; through which lens; which words to follow.
import type { LensKind, LensSite } from "../../engine/choices/lists.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";

export const LENS_SOURCES = ["text", "task"] as const;
export type LensSource = (typeof LENS_SOURCES)[number];

/** Prompts of a task that are read unless a person asks for more. */
const taskPrompts = 16;

export class LensForm {
  source = $state<LensSource>("text");
  text = $state("");
  /** Read beside the first; "" for none. */
  second = $state("");
  lens = $state<LensKind>("logit");
  /** Of a tuned or Jacobian lens, where the engine runs. */
  file = $state("");
  site = $state<LensSite>("residPre");
  words = $state.raw<readonly string[]>([]);

  /** Texts that are to be read, as settings; one for the prompts of a task. */
  asked(model: string, task: string | undefined): AskedOf<"lens">[] {
    const common = {
      model,
      lens: this.lens,
      sites: [this.site],
      ...(this.words.length > 0 && { words: [...this.words] }),
      ...(needsFile(this.lens) && { lensFile: this.file.trim() }),
    };
    if (this.source === "task") {
      return task === undefined ? [] : [{ ...common, task, examples: { discovery: taskPrompts, heldOut: 0 } }];
    }
    return [this.text, this.second].filter((text) => text !== "").map((text) => ({ ...common, text }));
  }

  /** Whether there is something to read. */
  isComplete(task: string | undefined): boolean {
    const hasText = this.source === "task" ? task !== undefined : this.text !== "";
    return hasText && (!needsFile(this.lens) || this.file.trim() !== "");
  }

  /** Takes over what a reading was asked with. */
  take({ text, task, lens, lensFile, sites: [site], words }: SettingsOf<"lens">): void {
    this.source = task === undefined ? "text" : "task";
    this.text = text ?? "";
    this.second = "";
    this.lens = lens;
    this.file = lensFile ?? "";
    if (site) this.site = site;
    this.words = words ?? [];
  }

  follow(word: string): void {
    if (!this.words.includes(word)) this.words = [...this.words, word];
  }

  unfollow(word: string): void {
    this.words = this.words.filter((other) => other !== word);
  }
}

/** Fitted lenses are files. */
export function needsFile(lens: LensKind): boolean {
  return lens === "tuned" || lens === "jacobian";
}
