// Plain data as JSON and back, with what JSON itself has no word for: typed arrays, NaN, infinities, −0.
//
// An object of one key "$…" stands for such a value; an object of the data that has such a key is kept apart by one more "$".
import { EngineError } from "./errors.ts";
import { say, Sentence } from "./sentence.ts";

const ARRAYS = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigInt64Array,
} as const;
type ArrayName = keyof typeof ARRAYS;
type TypedArray = InstanceType<(typeof ARRAYS)[ArrayName]>;

const NUMBERS: Readonly<Record<string, number>> = { NaN: NaN, Infinity, "-Infinity": -Infinity, "-0": -0 };

/** @throws Error "internal" for a function, a class instance, or anything else that is no plain data */
export function plainJson(value: unknown): string {
  return JSON.stringify(written(value));
}

/** @param file whose text it is, for the sentence @throws EngineError "invalid-file" where the text is none of `plainJson` */
export function readPlainJson(text: string, file: string): unknown {
  try {
    return read(JSON.parse(text));
  } catch (cause) {
    throw new EngineError("invalid-file", say`${file}: its text is damaged.`, { place: { file } }, { cause });
  }
}

function written(value: unknown): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "undefined":
      return { $undefined: true };
    case "object":
      return value === null ? null : writtenObject(value);
    default:
      throw new Error(`internal: a ${typeof value} is no plain data`);
  }
}

function writtenObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (value instanceof Sentence) return { ...value, values: value.values.map(written) };
  const name = (Object.keys(ARRAYS) as ArrayName[]).find((own) => value instanceof ARRAYS[own]);
  if (name !== undefined) return { $array: name, base64: base64Of(value as TypedArray) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`internal: a ${value.constructor.name} is no plain data`);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) =>
      own === undefined ? [] : [[key.startsWith("$") ? `$${key}` : key, written(own)]],
    ),
  );
}

/** Little-endian, as on every machine that runs this. */
function base64Of({ buffer, byteOffset, byteLength }: TypedArray): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function read(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(read);
  const fields = value as Record<string, unknown>;
  if ("$undefined" in fields) return undefined;
  if (typeof fields.$number === "string") {
    if (!Object.hasOwn(NUMBERS, fields.$number)) throw new Error("no such number");
    return NUMBERS[fields.$number];
  }
  if (typeof fields.$array === "string") return arrayOf(fields.$array, fields.base64);
  return Object.fromEntries(
    Object.entries(fields).map(([key, own]) => [key.startsWith("$$") ? key.slice(1) : key, read(own)]),
  );
}

function arrayOf(name: string, base64: unknown): TypedArray {
  if (!Object.hasOwn(ARRAYS, name) || typeof base64 !== "string") throw new Error("no such array");
  const bytes = Buffer.from(base64, "base64");
  // A buffer of its own, which begins where every kind of number may.
  return new ARRAYS[name as ArrayName](new Uint8Array(bytes).buffer);
}
