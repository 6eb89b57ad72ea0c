// The connected circuit of at most n edges with the greatest sum of scores, chosen as a whole by an integer linear programme.
import type { EdgeOrder } from "../choices/lists.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { groupBy } from "../base/group.ts";
import { formatNode } from "../circuit/node.ts";
import type { EdgeScore } from "./edge-attribution.ts";
import { connectedEdges } from "./edge-ranking.ts";

/** More edges than this take a solver hours; those among the nodes of a circuit are fewer. */
export const MOST_EDGES = 6000;

/** Seconds for one size. */
const timeLimit = 60;

/** Absolute coefficients of at most this are zero to the solver, so scores go in as shares of the greatest. */
const digits = 9;

export interface WholeCircuit {
  readonly edges: readonly EdgeScore[];
  /** Whether no other connected circuit of as many edges has a greater sum; else the best one found in the time. */
  readonly isBest: boolean;
}

/**
 * Maximises Σ w(e) x(e) over x(e), y(v) ∈ {0, 1}, where Σ x(e) ≤ n, an edge needs both of its nodes, x(e) ≤ y(v), and a node an edge
 * in and an edge out, y(v) ≤ Σ x over its edges in, and over those out. Data flows one way, so every kept edge then lies on a way from
 * the input to the logits. w is |score|, or −score for "helpful".
 *
 * @throws EngineError "usage" for more edges than `MOST_EDGES`
 * @see Nikankin et al. 2025, arXiv:2510.25786: edges chosen by an integer linear programme in the place of a greedy walk
 * @see Huangfu and Hall 2018, Mathematical Programming Computation 10: HiGHS
 */
export async function wholeCircuit(edges: readonly EdgeScore[], n: number, order: EdgeOrder): Promise<WholeCircuit> {
  if (n >= edges.length) return { edges: connectedEdges(edges), isBest: true };
  requireFew(edges);
  const { default: load } = await import("highs");
  const solver = await load();
  const solved = solver.solve(programmeText(edges, n, order), {
    time_limit: timeLimit,
    mip_rel_gap: 0,
    output_flag: false,
  });
  const columns: Readonly<Record<string, object | undefined>> = solved.Columns;
  const isIn = (i: number) => {
    const column = columns[`x${i}`];
    return column !== undefined && "Primal" in column && Number(column.Primal) > 0.5;
  };
  return { edges: edges.filter((_, i) => isIn(i)), isBest: solved.Status === "Optimal" };
}

function requireFew({ length }: readonly EdgeScore[]): void {
  if (length <= MOST_EDGES) return;
  throw new EngineError(
    "usage",
    say`An integer programme over ${length} edges would take hours, it takes at most ${MOST_EDGES}; name a circuit of fewer nodes with --among, or choose --selection greedy.`,
    { edges: length },
  );
}

/** In CPLEX's LP format. */
function programmeText(edges: readonly EdgeScore[], n: number, order: EdgeOrder): string {
  const weights = edges.map(({ score }) => (order === "helpful" ? 0 - score : Math.abs(score)));
  const most = weights.reduce((greatest, weight) => Math.max(greatest, Math.abs(weight)), 0) || 1;
  const out = groupBy(edges.keys(), (i) => formatNode(edges[i].source));
  const into = groupBy(edges.keys(), (i) => formatNode(edges[i].target));
  const inner = [...new Set([...out.keys(), ...into.keys()])].filter((id) => id !== "input" && id !== "logits");
  const nodeNumber = new Map(inner.map((id, i) => [id, i]));
  const nodeOf = (id: string) => nodeNumber.get(id);
  const lines = ["Maximize", "obj:"];
  for (const [i, weight] of weights.entries()) lines.push(` ${signed(weight / most)} x${i}`);
  lines.push("Subject To", "size:");
  for (const i of edges.keys()) lines.push(` + x${i}`);
  lines.push(` <= ${n}`);
  for (const [i, { source, target }] of edges.entries()) {
    for (const node of [nodeOf(formatNode(source)), nodeOf(formatNode(target))]) {
      if (node !== undefined) lines.push(`x${i} - y${node} <= 0`);
    }
  }
  for (const id of inner) {
    for (const side of [into, out]) {
      lines.push(`y${nodeOf(id)}`);
      for (const i of side.get(id) ?? []) lines.push(` - x${i}`);
      lines.push(" <= 0");
    }
  }
  lines.push("Binary");
  for (const i of edges.keys()) lines.push(` x${i}`);
  for (const i of inner.keys()) lines.push(` y${i}`);
  return [...lines, "End", ""].join("\n");
}

const signed = (value: number): string => `${value < 0 ? "-" : "+"} ${Math.abs(value).toFixed(digits)}`;
