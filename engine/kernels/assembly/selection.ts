// Lists of chosen values of a matrix "rows width": those of a row stand from starts[row] to starts[row + 1], columns ascending.

/**
 * The k largest of every `together` rows, of them those above 0; of equals the first ones. NaN is never chosen.
 *
 * @param together divides `rows`; 1 for the k largest of each row. @param heap room for k float32
 * @returns how many were chosen
 */
export function takeLargest(
  from: usize,
  rows: i32,
  width: i32,
  k: i32,
  together: i32,
  heap: usize,
  starts: usize,
  columns: usize,
  values: usize,
): i32 {
  const bytes = <usize>width * 4;
  const size = <usize>together * bytes;
  let count = 0;
  store<i32>(starts, 0);
  for (let first = 0; first < rows; first += together) {
    const group = from + <usize>first * bytes;
    const least = kthLargest(group, size, k, heap);
    let equals = k - above(group, size, least);
    for (let row = first; row < first + together; row++) {
      const own = from + <usize>row * bytes;
      for (let at: usize = 0; at < bytes; at += 16) {
        // A group of four that has nothing to give is passed over at once.
        if (at + 16 <= bytes && !v128.any_true(f32x4.ge(v128.load(own + at), f32x4.splat(least)))) continue;
        const end = min(at + 16, bytes);
        for (let one = at; one < end; one += 4) {
          const value = load<f32>(own + one);
          if (!(value > 0 && value >= least)) continue;
          if (value === least && equals-- <= 0) continue;
          store<i32>(columns + <usize>count * 4, <i32>(one / 4));
          store<f32>(values + <usize>count * 4, value);
          count++;
        }
      }
      store<i32>(starts + <usize>row * 4, count, 4);
    }
  }
  return count;
}

/**
 * What lies above low[column] and not above high[column].
 *
 * @param columns room for rows · width, as of `values`. @returns how many were chosen
 */
export function takeWithin(
  from: usize,
  rows: i32,
  width: i32,
  low: usize,
  high: usize,
  starts: usize,
  columns: usize,
  values: usize,
): i32 {
  let count = 0;
  store<i32>(starts, 0);
  for (let row = 0; row < rows; row++) {
    const own = from + <usize>row * <usize>width * 4;
    for (let column = 0; column < width; column++) {
      const value = load<f32>(own + <usize>column * 4);
      // Written whether it is chosen or not: half of all are, in no order that a processor could foresee.
      store<i32>(columns + <usize>count * 4, column);
      store<f32>(values + <usize>count * 4, value);
      count += i32(value > load<f32>(low + <usize>column * 4)) & i32(value <= load<f32>(high + <usize>column * 4));
    }
    store<i32>(starts + <usize>row * 4, count, 4);
  }
  return count;
}

/** The k-th largest of the numbers in `size` bytes; −∞ where there are not so many. */
function kthLargest(from: usize, size: usize, k: i32, heap: usize): f32 {
  if (k < 1) return Infinity;
  // The k largest met so far, their least on top.
  for (let i = 0; i < k; i++) store<f32>(heap + <usize>i * 4, -Infinity);
  let least: f32 = -Infinity;
  for (let at: usize = 0; at < size; at += 16) {
    if (at + 16 <= size && !v128.any_true(f32x4.gt(v128.load(from + at), f32x4.splat(least)))) continue;
    const end = min(at + 16, size);
    for (let one = at; one < end; one += 4) {
      const value = load<f32>(from + one);
      if (!(value > least)) continue;
      replaceLeast(heap, k, value);
      least = load<f32>(heap);
    }
  }
  return least;
}

function replaceLeast(heap: usize, k: i32, value: f32): void {
  let at = 0;
  for (let child = 1; child < k; child = 2 * at + 1) {
    if (child + 1 < k && load<f32>(heap + <usize>child * 4, 4) < load<f32>(heap + <usize>child * 4)) child++;
    const next = load<f32>(heap + <usize>child * 4);
    if (next >= value) break;
    store<f32>(heap + <usize>at * 4, next);
    at = child;
  }
  store<f32>(heap + <usize>at * 4, value);
}

/** How many numbers in `size` bytes lie above. */
function above(from: usize, size: usize, least: f32): i32 {
  let count = 0;
  let at: usize = 0;
  for (const whole = size & ~15; at < whole; at += 16) {
    count += popcnt(i32x4.bitmask(f32x4.gt(v128.load(from + at), f32x4.splat(least))));
  }
  for (; at < size; at += 4) count += i32(load<f32>(from + at) > least);
  return count;
}
