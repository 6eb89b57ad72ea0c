// The soft top-k: gates that sum to k, near 1 for the greatest scores and near 0 for the others, with a slope in between.

/** Of the interval that τ lies in: more than a float64 has bits. */
const halvings = 60;

/**
 * m_i = σ((s_i − τ) / T) with τ such that Σ m_i = k, found by halving between min s and max s, both shifted by T·ln((n − k) / k): at these
 * every gate is at least, or at most, k / n. All are 0 where k ≤ 0, and 1 where k ≥ n.
 *
 * @param budget k, any real number
 * @param temperature T > 0, in the units of the scores; the mask of the k greatest as it goes to 0
 */
export function softTopK(scores: ArrayLike<number>, budget: number, temperature: number): Float64Array {
  const count = scores.length;
  if (budget <= 0 || budget >= count) return new Float64Array(count).fill(budget <= 0 ? 0 : 1);
  const gateOf = (score: number, tau: number) => 1 / (1 + Math.exp((tau - score) / temperature));
  const sumAt = (tau: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += gateOf(scores[i], tau);
    return sum;
  };
  const shift = temperature * Math.log((count - budget) / budget);
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    low = Math.min(low, scores[i] + shift);
    high = Math.max(high, scores[i] + shift);
  }
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (sumAt(middle) > budget) low = middle;
    else high = middle;
  }
  const tau = (low + high) / 2;
  return Float64Array.from(scores, (score) => gateOf(score, tau));
}

/**
 * ∂L/∂s_i = g_i (∂L/∂m_i − Σ_j g_j ∂L/∂m_j / Σ_j g_j), g_i = m_i (1 − m_i) / T: τ moves with the scores so that the gates keep
 * their sum (the implicit function theorem). All 0 where no gate can move.
 *
 * @param gates of softTopK at this temperature
 * @param slopes ∂L/∂m
 */
export function softTopKSlopes(gates: Float64Array, slopes: ArrayLike<number>, temperature: number): Float64Array {
  const give = gates.map((gate) => (gate * (1 - gate)) / temperature);
  const whole = give.reduce((sum, g) => sum + g, 0);
  if (whole === 0) return give;
  const mean = give.reduce((sum, g, i) => sum + g * slopes[i], 0) / whole;
  return give.map((g, i) => g * (slopes[i] - mean));
}
