// Path patching into the queries of movers, the heads that write for the answers: which heads tell them where to look.
//
// Wang et al. 2023 (arXiv:2211.00593), section 3.2: a head's contribution to the queries of all movers is replaced by its
// ablated value, everything else stays as in the circuit. A head steers the movers (in that paper: S-inhibition) when its
// loss there lowers the metric and their attention to what they copy.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { formatUnit, type Head } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import type { Example } from "../task/example.ts";
import type { MetricName } from "../task/schema.ts";
import { attentionAt, type OneHead } from "../score/one-head.ts";
import { type PathPatcher, pathPatchers } from "../score/path-patching.ts";

export interface MoverQueryEffect {
  /** m(contribution ablated) − m(circuit), mean over the examples; metric units; negative: it helps. */
  readonly metric: number;
  /** Change of the attention from END to the targets, mean over examples and over the movers that the head can reach. */
  readonly attention: number;
}

export interface MoverQueryOptions {
  readonly metric: MetricName;
  readonly ablation: Ablation;
  readonly kept: UnitSet;
  /** Named positions that the movers look at; examples with none of them are left out. */
  readonly targets: readonly string[];
  /** Kept heads by id, movers and senders among them. */
  readonly heads: ReadonlyMap<string, OneHead>;
}

/** Effects by head id; heads that stand before no mover are absent. */
export async function moverQueryEffects(
  executor: Executor,
  examples: readonly Example[],
  movers: readonly Head[],
  options: MoverQueryOptions,
): Promise<Map<string, MoverQueryEffect>> {
  const senders = [...options.heads.values()]
    .map(({ head }) => head)
    .filter(({ layer }) => movers.some((mover) => layer < mover.layer));
  const sums = senders.map(() => ({ metric: 0, attention: 0 }));
  const reader = new MetricReader(executor, options.metric);
  const receivers = movers.map((target) => ({ target, input: "q" }) as const);
  const { targets } = options;
  const named = examples.filter(({ positions }) => targets.some((target) => positions[target] !== undefined));
  for await (const patcher of pathPatchers(executor, named, options.ablation, options.kept, options.heads)) {
    const inChunk = patcher.chunk.examples;
    const base = await reader.values(patcher.end, inChunk);
    const circuit = await attentionTo(targets, patcher, movers, undefined);
    for (const [s, sender] of senders.entries()) {
      const values = await reader.values(await patcher.patched(receivers, [[sender]]), inChunk);
      values.forEach((value, e) => (sums[s].metric += value - base[e]));
      const reached = movers.flatMap((mover, m) => (sender.layer < mover.layer ? [m] : []));
      const patched = await attentionTo(
        targets,
        patcher,
        reached.map((m) => movers[m]),
        sender,
      );
      reached.forEach((m, i) => (sums[s].attention += (patched[i] - circuit[m]) / reached.length));
    }
  }
  return new Map(
    senders.map((sender, s) => [
      formatUnit(sender),
      { metric: sums[s].metric / named.length, attention: sums[s].attention / named.length },
    ]),
  );
}

/** Attention from the last position to the targets together, summed over the examples, by mover. */
async function attentionTo(
  targets: readonly string[],
  patcher: PathPatcher,
  movers: readonly Head[],
  sender: Head | undefined,
): Promise<number[]> {
  const { packing, examples } = patcher.chunk;
  const sums: number[] = [];
  for (const target of movers) {
    const pattern = await patcher.pattern({ target, input: "q" }, sender ? [sender] : []);
    const at = (run: number) =>
      targets
        .flatMap((target) => examples[run].positions[target] ?? [])
        .reduce((sum, key) => sum + attentionAt(packing, pattern, run, examples[run].clean.ids.length - 1, key), 0);
    sums.push(examples.reduce((sum, _, run) => sum + at(run), 0));
  }
  return sums;
}
