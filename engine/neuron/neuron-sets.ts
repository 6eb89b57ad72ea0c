// Sets of neurons: the smallest one found whose removal takes the behaviour, grown and cut down by exact tests.
//
// One neuron is rarely enough, and which ones matter together does not follow from what each does alone: every set is run.
import { least } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { NeuronSet } from "../choices/neuron.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import type { Variant } from "./beginnings-run.ts";
import type { Column } from "./column.ts";
import { average, meanOver } from "./over-places.ts";
import { EVENT, type Stages } from "./removal.ts";

export interface SetRequest extends Stages {
  /** Discovery places without the event. */
  readonly foundElsewhere: Measure;
  /** Neurons that may be taken, best guess first. */
  readonly candidates: readonly Column[];
  /** By layer: neurons for random sets. */
  readonly others: ReadonlyMap<number, readonly Column[]>;
  readonly share: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}
type Measure = Stages["events"];

/** Sets of more neurons than these are no longer looked for. */
const MOST = 16;
/** Random sets beside the one found. */
const DRAWS = 20;

/**
 * m(S) = mean log p(event) at events with every neuron of S at its mean. Grows by the candidate that lowers m most, until m has lost
 * `share` of the behaviour, mean log p(event) at events − at other places; then takes out each neuron that is not needed.
 */
export async function smallestSet(request: SetRequest): Promise<NeuronSet> {
  const { found, events, neutral, share, seed } = request;
  const behaviour = average(found.clean[EVENT]) - average(request.foundElsewhere.clean[EVENT]);
  const lostOn = async (measure: Measure, sets: readonly (readonly Column[])[]) =>
    (await measure.changes(sets.map(removed))).map(({ logMass }) => average(logMass[EVENT]));
  let trials = 0;
  let chosen: Column[] = [];
  let lost = 0;
  const steps: { id: string; taken: number }[] = [];
  while (-lost < share * behaviour && chosen.length < MOST && behaviour > 0) {
    const left = request.candidates.filter((one) => !chosen.includes(one));
    if (left.length === 0) break;
    const losses = await lostOn(
      found,
      left.map((one) => [...chosen, one]),
    );
    trials += left.length;
    const best = least(losses);
    if (best >= lost) break;
    const one = left[losses.indexOf(best)];
    [chosen, lost] = [[...chosen, one], best];
    steps.push({ id: one.id, taken: -lost / behaviour });
    request.onProgress?.(Math.min(1, -lost / (share * behaviour)), 1);
  }
  const reached = chosen.length > 0 && -lost >= share * behaviour;
  for (let i = chosen.length - 1; reached && chosen.length > 1 && i >= 0; i--) {
    const without = chosen.filter((_, at) => at !== i);
    const [less] = await lostOn(found, [without]);
    trials++;
    if (-less >= share * behaviour) chosen = without;
  }
  if (chosen.length === 0) {
    return { behaviour, share, reached, steps, ids: [], heldOut: undefined, klNeutral: undefined, trials };
  }
  const heldOutBehaviour = average(events.clean[EVENT]) - average(request.elsewhere.clean[EVENT]);
  const taken = (values: Float64Array) => values.map((x) => -x / heldOutBehaviour);
  const [own, ...draws] = await events.changes([chosen, ...randomSets(chosen, request)].map(removed));
  const shares = taken(own.logMass[EVENT]);
  const [apart] = await neutral.changes([removed(chosen)]);
  return {
    behaviour,
    share,
    reached,
    steps,
    ids: chosen.map(({ id }) => id),
    heldOut: besideNull(
      average(shares),
      meanInterval(shares, seed),
      draws.map(({ logMass }) => average(taken(logMass[EVENT]))),
    ),
    klNeutral: meanOver(apart.kl, seed),
    trials,
  };
}

const removed = (set: readonly Column[]): Variant => set.map((column) => column.to(column.mean));

/** As many neurons of the same layers, drawn among others. */
function randomSets(chosen: readonly Column[], { others, seed }: SetRequest): Column[][] {
  const random = Random.seeded(seed, "random sets of neurons");
  return Array.from({ length: DRAWS }, () => {
    const drawn: Column[] = [];
    for (const { layer } of chosen) {
      const free = (others.get(layer) ?? []).filter((one) => !drawn.includes(one) && !chosen.includes(one));
      if (free.length > 0) drawn.push(random.pick(free));
    }
    return drawn;
  });
}
