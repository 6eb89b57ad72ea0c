// The verb "curves": size against faithfulness for several ways of choosing units.
import type { Curves } from "../choices/curves.ts";
import { curvesTask } from "../session/curves-task.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import type { Verb } from "./verb.ts";

/** Learning masks and cutting them down exactly takes as long as some curves do. */
const searchShare = 4;

export const curves: Verb<"curves"> = {
  name: "curves",
  version: 1,
  says: "Measures faithfulness by size for several orders of heads, MLPs or hidden neurons, beside greedy pruning and learned masks.",
  examples: [
    "tasks/ioi.yaml --orderings effects,learned-masks",
    "tasks/agreement.yaml --units neurons --orderings attribution,random",
  ],
  about: ({ task, model }, result) => ({ task: taskName(task), model, n: result && countOf(result) }),
  stages: ({ orderings, units }) => [
    { name: "curves" as const, share: orderings.length },
    ...(units.includes("neuron") ? [] : [{ name: "searches" as const, share: 2 * searchShare }]),
  ],
  run: (settings, { execution, signal, report }) => curvesTask(settings, { execution, signal, onProgress: report }),
  headline: (result) => {
    const { kept, faithfulness, heldOut } = smallestOf(result);
    return {
      code: "curves",
      values: { kept, units: result.units, f: heldOut ?? faithfulness },
      split: heldOut === undefined ? "discovery" : "heldOut",
    };
  },
  tables: (result) => [curveTable(result), ...(result.searches.length > 0 ? [searchTable(result)] : [])],
};

/** Of the searches, or without one the first point of any order for which the criterion holds; with none of these every unit. */
function smallestOf({
  searches,
  curves: lines,
  units,
}: Curves): Pick<Curves["searches"][number], "kept" | "faithfulness" | "heldOut"> {
  const points = lines.flatMap(({ points, smallest }) => points.filter(({ kept }) => kept === smallest));
  const found = searches.length > 0 ? searches : points;
  return [...found].sort((a, b) => a.kept - b.kept)[0] ?? { kept: units, faithfulness: 1, heldOut: undefined };
}

function countOf({ examples: { discovery, heldOut } }: Curves): number {
  return heldOut > 0 ? heldOut : discovery;
}

function curveTable({ curves: lines, units }: Curves): Table {
  const sizes = lines[0]?.points.map(({ kept }) => String(kept)) ?? [];
  return {
    title: `f on held-out examples of the first units of each order, of ${units}; sizes in the first line`,
    columns: ["order", ...sizes, "criterion from", "CPR", "CMD", "capped CPR"],
    rows: lines.map(({ ordering, points, areas, smallest }) => [
      ordering,
      ...points.map(({ heldOut, faithfulness }) => heldOut ?? faithfulness),
      smallest ?? "never",
      areas?.cpr,
      areas?.cmd,
      areas?.cappedCpr,
    ]),
  };
}

function searchTable({ searches }: Curves): Table {
  return {
    title: "what the searches find",
    columns: ["search", "kept", "f", "f held out", "trials", "seconds"],
    rows: searches.map(({ search, kept, faithfulness, heldOut, trials, seconds }) => [
      search,
      kept,
      faithfulness,
      heldOut,
      trials,
      seconds,
    ]),
  };
}
