// What kind of task a file says that it is.
import { parseSource, readText } from "./source.ts";

/** Its field `kind`; undefined where it has none, and of tables. @throws EngineError where the file cannot be read or parsed */
export function fileKind(path: string): unknown {
  if (!/\.(ya?ml|json)$/i.test(path)) return undefined;
  const { data } = parseSource(readText(path));
  return (data as { readonly kind?: unknown } | null)?.kind;
}
