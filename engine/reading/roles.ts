// Roles of heads, each with its evidence: where a head looks, what it writes, and whose queries it steers.
//
// The tests are those of Wang et al. 2023 (arXiv:2211.00593) and Olsson et al. 2022 (arXiv:2209.11895), made automatic.
// The task says which attention between its named positions makes which role; what repeated random tokens show is the
// same for every task. Every role is one line with its score, and a head takes the role with the highest one.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { takeRows, zeros } from "../activations/packing.ts";
import { capture } from "../activations/capture.ts";
import { Packing } from "../activations/packing.ts";
import { groupBy } from "../base/group.ts";
import type { CircuitEdge } from "../circuit/circuit-schema.ts";
import { formatUnit, type Head } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { isLinear, linearWeights } from "../metric/metric.ts";
import { FrozenNorm } from "../readout/frozen-norm.ts";
import type { Example } from "../task/example.ts";
import type { MetricName, RoleRule } from "../task/schema.ts";
import { attentionOn, diagonalAttention, namedAttention, repeatedSequences } from "./attention-stats.ts";
import { type CopyScore, copyScores } from "./copy-score.ts";
import { moverQueryEffects } from "./mover-queries.ts";
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
  /** Of the task: which attention between named positions makes which role. */
  readonly rules: readonly RoleRule[];
  /** Measured connections of the circuit: an effect into later queries is the evidence of steering. */
  readonly edges: readonly CircuitEdge[];
  readonly seed: number;
  /** The circuit that all the heads belong to: with it their effect on the queries of those that write for the answers is measured. */
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

/** A measure of attention that makes a role, and what else the role asks for. */
interface RoleTest extends Partial<Pick<RoleRule, "writes" | "steering">> {
  readonly role: string;
  readonly measure: string;
}

/** Attention that is clearly more than spread over a prompt of some fifteen tokens. */
const leastAttention = 0.3;

/** Where a head looks in random tokens that are repeated. */
const REPEATED = {
  previous: "repeated: previous token",
  copy: "repeated: earlier copy",
  afterCopy: "repeated: token after the earlier copy",
} as const;

const REPEATED_ROLES: readonly RoleTest[] = [
  { role: "induction", measure: REPEATED.afterCopy },
  { role: "duplicate token", measure: REPEATED.copy },
  { role: "previous token", measure: REPEATED.previous },
];

/** A head that passes no test. */
const noRole = "other";

const attentionPair = ({ from, to }: Pick<RoleRule, "from" | "to">) => `${from}→${to}`;

const testsOf = (rules: readonly RoleRule[]): readonly RoleTest[] => [
  ...rules.flatMap(({ role, from, to, writes, steering }) =>
    role === undefined ? [] : [{ role, measure: attentionPair({ from, to }), writes, steering }],
  ),
  ...REPEATED_ROLES,
];

/** Every name that a role may have in a task with these rules. */
export function roleNames(rules: readonly RoleRule[]): readonly string[] {
  return [
    ...new Set([...testsOf(rules).flatMap(({ role, steering }) => [role, ...(steering ? [steering] : [])]), noRole]),
  ];
}

const attentionName = (measure: string) => `attention ${measure}`;

/** What speaks for a role beside attention, by the name under which it is listed. */
const EVIDENCE = {
  direct: "direct effect",
  steers: "effect through later queries",
  copies: "copy score",
  suppresses: "suppression score",
} as const;

/** Heads that write for the answers, by the name of their role: the others may tell them where to look. */
const moverEvidence = (role: string, targets: readonly string[]) => ({
  metric: `effect through ${role}s' queries`,
  attention: `change of their attention ${attentionPair({ from: "END", to: targets.join("/") })}`,
});

/** Rules of heads that write for the answers, by role. */
const moverRules = (rules: readonly RoleRule[]): ReadonlyMap<string, readonly RoleRule[]> =>
  groupBy(
    rules.filter(({ role, writes }) => role !== undefined && writes === "for"),
    ({ role }) => role!,
  );

/** Every name that evidence may have in a task with these rules. */
export function evidenceNames(rules: readonly RoleRule[]): readonly string[] {
  const movers = [...moverRules(rules)].flatMap(([role, own]) =>
    Object.values(
      moverEvidence(
        role,
        own.map(({ to }) => to),
      ),
    ),
  );
  const attention = [...rules.map(attentionPair), ...Object.values(REPEATED)].map(attentionName);
  return [...new Set([...attention, ...Object.values(EVIDENCE), ...movers])];
}

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
    const copying = await copyScores(executor, examples, programs, lookedAt(options.rules));
    const steering = await steeringOf(executor, examples, heads, roles, programs, options);
    for (const [id, role] of roles) {
      const evidence = { ...role.evidence, ...copyEvidence(copying.get(id)!), ...steering.get(id) };
      roles.set(id, { ...role, evidence });
    }
  } finally {
    for (const program of programs.values()) await program.dispose();
  }
  return roles;
}

/** Positions that the roles look at from END: a head there may write what stands at them. */
const lookedAt = (rules: readonly RoleRule[]) => [
  ...new Set(rules.flatMap(({ from, to }) => (from === "END" ? [to] : []))),
];

const copyEvidence = ({ copies, suppresses }: CopyScore) => ({
  [EVIDENCE.copies]: copies,
  ...(suppresses > copies && { [EVIDENCE.suppresses]: suppresses }),
});

/** Evidence by head id of steering the heads that write for the answers. */
async function steeringOf(
  executor: Executor,
  examples: readonly Example[],
  heads: readonly Head[],
  roles: ReadonlyMap<string, Role>,
  programs: ReadonlyMap<string, OneHead>,
  { circuit, metric, rules }: RoleOptions,
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
  const evidence = new Map<string, Record<string, number>>();
  for (const [role, own] of moverRules(rules)) {
    const movers = heads.filter((head) => roles.get(formatUnit(head))?.name === role);
    if (!circuit || movers.length === 0) continue;
    const targets = own.map(({ to }) => to);
    const names = moverEvidence(role, targets);
    const options = { ...circuit, metric, heads: programs, targets };
    for (const [id, effect] of await moverQueryEffects(executor, examples, movers, options)) {
      evidence.set(id, { ...evidence.get(id), [names.metric]: effect.metric, [names.attention]: effect.attention });
    }
  }
  return evidence;
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
  const tests = testsOf(options.rules);
  const roles = new Map<string, Role>();
  for (const head of heads) {
    const attention: Record<string, number> = {};
    for (const { from, to } of options.rules) {
      const mean = namedAttention(attentionOf(head), examples, from, to);
      if (mean !== undefined) attention[attentionPair({ from, to })] = mean;
    }
    const along = (back: number) => diagonalAttention(repeatedOf(head), repeated, back);
    attention[REPEATED.previous] = along(1);
    attention[REPEATED.copy] = along(repeated.length);
    attention[REPEATED.afterCopy] = along(repeated.length - 1);
    const id = formatUnit(head);
    roles.set(id, roleOf({ attention, direct: direct?.get(id), steers: steering(id, options.edges) }, tests));
  }
  return roles;
}

function roleOf(measures: Measures, tests: readonly RoleTest[]): Role {
  const [best] = tests
    .filter((test) => passes(test, measures))
    .sort((a, b) => measures.attention[b.measure] - measures.attention[a.measure]);
  const name = (measures.steers < 0 ? best?.steering : undefined) ?? best?.role ?? noRole;
  const strongest = Object.entries(measures.attention).sort(([, a], [, b]) => b - a);
  return {
    name,
    score: best ? measures.attention[best.measure] : 0,
    evidence: {
      ...Object.fromEntries(strongest.slice(0, 2).map(([measure, value]) => [attentionName(measure), value])),
      ...(measures.direct !== undefined && { [EVIDENCE.direct]: measures.direct }),
      ...(measures.steers !== 0 && { [EVIDENCE.steers]: measures.steers }),
    },
  };
}

function passes({ measure, writes }: RoleTest, { attention, direct }: Measures): boolean {
  if ((attention[measure] ?? 0) < leastAttention) return false;
  switch (writes) {
    case undefined:
      return true;
    case "for":
      return (direct ?? 0) > 0;
    case "against":
      return (direct ?? 0) < 0;
    default:
      return writes satisfies never;
  }
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
