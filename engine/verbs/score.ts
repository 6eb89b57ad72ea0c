// The verb "score": estimated effects of all units, or of all edges, from gradients, strongest first.
import type { Scored, ScoreResult } from "../choices/score.ts";
import { scoreTask } from "../session/score-task.ts";
import { taskName } from "./task-name.ts";
import { stage, type Verb } from "./verb.ts";

export const score: Verb<"score"> = {
  name: "score",
  version: 1,
  says: "Estimates the effect of every head, MLP and neuron, or of every edge, from gradients.",
  examples: ["tasks/ioi.yaml --method integrated-gradients"],
  about: ({ task, model }, result) => ({ task: taskName(task), model, n: result?.examples }),
  stages: () => [stage("scores", 1)],
  run: (settings, { execution, signal, report }) =>
    scoreTask(settings, { execution, signal, onProgress: (done, total) => report("scores", done, total) }),
  headline: (result) => {
    const [{ id, score: value }] = ranked(result);
    return { code: "score", values: { id, score: value, of: result.scored.length }, split: "discovery" };
  },
  tables: (result, { method, edges, positions = [] }) => [
    {
      title: `${method}, ${result.examples} examples: ${meaningOf(method, edges, result.scored.length)}`,
      columns: [edges ? "edge" : "unit", "score", ...positions.map((name) => `at ${name}`)],
      rows: ranked(result).map(({ id, score: value, byPosition }) => [id, value, ...byPosition]),
    },
  ],
};

/** The strongest first, whichever way. */
export function ranked({ scored }: ScoreResult): Scored[] {
  return [...scored].sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
}

function meaningOf(method: string, edges: boolean, count: number): string {
  if (method === "information-flow") return `minus the share of what an input reads, ${count} edges`;
  if (method === "exact") return `change of the metric when one of ${count} edges is cut`;
  return `estimated change of the metric when ${edges ? `one of ${count} edges is cut` : "a unit is ablated"}`;
}
