// Seeded mutations of a file: of its bytes, and of its values where it is JSON.
import type { Random } from "../../engine/base/random.ts";

/** Values that a field was not written for. */
const ODD: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 53,
  () => 4_294_967_296,
  () => "",
  () => "__proto__",
  () => "constructor",
  () => "\u001b[31m\u0000\ud800",
  () => "=cmd|' /C calc'!A0",
  () => "(.+)+\\u0000",
  () => [],
  () => ({}),
  () => [[[[]]]],
  () => ({ constructor: 1, toString: 5 }),
  (random) => "x".repeat(random.below(20_000)),
  (random) => Array.from({ length: random.below(2_000) }, () => 1),
  (random) => nested(random.below(3_000)),
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const PIECES: readonly string[] = ["\n", '"', "{", "}", "[", "]", ",", ":", "\\", "\0", "- ", "&a ", "*a", "\ufeff", "1e999", "NaN", "\r", "\t", "<<: ", "null"]; // prettier-ignore

/** Bytes changed, cut, doubled, moved or put in. */
export function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  let result = Buffer.from(bytes);
  const changes = 1 + random.below(4);
  for (let change = 0; change < changes; change++) {
    const at = random.below(result.length + 1);
    const length = random.below(3) === 0 ? random.below(result.length - at + 1) : random.below(9);
    const end = Math.min(result.length, at + length);
    const [before, piece, after] = [result.subarray(0, at), result.subarray(at, end), result.subarray(end)];
    switch (random.below(7)) {
      case 0:
        result = Buffer.concat([before, Buffer.from(piece.map(() => random.below(256))), after]);
        break;
      case 1:
        result = Buffer.concat([before, after]);
        break;
      case 2:
        result = Buffer.concat([before, piece, piece, after]);
        break;
      case 3:
        result = Buffer.from(before);
        break;
      case 4:
        result = Buffer.concat([before, Buffer.from(random.pick(PIECES)), piece, after]);
        break;
      case 5:
        result = Buffer.concat([after, piece, before]);
        break;
      default:
        if (at < result.length) result[at] = result[at]! ^ (1 << random.below(8));
    }
  }
  return result;
}

/** A value of the document replaced, left out, renamed or doubled. */
export function mutateJson(document: unknown, random: Random): unknown {
  const copy = structuredClone(document);
  const places = placesOf(copy);
  if (places.length === 0) return random.pick(ODD)(random);
  const { holder, key } = random.pick(places);
  const odd = random.pick(ODD)(random);
  if (Array.isArray(holder)) {
    const index = Number(key);
    if (random.below(3) === 0) holder.splice(index, 1);
    else if (random.below(3) === 0) holder.splice(index, 0, holder[index]);
    else holder[index] = odd;
    return copy;
  }
  const fields = holder as Record<string, unknown>;
  switch (random.below(5)) {
    case 0:
      delete fields[key];
      break;
    case 1:
      fields[`${key}x`] = fields[key];
      break;
    case 2:
      fields[key] = structuredClone(random.pick(places).value);
      break;
    default:
      fields[key] = odd;
  }
  return copy;
}

interface Place {
  readonly holder: object;
  readonly key: string;
  readonly value: unknown;
}

/** At most so many, or long files would be mutated in their longest list only. */
const mostOfOneList = 40;

function placesOf(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return places;
  const entries = Object.entries(value);
  for (const [key, inner] of entries.length > mostOfOneList ? entries.slice(0, mostOfOneList) : entries) {
    places.push({ holder: value, key, value: inner });
    placesOf(inner, places);
  }
  return places;
}
