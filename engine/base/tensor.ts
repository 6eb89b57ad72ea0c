// A float32 array whose axes have names, in the type and at run time.

/** Row-major values; `axes` holds one word per entry of `shape`, such as "layer head". */
export interface Tensor<Axes extends string = string> {
  readonly axes: Axes;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function tensor<Axes extends string>(
  axes: Axes,
  shape: readonly number[],
  data: Float32Array = new Float32Array(sizeOf(shape)),
): Tensor<Axes> {
  const words = axes.split(" ").length;
  if (words !== shape.length || data.length !== sizeOf(shape)) {
    throw new Error(`internal: "${axes}" with shape [${shape}] holds ${sizeOf(shape)} values, got ${data.length}`);
  }
  return { axes, shape, data };
}

/** Number of entries of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
