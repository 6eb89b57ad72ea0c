// Arithmetic on symbolic sizes: products, quotients and sums of dims as text that is equal when the sizes are.
//
// A symbol's size is fixed by the run, never 1 for the sake of broadcasting: an axis that broadcasts is written as the number 1.
// Two different symbols that meet (after a reshape with an underivable size) are taken to be the same size; the run checks it.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { type Dim, formatShape } from "./graph.ts";

/** count × the product of the symbols (sorted). */
interface Size {
  readonly count: number;
  readonly symbols: readonly string[];
}

/** Number of entries, as one dim. */
export function productOf(shape: readonly Dim[]): Dim {
  return toDim(sizeOf(shape));
}

/** total / part; a new symbol where the quotient cannot be derived; undefined where it cannot be whole. */
export function quotientOf(total: Dim, part: Dim): Dim | undefined {
  const [a, b] = [sizeOf([total]), sizeOf([part])];
  const left = [...a.symbols];
  for (const symbol of b.symbols) {
    const index = left.indexOf(symbol);
    if (index < 0) return `(${total}/${part})`;
    left.splice(index, 1);
  }
  if (a.count % b.count === 0) return toDim({ count: a.count / b.count, symbols: left });
  return left.length === 0 ? undefined : `(${total}/${part})`;
}

export function sumOf(dims: readonly Dim[]): Dim {
  const known = dims.filter((dim) => typeof dim === "number").reduce((sum, dim) => sum + dim, 0);
  const symbols = dims.filter((dim) => typeof dim === "string");
  const terms: Dim[] = known === 0 ? symbols : [...symbols, known];
  if (terms.length === 0) return 0;
  return terms.length === 1 ? terms[0]! : `(${terms.join("+")})`;
}

/** Whether two totals may be equal: false when their symbols agree and their numbers do not. */
export function mayBeEqual(a: Dim, b: Dim): boolean {
  const [x, y] = [sizeOf([a]), sizeOf([b])];
  return x.count === y.count || x.symbols.join() !== y.symbols.join();
}

/** Shape of an element-wise result: axes aligned at the end, 1 stretches. `op` is named in the error. */
export function broadcastShapes(op: string, a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  const aligned = (shape: readonly Dim[], axis: number): Dim => shape[axis - (rank - shape.length)] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [aligned(a, axis), aligned(b, axis)];
    const met = meet(m, n);
    if (m !== 1 && n !== 1 && met === undefined) {
      throw new EngineError(
        "shape",
        say`${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast (axis ${axis}: ${m} and ${n}).`,
      );
    }
    return m === 1 ? n : n === 1 ? m : met!;
  });
}

/** Whether a value of one shape broadcasts to exactly the other. */
export function stretchesTo(from: readonly Dim[], to: readonly Dim[]): boolean {
  const missing = to.length - from.length;
  return (
    missing >= 0 &&
    from.every(
      (size, axis) => size === 1 || (to[axis + missing] !== 1 && meet(size, to[axis + missing]!) !== undefined),
    )
  );
}

/** The size two dims have in common, a number before a symbol; undefined for two different numbers. */
export function meet(a: Dim, b: Dim): Dim | undefined {
  if (a === b || typeof b === "string") return a;
  return typeof a === "string" ? b : undefined;
}

/** The factors of a dim: "3*rows" gives ["3", "rows"]; a bracket is one factor. */
export function factorsOf(dim: Dim): string[] {
  const factors: string[] = [];
  let depth = 0;
  let factor = "";
  for (const letter of String(dim)) {
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if (letter === "*" && depth === 0) {
      factors.push(factor);
      factor = "";
    } else factor += letter;
  }
  return [...factors, factor];
}

function sizeOf(shape: readonly Dim[]): Size {
  const factors = shape.flatMap(factorsOf);
  const isNumber = (factor: string): boolean => /^\d+$/.test(factor);
  return {
    count: factors.filter(isNumber).reduce((product, factor) => product * Number(factor), 1),
    symbols: factors.filter((factor) => !isNumber(factor)).sort(),
  };
}

function toDim({ count, symbols }: Size): Dim {
  if (symbols.length === 0 || count === 0) return count;
  return [...(count === 1 ? [] : [String(count)]), ...symbols].join("*");
}
