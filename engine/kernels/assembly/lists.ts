// Between lists of a matrix's entries (starts by row, columns, values) and the whole matrix "rows width", or one number for each column.

/** Writes the listed values into `whole`, and 0 everywhere else. */
export function spread(starts: usize, columns: usize, values: usize, rows: i32, width: i32, whole: usize): void {
  const bytes = <usize>width * 4;
  for (let row = 0; row < rows; row++) {
    const own = whole + <usize>row * bytes;
    memory.fill(own, 0, bytes);
    const last = load<i32>(starts + <usize>row * 4, 4);
    for (let entry = load<i32>(starts + <usize>row * 4); entry < last; entry++) {
      const column = load<i32>(columns + <usize>entry * 4);
      store<f32>(own + <usize>column * 4, load<f32>(values + <usize>entry * 4));
    }
  }
}

/** Reads from `whole` where entries are listed. */
export function pick(starts: usize, columns: usize, values: usize, rows: i32, width: i32, whole: usize): void {
  for (let row = 0; row < rows; row++) {
    const own = whole + <usize>row * <usize>width * 4;
    const last = load<i32>(starts + <usize>row * 4, 4);
    for (let entry = load<i32>(starts + <usize>row * 4); entry < last; entry++) {
      const column = load<i32>(columns + <usize>entry * 4);
      store<f32>(values + <usize>entry * 4, load<f32>(own + <usize>column * 4));
    }
  }
}

/** Adds every value to the sum of its column. */
export function addToColumns(columns: usize, values: usize, count: i32, sums: usize): void {
  for (let entry = 0; entry < count; entry++) {
    const sum = sums + <usize>load<i32>(columns + <usize>entry * 4) * 4;
    store<f32>(sum, load<f32>(sum) + load<f32>(values + <usize>entry * 4));
  }
}

/** Adds to every value the number of its column. */
export function addOfColumns(columns: usize, values: usize, count: i32, numbers: usize): void {
  for (let entry = 0; entry < count; entry++) {
    const value = values + <usize>entry * 4;
    store<f32>(value, load<f32>(value) + load<f32>(numbers + <usize>load<i32>(columns + <usize>entry * 4) * 4));
  }
}
