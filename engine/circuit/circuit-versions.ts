// Older versions of the circuit file, turned into the present one as they are read; nothing that they say is lost.
import { CIRCUIT_VERSION } from "./circuit-schema.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Each makes the version after its own. */
const UPGRADES: Readonly<Record<number, (file: Fields) => Fields>> = {
  1: fromFirst,
};

/** Versions that are read, the oldest first. */
export const READ_VERSIONS: readonly number[] = [...Object.keys(UPGRADES).map(Number), CIRCUIT_VERSION];

/** @param file of a version that is read; what is wrong with its fields is found afterwards */
export function upgraded(file: Fields): Fields {
  let now = file;
  while (typeof now.version === "number" && now.version in UPGRADES) now = UPGRADES[now.version]!(now);
  return now;
}

/** Version 1 knew no validation examples: the search alone decided. */
function fromFirst(file: Fields): Fields {
  const task = within(file.task, "examples", (examples) => ({ ...examples, validation: 0 }));
  const results = within(file.results, "stability", (stability) =>
    within(stability, "searched", (searched) => ({ ...searched, confidence: 0 })),
  );
  return {
    ...file,
    version: 2,
    task,
    ...(isObject(file.search) && { search: { ...file.search, confidence: 0 } }),
    ...(results !== undefined && { results }),
  };
}

/** The value with one field changed, where both are objects; else as it is. */
function within<Value>(value: Value, key: string, change: (inner: Fields) => unknown): Value {
  if (!isObject(value)) return value;
  const inner = value[key];
  return isObject(inner) ? { ...value, [key]: change(inner) } : value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
