// Adam over one array, in the arithmetic of engine/base/adamw.ts: float64 between float32 loads and stores, so that its bits are the same.

/**
 * One update, in place. Addresses are of float32 arrays of `count` numbers.
 *
 * @param size rate / (1 − beta1^updates). @param correction 1 / √(1 − beta2^updates)
 */
export function adam(
  weights: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  size: f64,
  correction: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
): void {
  const keep1 = f64x2.splat(beta1);
  const take1 = f64x2.splat(1 - beta1);
  const keep2 = f64x2.splat(beta2);
  const take2 = f64x2.splat(1 - beta2);
  const sizes = f64x2.splat(size);
  const corrections = f64x2.splat(correction);
  const epsilons = f64x2.splat(epsilon);
  const end = <usize>count * 4;
  const whole = end & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const g = v128.load(gradient + at);
    const m = v128.load(first + at);
    const v = v128.load(second + at);
    const w = v128.load(weights + at);
    const gLow = f64x2.promote_low_f32x4(g);
    const gHigh = f64x2.promote_low_f32x4(upper(g));
    const mLow = f64x2.add(f64x2.mul(keep1, f64x2.promote_low_f32x4(m)), f64x2.mul(take1, gLow));
    const mHigh = f64x2.add(f64x2.mul(keep1, f64x2.promote_low_f32x4(upper(m))), f64x2.mul(take1, gHigh));
    const vLow = f64x2.add(f64x2.mul(keep2, f64x2.promote_low_f32x4(v)), f64x2.mul(f64x2.mul(take2, gLow), gLow));
    const vHigh = f64x2.add(
      f64x2.mul(keep2, f64x2.promote_low_f32x4(upper(v))),
      f64x2.mul(f64x2.mul(take2, gHigh), gHigh),
    );
    v128.store(first + at, both(mLow, mHigh));
    v128.store(second + at, both(vLow, vHigh));
    const down = f64x2.div(f64x2.mul(sizes, mLow), f64x2.add(f64x2.mul(f64x2.sqrt(vLow), corrections), epsilons));
    const downHigh = f64x2.div(f64x2.mul(sizes, mHigh), f64x2.add(f64x2.mul(f64x2.sqrt(vHigh), corrections), epsilons));
    v128.store(
      weights + at,
      both(f64x2.sub(f64x2.promote_low_f32x4(w), down), f64x2.sub(f64x2.promote_low_f32x4(upper(w)), downHigh)),
    );
  }
  for (; at < end; at += 4) {
    const g = <f64>load<f32>(gradient + at);
    const m = beta1 * <f64>load<f32>(first + at) + (1 - beta1) * g;
    const v = beta2 * <f64>load<f32>(second + at) + (1 - beta2) * g * g;
    store<f32>(first + at, <f32>m);
    store<f32>(second + at, <f32>v);
    const w = <f64>load<f32>(weights + at) - (size * m) / (sqrt(v) * correction + epsilon);
    store<f32>(weights + at, <f32>w);
  }
}

/** The two upper lanes of four. */
function upper(values: v128): v128 {
  return v128.shuffle<f32>(values, values, 2, 3, 2, 3);
}

/** Four float32 of two times two float64. */
function both(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}
