// Does one job in this process: the verb, with its journal in the attempt's folder.
import type { Execution } from "../choices/execution.ts";
import type { CellVerb, SettingsOf } from "../contract/verbs.ts";
import { VERBS } from "../verbs/table.ts";
import type { Verb } from "../verbs/verb.ts";

export interface Task {
  readonly verb: CellVerb;
  readonly settings: SettingsOf<CellVerb>;
  readonly folder: string;
  readonly ledger: { readonly file: string; readonly goOn: boolean };
}

/** @throws EngineError "cancelled" when the signal fires; as the verb */
export function execute(
  { verb: name, settings, folder, ledger }: Task,
  execution: Execution,
  signal: AbortSignal,
  report: (stage: string, done: number, total: number) => void = () => undefined,
): Promise<unknown> {
  const verb = VERBS[name] as unknown as Verb<CellVerb>;
  return verb.run(settings, {
    execution,
    signal,
    report,
    part: () => undefined,
    note: () => undefined,
    folder,
    ledger: { file: ledger.file, goOn: ledger.goOn && (verb.resumes?.(settings) ?? false) },
  });
}
