// The verb "patchscope": what a state says in another prompt.
import { patchscopeTables } from "../choices/patchscope-tables.ts";
import { patchscopeTask } from "../session/patchscope-task.ts";
import type { Verb } from "./verb.ts";

export const patchscope: Verb<"patchscope"> = {
  name: "patchscope",
  version: 1,
  says: "Puts states of a text into another prompt, layer by layer, and reads what it then says.",
  examples: [
    '--text "The capital of Poland" --template capital --words Warsaw',
    '--model smollm2 --text "He lives in Paris" --from 0,5,10,15,20 --into 1,4,7 --ladder',
  ],
  about: ({ model }) => ({ model, n: 1 }),
  stages: () => [{ name: "patching", share: 1 }],
  run: (settings, { execution, signal, report }) => patchscopeTask(settings, { execution, signal, onProgress: report }),
  headline: ({ words: [{ word }], share }) => ({
    code: "patchscope",
    values: { word, share: share.value, null: share.null.mean },
  }),
  tables: patchscopeTables,
};
