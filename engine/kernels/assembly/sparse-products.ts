// Products in which one factor is mostly 0 and given as lists: group g has the entries from starts[g] to starts[g + 1], each an index and a value.

/**
 * Adds Σ value · row `index` of `matrix` "any width" to row g of `out` "groups width", over the entries of every group g, in their order.
 * A group without entries is not touched.
 */
export function sparseProduct(
  starts: usize,
  indices: usize,
  values: usize,
  groups: i32,
  matrix: usize,
  width: i32,
  out: usize,
): void {
  const bytes = <usize>width * 4;
  // Sixteen columns at once stay in registers while the entries go by.
  const whole = bytes & ~63;
  for (let group = 0; group < groups; group++) {
    const first = load<i32>(starts + <usize>group * 4);
    const last = load<i32>(starts + <usize>group * 4, 4);
    if (first === last) continue;
    const sum = out + <usize>group * bytes;
    let at: usize = 0;
    for (; at < whole; at += 64) {
      let a = v128.load(sum + at);
      let b = v128.load(sum + at, 16);
      let c = v128.load(sum + at, 32);
      let d = v128.load(sum + at, 48);
      for (let entry = first; entry < last; entry++) {
        const value = v128.load32_splat(values + <usize>entry * 4);
        const row = matrix + <usize>load<i32>(indices + <usize>entry * 4) * bytes + at;
        a = f32x4.add(a, f32x4.mul(value, v128.load(row)));
        b = f32x4.add(b, f32x4.mul(value, v128.load(row, 16)));
        c = f32x4.add(c, f32x4.mul(value, v128.load(row, 32)));
        d = f32x4.add(d, f32x4.mul(value, v128.load(row, 48)));
      }
      v128.store(sum + at, a);
      v128.store(sum + at, b, 16);
      v128.store(sum + at, c, 32);
      v128.store(sum + at, d, 48);
    }
    for (; at < bytes; at += 4) {
      let one = load<f32>(sum + at);
      for (let entry = first; entry < last; entry++) {
        const row = matrix + <usize>load<i32>(indices + <usize>entry * 4) * bytes + at;
        one += load<f32>(values + <usize>entry * 4) * load<f32>(row);
      }
      store<f32>(sum + at, one);
    }
  }
}

/** `out` by entry: row g of `left` "groups width" · row `index` of `right` "any width". */
export function sampledDots(
  starts: usize,
  indices: usize,
  groups: i32,
  left: usize,
  right: usize,
  width: i32,
  out: usize,
): void {
  const bytes = <usize>width * 4;
  const whole = bytes & ~31;
  for (let group = 0; group < groups; group++) {
    const own = left + <usize>group * bytes;
    const last = load<i32>(starts + <usize>group * 4, 4);
    for (let entry = load<i32>(starts + <usize>group * 4); entry < last; entry++) {
      const other = right + <usize>load<i32>(indices + <usize>entry * 4) * bytes;
      let sums = f32x4.splat(0);
      let others = f32x4.splat(0);
      let at: usize = 0;
      for (; at < whole; at += 32) {
        sums = f32x4.add(sums, f32x4.mul(v128.load(own + at), v128.load(other + at)));
        others = f32x4.add(others, f32x4.mul(v128.load(own + at, 16), v128.load(other + at, 16)));
      }
      sums = f32x4.add(sums, others);
      let sum =
        f32x4.extract_lane(sums, 0) +
        f32x4.extract_lane(sums, 1) +
        (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
      for (; at < bytes; at += 4) sum += load<f32>(own + at) * load<f32>(other + at);
      store<f32>(out + <usize>entry * 4, sum);
    }
  }
}
