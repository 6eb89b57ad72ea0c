// A task's examples for one tokenizer: the same bytes for the same seed, exactly as many as asked for, nothing dropped without a note.
import { EngineError } from "../base/errors.ts";
import { type Note, say } from "../base/sentence.ts";
import { toEnd } from "../base/in-turns.ts";
import type { BosChoice } from "../choices/lists.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import type { Example } from "./example.ts";
import { expandPrompts } from "./expand-prompts.ts";
import { TemplateExpansion } from "./expand-templates.ts";
import { relationAsContrast } from "./relation-task.ts";
import type { Task } from "./task.ts";

export interface ExpandOptions {
  /** Instead of the task's own numbers; a task has no number of its own for validation. */
  readonly examples?: { readonly discovery?: number; readonly heldOut?: number; readonly validation?: number };
  /** Sets examples aside for validation though nobody says how many: the usual number, or as many as there are. */
  readonly validate?: boolean;
  /** Draws fresh examples too: as many as there are for discovery, or as there are with other clean prompts. */
  readonly fresh?: boolean;
  readonly seed?: number;
  /** Name of one of the task's corruptions. */
  readonly corruption?: string;
  /** Of a task with templates, this one alone: its number in the file, "h3" for the third held-out one. */
  readonly template?: string;
  /** Whether prompts begin with the beginning-of-text token. */
  readonly bos?: BosChoice;
  /** For prompts: "file" takes the first as discovery and the next as held-out. */
  readonly order?: "file" | "shuffled";
}

export interface Expansion {
  /** Discovery first, then held-out, then validation; `index` counts through all. */
  readonly examples: readonly Example[];
  /** Further discovery examples, which a search does not see: by them is chosen what it should not have taken away. Listed prompts have none. */
  readonly fresh: readonly Example[];
  /** Sentences about what was left out and why. */
  readonly notes: readonly Note[];
}

/**
 * @throws EngineError "invalid-task" if the task does not fit the tokenizer or has too few different examples; "usage" for an
 *   impossible option
 */
export function expandTask(task: Task, tokenizer: Tokenizer, options: ExpandOptions = {}): Expansion {
  return toEnd(expanding(task, tokenizer, options));
}

/** The same step by step: a task of a hundred thousand examples takes a while. @throws as `expandTask` */
export function* expanding(task: Task, tokenizer: Tokenizer, options: ExpandOptions = {}): Generator<void, Expansion> {
  checkCounts(task, options);
  if (task.kind === "relation") return yield* expanding(relationAsContrast(task), tokenizer, options);
  const begun = tokenizer.withBos(options.bos ?? task.bos);
  return task.form === "prompts"
    ? yield* expandPrompts(task, begun, options)
    : yield* new TemplateExpansion(task, begun, options).expand();
}

function checkCounts({ file }: Task, { examples = {} }: ExpandOptions): void {
  for (const [split, count] of Object.entries(examples)) {
    const least = split === "discovery" ? 1 : 0;
    if (count !== undefined && (!Number.isSafeInteger(count) || count < least)) {
      throw new EngineError(
        "usage",
        say`${file}: ${count} ${split === "heldOut" ? say`held-out` : split === "discovery" ? say`discovery` : say`validation`} examples are asked for; ask for a whole number of at least ${least}.`,
        {
          place: { file },
        },
      );
    }
  }
}
