// Training of gates of all units together, whose end is an order: what every way of making the gates shares.
//
// A rival of greedy pruning, which cannot take back a wrong early step, and a start for it: the gates give an order,
// exact tests decide.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Unit } from "../circuit/unit.ts";
import type { UnitSpace } from "../circuit/unit-set.ts";
import { gatePlace, type Gates, openGates } from "../score/gated-pass.ts";
import type { GatedRuns } from "../score/gated-runs.ts";
import { foreignEntry, type Ledger, noLedger, recallOf } from "./journal.ts";

/** How gates are made of what is learned. */
export interface LearnedGates {
  /** By unit; the greatest comes first. */
  readonly scores: Float32Array;
  /** The gates of a step, by unit, each from 0 (ablated) to 1 (live). */
  draw(): ArrayLike<number>;
  /**
   * Moves the scores.
   *
   * @param slopes ∂error/∂gate at the gates drawn last, by unit
   * @param step from 0 on, of `steps`
   */
  learn(slopes: Float32Array, step: number, steps: number): void;
}

export interface TrainingOptions {
  readonly steps: number;
  /** Remembers the slopes of every step, so that a stopped training goes on from there. */
  readonly ledger?: Ledger;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, total: number) => void;
}

/**
 * Every unit of the space, the one of the greatest score first; of equal ones the first. One draw of the gates for all
 * examples of a step.
 *
 * @param runs over the examples to learn on; kinds of units that are not in the space stay open
 * @throws EngineError "cancelled"; "invalid-file" where the ledger is of another run
 */
export async function trainedOrder(
  runs: GatedRuns,
  space: UnitSpace,
  learned: LearnedGates,
  { steps, ledger = noLedger, signal, onStep }: TrainingOptions,
): Promise<readonly Unit[]> {
  const units = space.full().units();
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const drawn = learned.draw();
    learned.learn(
      recalledSlopes(ledger, units.length) ?? (await measured(runs, space, units, drawn, ledger)),
      step,
      steps,
    );
    onStep?.(step + 1, steps);
  }
  const ranked = units.map((unit, u) => ({ unit, score: learned.scores[u] }));
  return ranked.sort((a, b) => b.score - a.score).map(({ unit }) => unit);
}

/** Float32, which is what the way back through the model gives. */
async function measured(
  runs: GatedRuns,
  { sizes }: UnitSpace,
  units: readonly Unit[],
  drawn: ArrayLike<number>,
  ledger: Ledger,
): Promise<Float32Array> {
  const gates: Gates = openGates(sizes);
  const places = units.map((unit) => gatePlace(sizes, unit));
  places.forEach(([part, index], u) => (gates[part][index] = drawn[u]));
  const { error, slopes } = await runs.step(gates);
  const byUnit = Float32Array.from(places, ([part, index]) => slopes[part][index]);
  ledger.record({ kind: "gates", error, slopes: Buffer.from(byUnit.buffer).toString("base64") });
  return byUnit;
}

/** @throws EngineError "invalid-file" where the journal is of another run */
function recalledSlopes(ledger: Ledger, units: number): Float32Array | undefined {
  const entry = recallOf(ledger, "gates");
  if (!entry) return undefined;
  const bytes = Uint8Array.from(Buffer.from(entry.slopes, "base64"));
  if (bytes.length !== units * Float32Array.BYTES_PER_ELEMENT) throw foreignEntry();
  return new Float32Array(bytes.buffer);
}
