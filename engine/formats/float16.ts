// The two 16-bit floating-point formats as float32, exactly.

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 value of each of the 65,536 halves, so that decoding is one look-up. */
export const HALF_TO_FLOAT: Float32Array = Float32Array.from({ length: 65536 }, (_, half) => halfValue(half));

/** bfloat16 is the upper half of a float32. */
export function bfloat16ToFloat(bfloat: number): number {
  bits[0] = bfloat << 16;
  return float[0];
}
