// Which head of a circuit is needed least: an exact test of every head that remains.
import { logSumExp } from "../readout/distribution.ts";
import type { CorruptZ, ForwardProgram, Gates } from "./forward-program.ts";
import type { PairBatch } from "./pairs.ts";

/** The head (index layer·nHeads + head) without which the circuit's cross entropy is smallest, and that cross entropy in nats. */
export async function leastNeeded(
  program: ForwardProgram,
  pairs: PairBatch,
  corrupt: CorruptZ,
  gates: Gates,
  dVocab: number,
): Promise<{ head: number; loss: number }> {
  let least = { head: -1, loss: Infinity };
  for (const [head, gate] of gates.entries()) {
    if (gate === 0) continue;
    const without = gates.map((other, index) => (index === head ? 0 : other));
    const loss = meanCrossEntropy(await program.logits(pairs, without, corrupt), pairs.right, dVocab);
    if (loss < least.loss) least = { head, loss };
  }
  return least;
}

/** Mean of −log softmax(logits)[right] over the rows of "pair dVocab", in nats. */
function meanCrossEntropy(logits: Float32Array, right: Int32Array, dVocab: number): number {
  let sum = 0;
  right.forEach((id, row) => {
    const values = logits.subarray(row * dVocab, (row + 1) * dVocab);
    sum += logSumExp(values) - values[id]!;
  });
  return sum / right.length;
}
