// The verb "patch": the effect of every single place of the model, exactly, one at a time.
import type { PatchResult } from "../choices/patch.ts";
import type { Table } from "../choices/result-table.ts";
import { patchTask } from "../session/patch-task.ts";
import { taskName } from "./task-name.ts";
import { stage, type Verb } from "./verb.ts";

export const patch: Verb<"patch"> = {
  name: "patch",
  version: 1,
  says: "Measures what the metric changes by when one place's activation of one run is put into the other.",
  examples: ["tasks/ioi.yaml --site residPre --by position"],
  about: ({ task, model }, result) => ({ task: taskName(task), model, n: result?.examples }),
  stages: () => [stage("effects", 1)],
  run: (settings, { execution, signal, report }) =>
    patchTask(settings, { execution, signal, onProgress: (done, total) => report("effects", done, total) }),
  headline: (result) => {
    const [{ place, effect }] = strongestFirst(result);
    return { code: "patch", values: { place: place.join("."), effect }, split: "discovery" };
  },
  tables: (result, { site, by, direction }) => [effectTable(result, `${direction} ${site} by ${by}: effects`)],
};

/** One entry of the effects: where it is, by the axes, and its values. */
interface Entry {
  readonly place: readonly (string | number)[];
  readonly effect: number;
  readonly normalised: number | undefined;
}

/** By what the metric changes most, whichever way. */
export function strongestFirst(result: PatchResult): Entry[] {
  return entriesOf(result).sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

function effectTable(result: PatchResult, title: string): Table {
  return {
    title,
    columns: [...result.effect.axes.split(" "), "effect", "normalised"],
    rows: entriesOf(result).map(({ place, effect, normalised }) => [...place, effect, normalised]),
  };
}

function entriesOf({ layers, units, positions, effect, normalised }: PatchResult): Entry[] {
  const axes: (readonly (string | number)[])[] = [layers, ...(units ? [units] : []), ...(positions ? [positions] : [])];
  return Array.from(effect.data, (value, flat) => {
    let rest = flat;
    const place = axes.map((axis, a) => {
      const stride = axes.slice(a + 1).reduce((product, other) => product * other.length, 1);
      const at = axis[Math.floor(rest / stride)];
      rest %= stride;
      return at;
    });
    return { place, effect: value, normalised: normalised?.data[flat] };
  });
}
