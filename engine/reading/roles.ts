// Roles of heads, each with its evidence: where a head looks, what it writes, and whose queries it steers.
//
// The tests are those of Wang et al. 2023 (arXiv:2211.00593) and Olsson et al. 2022 (arXiv:2209.11895), made automatic:
// every role is one line of a table with its score, and a head takes the role with the highest one.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { takeRows, zeros } from "../activations/packing.ts";
import { capture } from "../activations/capture.ts";
import { Packing } from "../activations/packing.ts";
import type { CircuitEdge } from "../circuit/circuit-schema.ts";
import { formatUnit, type Head } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { isLinear, linearWeights } from "../metric/metric.ts";
import { FrozenNorm } from "../readout/frozen-norm.ts";
import type { Example } from "../task/example.ts";
import type { MetricName } from "../task/schema.ts";
import { attentionOn, diagonalAttention, namedAttention, repeatedSequences } from "./attention-stats.ts";
import { type CopyScore, copyScores } from "./copy-score.ts";
import { type MoverQueryEffect, moverQueryEffects } from "./mover-queries.ts";
import { OneHead } from "../score/one-head.ts";

export interface Role {
  readonly name: string;
  /** In [0, 1]: the attention that makes the role, or the share of the metric for what a head writes. */
  readonly score: number;
  /** Measure → value. */
  readonly evidence: Readonly<Record<string, number>>;
}

export interface RoleOptions {
  readonly metric: MetricName;
  /** Measured connections of the circuit: an effect into later queries is the evidence of steering. */
  readonly edges: readonly CircuitEdge[];
  readonly seed: number;
  /** The circuit that all the heads belong to: with it their effect on the name movers' queries is measured. */
  readonly circuit?: { readonly kept: UnitSet; readonly ablation: Ablation };
}

/** What is measured of one head. */
interface Measures {
  readonly attention: Readonly<Record<string, number>>;
  /** Change of the metric that the head's own writing at END makes, through the final norm as it stands; metric units. */
  readonly direct: number | undefined;
  /** Strongest effect of an edge from this head into a query of a later head, metric units; 0 where there is none. */
  readonly steers: number;
}

interface RoleTest {
  readonly name: string;
  /** Undefined: the head does not pass. */
  readonly score: (measures: Measures) => number | undefined;
}

/** Attention that is clearly more than spread over a prompt of some fifteen tokens. */
const leastAttention = 0.3;

const attends =
  (measure: string) =>
  ({ attention }: Measures) =>
    (attention[measure] ?? 0) >= leastAttention ? attention[measure] : undefined;

/** Where a head looks in random tokens that are repeated. */
const REPEATED = {
  previous: "repeated: previous token",
  copy: "repeated: earlier copy",
  afterCopy: "repeated: token after the earlier copy",
} as const;

const ROLES: readonly RoleTest[] = [
  {
    name: "name mover",
    score: (measures) => ((measures.direct ?? 0) > 0 ? attends("END→IO")(measures) : undefined),
  },
  {
    name: "negative name mover",
    score: (measures) => ((measures.direct ?? 0) < 0 ? attends("END→IO")(measures) : undefined),
  },
  { name: "subject attention", score: attends("END→S2") },
  { name: "subject attention", score: attends("END→S1") },
  { name: "duplicate token", score: attends("S2→S1") },
  { name: "induction", score: attends("S2→S1+1") },
  { name: "induction", score: attends(REPEATED.afterCopy) },
  { name: "duplicate token", score: attends(REPEATED.copy) },
  { name: "previous token", score: attends(REPEATED.previous) },
];

/** A head that looks at the subject from END and steers later queries is what the IOI paper calls S-inhibition. */
const inhibition = "S-inhibition";

/** A head that passes no test. */
const noRole = "other";

/** Every name that a role may have. */
export const ROLE_NAMES: readonly string[] = [...new Set([...ROLES.map(({ name }) => name), inhibition, noRole])];

/** Position pairs that the tests read, where a task has them. */
const pairs = [
  ["END", "IO"],
  ["END", "S1"],
  ["END", "S2"],
  ["S2", "S1"],
  ["S2", "S1+1"],
  ["S1+1", "S1"],
] as const;

const attentionName = (measure: string) => `attention ${measure}`;

/** What speaks for a role beside attention, by the name under which it is listed. */
const EVIDENCE = {
  direct: "direct effect",
  steers: "effect through later queries",
  throughMovers: "effect through name movers' queries",
  moversAttention: "change of their attention END→IO",
  copies: "copy score",
  suppresses: "suppression score",
} as const;

/** Every name that evidence may have. */
export const EVIDENCE_NAMES: readonly string[] = [
  ...[...pairs.map(([from, to]) => `${from}→${to}`), ...Object.values(REPEATED)].map(attentionName),
  ...Object.values(EVIDENCE),
];

/**
 * Roles of the given heads on the clean prompts of a task.
 *
 * @returns by unit id; "other" with its strongest attention where no test passes
 */
export async function headRoles(
  executor: Executor,
  examples: readonly Example[],
  heads: readonly Head[],
  options: RoleOptions,
): Promise<Map<string, Role>> {
  const roles = await rolesFromAttention(executor, examples, heads, options);
  const programs = OneHead.of(executor, heads);
  try {
    const copying = await copyScores(executor, examples, programs);
    const steering = await steeringOf(executor, examples, heads, roles, programs, options.circuit, options.metric);
    for (const [id, role] of roles) {
      const evidence = { ...role.evidence, ...copyEvidence(copying.get(id)!), ...steeringEvidence(steering.get(id)) };
      roles.set(id, { ...role, evidence });
    }
  } finally {
    for (const program of programs.values()) await program.dispose();
  }
  return roles;
}

const copyEvidence = ({ copies, suppresses }: CopyScore) => ({
  [EVIDENCE.copies]: copies,
  ...(suppresses > copies && { [EVIDENCE.suppresses]: suppresses }),
});

const steeringEvidence = (effect: MoverQueryEffect | undefined) =>
  effect && {
    [EVIDENCE.throughMovers]: effect.metric,
    [EVIDENCE.moversAttention]: effect.attention,
  };

async function steeringOf(
  executor: Executor,
  examples: readonly Example[],
  heads: readonly Head[],
  roles: ReadonlyMap<string, Role>,
  programs: ReadonlyMap<string, OneHead>,
  circuit: RoleOptions["circuit"],
  metric: MetricName,
): Promise<ReadonlyMap<string, MoverQueryEffect>> {
  const movers = heads.filter((head) => roles.get(formatUnit(head))?.name === "name mover");
  if (!circuit || movers.length === 0) return new Map();
  return moverQueryEffects(executor, examples, movers, { ...circuit, metric, heads: programs });
}

async function rolesFromAttention(
  executor: Executor,
  examples: readonly Example[],
  heads: readonly Head[],
  options: RoleOptions,
): Promise<Map<string, Role>> {
  const attentionOf = await attentionOn(
    executor,
    examples.map(({ clean }) => clean.ids),
  );
  const repeated = repeatedSequences(executor, options.seed);
  const repeatedOf = await attentionOn(executor, repeated.prompts);
  const direct = isLinear[options.metric] ? await directEffects(executor, examples, heads) : undefined;
  const roles = new Map<string, Role>();
  for (const head of heads) {
    const attention: Record<string, number> = {};
    for (const [from, to] of pairs) {
      const mean = namedAttention(attentionOf(head), examples, from, to);
      if (mean !== undefined) attention[`${from}→${to}`] = mean;
    }
    const along = (back: number) => diagonalAttention(repeatedOf(head), repeated, back);
    attention[REPEATED.previous] = along(1);
    attention[REPEATED.copy] = along(repeated.length);
    attention[REPEATED.afterCopy] = along(repeated.length - 1);
    const id = formatUnit(head);
    roles.set(id, roleOf({ attention, direct: direct?.get(id), steers: steering(id, options.edges) }));
  }
  return roles;
}

function roleOf(measures: Measures): Role {
  const passed = ROLES.flatMap(({ name, score }) => {
    const value = score(measures);
    return value === undefined ? [] : [{ name, score: value }];
  }).sort((a, b) => b.score - a.score);
  const best = passed[0] ?? { name: noRole, score: 0 };
  const name = best.name === "subject attention" && measures.steers < 0 ? inhibition : best.name;
  const strongest = Object.entries(measures.attention).sort(([, a], [, b]) => b - a);
  return {
    name,
    score: best.score,
    evidence: {
      ...Object.fromEntries(strongest.slice(0, 2).map(([measure, value]) => [attentionName(measure), value])),
      ...(measures.direct !== undefined && { [EVIDENCE.direct]: measures.direct }),
      ...(measures.steers !== 0 && { [EVIDENCE.steers]: measures.steers }),
    },
  };
}

function steering(id: string, edges: readonly CircuitEdge[]): number {
  const weights = edges.filter(({ source, input }) => source === id && input === "q").map(({ weight }) => weight);
  return weights.reduce((strongest, weight) => (Math.abs(weight) > Math.abs(strongest) ? weight : strongest), 0);
}

/**
 * What each head's own writing at the last position adds to a linear metric: z W_O · w / scale, with w the answers'
 * directions in the unembedding through the final norm's gain, and scale the norm of the whole stream there.
 */
async function directEffects(
  executor: Executor,
  examples: readonly Example[],
  heads: readonly Head[],
): Promise<Map<string, number>> {
  const { model, precision } = executor;
  const { dModel, dHead, nHeads } = model.config;
  const packing = Packing.ofLengths(examples.map(({ clean }) => clean.ids.length));
  const embedded = executor.embed(
    examples.flatMap(({ clean }) => [...clean.ids]),
    packing.positions,
  );
  const { residual, at } = await capture(executor, packing, embedded, { sites: ["z"] });
  const end = takeRows(residual, dModel, packing.endRows);
  const directions = examples.map((example, e) =>
    new FrozenNorm(model, end.subarray(e * dModel, (e + 1) * dModel)).direction(linearWeights(example)),
  );
  const effects = new Map<string, number>();
  for (const head of heads) {
    const { W_O } = model.layer(head.layer);
    const z = takeRows(at.z![head.layer], nHeads * dHead, packing.endRows);
    let sum = 0;
    directions.forEach((direction, e) => {
      const written = zeros(precision, dModel);
      for (let i = 0; i < dHead; i++) {
        const value = z[(e * nHeads + head.head) * dHead + i];
        const row = (head.head * dHead + i) * dModel;
        for (let d = 0; d < dModel; d++) written[d] += value * W_O[row + d];
      }
      for (let d = 0; d < dModel; d++) sum += written[d] * direction[d];
    });
    effects.set(formatUnit(head), sum / examples.length);
  }
  return effects;
}
