// A verb: one thing that can be asked of the engine as a job; everything that is told of it derives from this description and its row.
import type { Execution } from "../choices/execution.ts";
import type { Table } from "../choices/result-table.ts";
import type { About } from "../contract/jobs.ts";
import type { HeadlineOf, PartOf, ResultOf, SettingsOf, StageOf, VerbName } from "../contract/verbs.ts";

export interface Verb<Name extends VerbName> {
  /** Of the command of the command line too. */
  readonly name: Name;
  /** Of the result's form: raised when a result of before cannot be read as one of now. */
  readonly version: number;
  /** What it does, in a whole sentence. */
  readonly says: string;
  /** What stands after "secateur NAME", for its help. */
  readonly examples: readonly string[];
  /** What the work is about. @param result once there is one */
  readonly about: (settings: SettingsOf<Name>, result?: ResultOf<Name>) => About;
  /** Its stages in their order, each with the share of the time that it takes, in any unit; what was measured before counts more. */
  readonly stages: (settings: SettingsOf<Name>) => readonly Stage<StageOf<Name>>[];
  /** @throws EngineError "cancelled" when the signal fires, else for what cannot be used */
  readonly run: (settings: SettingsOf<Name>, work: Work<PartOf<Name>>) => Promise<ResultOf<Name>>;
  /** The one figure of a card. */
  readonly headline: (result: ResultOf<Name>) => HeadlineOf<Name>;
  /** The result as tables, for the command line, for CSV and for the clipboard. */
  readonly tables: (result: ResultOf<Name>, settings: SettingsOf<Name>) => readonly Table[];
  /** Whether it goes on from its ledger after a pause (default: no). */
  readonly resumes?: (settings: SettingsOf<Name>) => boolean;
  /** "run": its ledger is the journal of a run, its circuit the file beside that, so that other commands find both by name. */
  readonly keptAs?: "run";
}

export interface Stage<Name extends string = string> {
  readonly name: Name;
  readonly share: number;
}

export function stage<Name extends string>(name: Name, share: number): Stage<Name> {
  return { name, share };
}

/** What a verb is given to work with. */
export interface Work<Part = never> {
  readonly execution: Execution;
  readonly signal: AbortSignal;
  /** Tells how far a stage is. */
  readonly report: (stage: string, done: number, total: number) => void;
  /** Tells a piece of the result. */
  readonly part: (part: Part) => void;
  /** Tells what a person should know and no result says. */
  readonly note: (sentence: string) => void;
  /** A folder of its own for files that belong to the result. */
  readonly folder: string;
  /** The file of its ledger, and whether to go on from it. */
  readonly ledger: { readonly file: string; readonly goOn: boolean };
}
