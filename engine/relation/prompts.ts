// A relation's subjects as prompts of one model: token ids, where the subject ends, and what should follow.
import { EngineError } from "../base/errors.ts";
import { type Note, say, Sentence } from "../base/sentence.ts";
import { tokensOfMark } from "../task/positions.ts";
import type { RelationTask } from "../task/task.ts";
import { WordFit } from "../task/word-fit.ts";
import type { BosChoice } from "../choices/lists.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";

export interface SubjectPrompt {
  readonly subject: string;
  /** The file's object for the subject; empty where only the subject is known. */
  readonly object: string;
  readonly text: string;
  readonly ids: readonly number[];
  /** Index of the last token of the subject's last mention. */
  readonly subjectPosition: number;
  /** First token of the object after the prompt; −1 without an object. */
  readonly objectToken: number;
}

/** What stands around every subject. */
export interface PromptForm {
  /** With "{}" for the subject. */
  readonly template: string;
  /** Samples written out before the question, a line each; they are neither fitted nor scored. */
  readonly demonstrations: RelationTask["samples"];
  /** Whether prompts begin with the beginning-of-text token; default: as the tokenizer does by itself. */
  readonly bos?: BosChoice;
}

type Sample = RelationTask["samples"][number];

/** @throws EngineError "invalid-task" where the tokenizer cannot write the prompt, or the model cannot read so many tokens */
export function subjectPrompt(
  sample: Sample,
  form: PromptForm,
  tokenizer: Tokenizer,
  nContext: number,
  file: string,
): SubjectPrompt {
  const made = tryPrompt(sample, form, fitOf(tokenizer, form), nContext);
  if (!(made instanceof Sentence)) return made;
  throw new EngineError("invalid-task", say`${file}: subject "${sample.subject}": ${made}.`, { place: { file } });
}

/** The prompts of all samples that fit the tokenizer and the model, and a note about each kind that does not. */
export function subjectPrompts(
  samples: readonly Sample[],
  form: PromptForm,
  tokenizer: Tokenizer,
  nContext: number,
): { prompts: SubjectPrompt[]; notes: Note[] } {
  const fit = fitOf(tokenizer, form);
  const prompts: SubjectPrompt[] = [];
  const misfits: Sentence[] = [];
  for (const sample of samples) {
    const made = tryPrompt(sample, form, fit, nContext);
    if (made instanceof Sentence) misfits.push(say`"${sample.subject}": ${made}`);
    else prompts.push(made);
  }
  const notes = misfits.length > 0 ? [say`${misfits.length} of ${samples.length} left out, such as ${misfits[0]}`] : [];
  return { prompts, notes };
}

function fitOf(tokenizer: Tokenizer, { bos = "auto" }: PromptForm): WordFit {
  return new WordFit(tokenizer.withBos(bos));
}

function tryPrompt(sample: Sample, form: PromptForm, fit: WordFit, nContext: number): SubjectPrompt | Sentence {
  const { tokenizer } = fit;
  const before = form.demonstrations.map(
    ({ subject, object }) => `${form.template.replaceAll("{}", subject)} ${object}\n`,
  );
  const parts = `${before.join("")}${form.template}`.split("{}");
  const text = parts.join(sample.subject);
  const start = text.length - parts.at(-1)!.length - sample.subject.length;
  const ids = tokenizer.encode(text);
  if (!fit.isWritten(text)) return fit.unwritten(text);
  if (ids.length > nContext) return say`the prompt has ${ids.length} tokens, the model reads ${nContext} at most`;
  const mark = { start, end: start + sample.subject.length };
  const tokens = tokenizer.spans(text);
  const subjectPosition = tokensOfMark({ ...mark, reference: { slot: "", column: "", offset: 0 } }, tokens).at(-1);
  if (subjectPosition === undefined) return say`no token covers it`;
  const whole = tokenizer.encode(`${text} ${sample.object}`);
  const follows = ids.every((id, i) => whole[i] === id) && whole.length > ids.length;
  if (sample.object !== "" && (!follows || !fit.isWritten(` ${sample.object}`))) {
    return say`the tokenizer cannot write its object "${sample.object}" after it`;
  }
  const objectToken = sample.object === "" ? -1 : whole[ids.length];
  return { ...sample, text, ids, subjectPosition, objectToken };
}
