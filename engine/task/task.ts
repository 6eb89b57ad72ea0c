// What a task file says once it is read and checked: the three kinds of task as plain data, before any tokenizer is involved.
import type { Note } from "../base/sentence.ts";
import type { BosChoice } from "../choices/lists.ts";
import type { AblationKind, AblationReference, CriterionName, MetricName, RoleRule } from "./schema.ts";
import type { AnswerRule, Template } from "./template.ts";

export interface TaskCommon {
  readonly name: string;
  readonly title: { readonly en: string; readonly zh?: string };
  readonly description: string;
  /** Which tokenizers the task works on, if not on all; part of the message where one does not fit. */
  readonly needs?: string;
  readonly metric: MetricName;
  readonly ablation: {
    readonly kind: AblationKind;
    readonly reference: AblationReference;
    readonly perPosition: boolean;
  };
  /** Of the criterion, in (0, 1]. */
  readonly threshold: number;
  readonly criterion: CriterionName;
  readonly bos: BosChoice;
  readonly split: SplitRule;
  readonly seed: number;
  /** The file as it was named. */
  readonly file: string;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** What the reader of the file should know: fields that are not used, how an import was understood. */
  readonly notes: readonly Note[];
}

export interface SplitRule {
  readonly discovery: number;
  readonly heldOut: number;
  /** Slots whose fillers decide the split together; without it the clean prompt does. */
  readonly by?: readonly string[];
  /** For prompts: "file" takes them as they stand, "shuffled" in an order drawn from the seed. */
  readonly order: "file" | "shuffled";
  /** False where the file gives no numbers: then as many as there are, up to these. */
  readonly isExact: boolean;
}

/** Words a slot draws from. A plain list has one column without a name. */
export interface WordList {
  readonly columns: readonly string[];
  /** "row column" */
  readonly rows: readonly (readonly string[])[];
}

/** Occurrence or slot → "new" (a filler that the prompt does not hold) or the slot whose filler takes its place. */
export type Corruption = Readonly<Record<string, string>>;

/** A sentence with slots, in one order of its names, and what may follow it. */
export interface Variant {
  /** "3" or, where both orders are used, "3/IO-S"; of a held-out template "h3". */
  readonly name: string;
  /** 1-based, in the file. */
  readonly line?: number;
  readonly text: Template;
  /** The corrupt prompt, where the file writes it out. */
  readonly corrupt?: Template;
  readonly answers: AnswerRule;
  readonly wrongAnswers: AnswerRule;
}

/** Name of the corruption that uses each template's own `corrupt` text. */
export const WRITTEN = "written";

export interface TemplateTask extends TaskCommon {
  readonly kind: "contrast";
  readonly form: "templates";
  readonly lists: Readonly<Record<string, WordList>>;
  /** Slot → list. */
  readonly slots: Readonly<Record<string, string>>;
  readonly variants: readonly Variant[];
  /** Of the templates on which nothing is searched. */
  readonly heldOutVariants: readonly Variant[];
  /** The default. */
  readonly corruption: string;
  readonly corruptions: Readonly<Record<string, Corruption>>;
  /** Such as "S1+1"; empty: all occurrences. END is always there. */
  readonly positions: readonly string[];
  readonly roles: readonly RoleRule[];
}

/** Text, or token ids of one tokenizer. */
export type PromptText = string | readonly number[];

export interface PromptPair {
  readonly clean: PromptText;
  readonly corrupt: PromptText;
  /** Strings of one token each, leading space included, or ids. */
  readonly answers: readonly (string | number)[];
  readonly wrongAnswers: readonly (string | number)[];
  /** Further corrupt prompts by name; the answers stay. */
  readonly otherCorrupt?: Readonly<Record<string, PromptText>>;
  /** 1-based line in the file. */
  readonly line?: number;
}

export interface PromptTask extends TaskCommon {
  readonly kind: "contrast";
  readonly form: "prompts";
  readonly prompts: readonly PromptPair[];
  /** Token positions without BOS. */
  readonly wordIndices: Readonly<Record<string, number>>;
  readonly roles: readonly RoleRule[];
  /** Prompts of the file that were left out in reading it; a file of which most cannot be used is refused. */
  readonly dropped: number;
}

export interface RelationTask extends TaskCommon {
  readonly kind: "relation";
  /** With "{}" for the subject; the object follows after a space. */
  readonly promptTemplates: readonly string[];
  readonly zeroShotTemplates: readonly string[];
  readonly properties: {
    readonly relationType: string;
    readonly domainName: string;
    readonly rangeName: string;
    readonly symmetric: boolean;
  };
  readonly samples: readonly { readonly subject: string; readonly object: string }[];
}

export type ContrastTask = TemplateTask | PromptTask;
export type Task = ContrastTask | RelationTask;
