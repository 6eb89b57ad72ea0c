// Every verb that the engine can be asked for as a job: those of the table, and the sweep, which does one of them in many cells.
import type { VerbName } from "../contract/verbs.ts";
import { VERBS } from "../verbs/table.ts";
import type { Verb } from "../verbs/verb.ts";
import { sweep } from "./sweep-verb.ts";

export const EVERY_VERB: { readonly [Name in VerbName]: Verb<Name> } = { ...VERBS, sweep };
