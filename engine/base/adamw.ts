// AdamW on one flat array: decoupled weight decay, bias-corrected moments, gradient clipped to a global norm.

/** One tensor of the flat array: where it begins, and whether weight decay pulls at it. */
export interface Slice {
  readonly offset: number;
  readonly decayed: boolean;
}

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Applied to the tensors marked `decayed`, times the learning rate. */
  readonly weightDecay: number;
  /** Largest Euclidean norm of the whole gradient; a larger one is scaled down to it. */
  readonly maxNorm: number;
}

/** Adam itself: the usual rates of its moments, neither decay nor clipping. */
export const ADAM: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxNorm: Infinity };

/** Of one tensor that is the whole array. */
export const UNDIVIDED: readonly Slice[] = [{ offset: 0, decayed: false }];

/** First and second moments and the number of updates made: all that AdamW remembers. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly updates: number;
}

export function noMoments(size: number): Moments {
  return { first: new Float32Array(size), second: new Float32Array(size), updates: 0 };
}

/** Euclidean norm over all gradients. */
function gradientNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  return Math.sqrt(sum);
}

/**
 * One update of `weights` and of the moments, in place:
 * w ← w·(1 − rate·decay) − rate · m̂ / (√v̂ + ε), with m̂ and v̂ the bias-corrected moments of the clipped gradient.
 *
 * @param gradients one array per parameter, in the parameters' order
 * @returns the moments with one more update counted
 * @see Loshchilov and Hutter 2019, arXiv:1711.05101; the same order of operations as torch.optim.AdamW.
 */
export function adamWStep(
  weights: Float32Array,
  gradients: readonly Float32Array[],
  moments: Moments,
  rate: number,
  parameters: readonly Slice[],
  { beta1, beta2, epsilon, weightDecay, maxNorm }: AdamWOptions,
): Moments {
  const updates = moments.updates + 1;
  const scale = maxNorm === Infinity ? 1 : Math.min(1, maxNorm / (gradientNorm(gradients) + 1e-6));
  const size = rate / (1 - beta1 ** updates);
  const correction = 1 / Math.sqrt(1 - beta2 ** updates);
  const { first, second } = moments;
  parameters.forEach(({ offset, decayed }, index) => {
    const gradient = gradients[index]!;
    const shrink = decayed ? 1 - rate * weightDecay : 1;
    for (let i = 0, at = offset; i < gradient.length; i++, at++) {
      const g = gradient[i]! * scale;
      const m = beta1 * first[at]! + (1 - beta1) * g;
      const v = beta2 * second[at]! + (1 - beta2) * g * g;
      first[at] = m;
      second[at] = v;
      weights[at] = weights[at]! * shrink - (size * m) / (Math.sqrt(v) * correction + epsilon);
    }
  });
  return { first, second, updates };
}
