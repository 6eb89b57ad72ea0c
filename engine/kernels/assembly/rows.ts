// What is done to every row of a matrix: lengths, directions, shifts. Sums along a row are float64.

/** `norms` ‖row‖ of `matrix` "rows width". */
export function rowNorms(matrix: usize, rows: i32, width: i32, norms: usize): void {
  const bytes = <usize>width * 4;
  for (let row = 0; row < rows; row++) {
    const own = matrix + <usize>row * bytes;
    store<f32>(norms + <usize>row * 4, <f32>sqrt(dot(own, own, bytes)));
  }
}

/** Every row of length 1, in place; a row of zeros stays. */
export function toUnitRows(matrix: usize, rows: i32, width: i32): void {
  const bytes = <usize>width * 4;
  const whole = bytes & ~7;
  for (let row = 0; row < rows; row++) {
    const own = matrix + <usize>row * bytes;
    const norm = sqrt(dot(own, own, bytes));
    if (!(norm > 0)) continue;
    const norms = f64x2.splat(norm);
    let at: usize = 0;
    for (; at < whole; at += 8) storePair(own + at, f64x2.div(pair(own + at), norms));
    for (; at < bytes; at += 4) store<f32>(own + at, <f32>(<f64>load<f32>(own + at) / norm));
  }
}

/** Takes out of every row of `gradient` its part along the same row of `matrix`, whose rows are of length 1: g − (g·w) w. */
export function withoutOwnDirection(gradient: usize, matrix: usize, rows: i32, width: i32): void {
  const bytes = <usize>width * 4;
  const whole = bytes & ~7;
  for (let row = 0; row < rows; row++) {
    const g = gradient + <usize>row * bytes;
    const w = matrix + <usize>row * bytes;
    const along = dot(g, w, bytes);
    const alongs = f64x2.splat(along);
    let at: usize = 0;
    for (; at < whole; at += 8) storePair(g + at, f64x2.sub(pair(g + at), f64x2.mul(alongs, pair(w + at))));
    for (; at < bytes; at += 4) store<f32>(g + at, <f32>(<f64>load<f32>(g + at) - along * <f64>load<f32>(w + at)));
  }
}

/** Every row times `factor` plus `shift`, in place. */
export function scaleAndShift(matrix: usize, rows: i32, width: i32, factor: f32, shift: usize): void {
  const bytes = <usize>width * 4;
  const whole = bytes & ~15;
  const factors = f32x4.splat(factor);
  for (let row = 0; row < rows; row++) {
    const own = matrix + <usize>row * bytes;
    let at: usize = 0;
    for (; at < whole; at += 16) {
      v128.store(own + at, f32x4.add(f32x4.mul(v128.load(own + at), factors), v128.load(shift + at)));
    }
    for (; at < bytes; at += 4) store<f32>(own + at, load<f32>(own + at) * factor + load<f32>(shift + at));
  }
}

/** Adds every row to `sums`. */
export function addRows(matrix: usize, rows: i32, width: i32, sums: usize): void {
  const bytes = <usize>width * 4;
  const whole = bytes & ~15;
  for (let row = 0; row < rows; row++) {
    const own = matrix + <usize>row * bytes;
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(own + at)));
    for (; at < bytes; at += 4) store<f32>(sums + at, load<f32>(sums + at) + load<f32>(own + at));
  }
}

/** Σ value². */
export function sumOfSquares(values: usize, count: i32): f64 {
  return dot(values, values, <usize>count * 4);
}

function dot(left: usize, right: usize, bytes: usize): f64 {
  let sums = f64x2.splat(0);
  let others = f64x2.splat(0);
  let at: usize = 0;
  for (const whole = bytes & ~15; at < whole; at += 16) {
    sums = f64x2.add(sums, f64x2.mul(pair(left + at), pair(right + at)));
    others = f64x2.add(others, f64x2.mul(pair(left + at + 8), pair(right + at + 8)));
  }
  sums = f64x2.add(sums, others);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; at < bytes; at += 4) sum += <f64>load<f32>(left + at) * <f64>load<f32>(right + at);
  return sum;
}

/** Two float32 as float64. */
function pair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

function storePair(at: usize, values: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(values), 0);
}
