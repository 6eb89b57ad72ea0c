// Whether this version of the program does what a job asks for, and gives its result in the form that is asked for.
import { say } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import { version } from "../session/version.ts";
import { VERBS } from "../verbs/table.ts";
import type { SweepJob } from "./sweep-job.ts";

/** @throws EngineError "unsupported" */
export function requireVerb({ verb, verbVersion }: Pick<SweepJob, "verb" | "verbVersion">): void {
  const own = Object.hasOwn(VERBS, verb) ? VERBS[verb].version : undefined;
  if (own === verbVersion) return;
  const what = own === undefined ? say`does not know ${verb}` : say`gives the result of ${verb} in form ${own}`;
  throw new EngineError(
    "unsupported",
    say`Secateur ${version} on this machine ${what}, and the job asks for form ${verbVersion}; use one version everywhere.`,
  );
}
