// Typed reading of GGUF metadata, with sentences for what is absent or of the wrong kind.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { expectation, fits, type Quantity } from "../base/quantity.ts";
import type { GgufValue } from "./gguf-header.ts";

export class GgufMetadata {
  constructor(
    readonly file: string,
    private readonly values: ReadonlyMap<string, GgufValue>,
  ) {}

  has(key: string): boolean {
    return this.values.has(key);
  }

  number(key: string, fallback?: number): number {
    const value = this.values.get(key) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw this.wrong(key, value, say`a number`);
  }

  is(key: string, value: GgufValue): boolean {
    return this.values.get(key) === value;
  }

  /** A number within its bounds. */
  quantity(key: string, bounds: Quantity, fallback?: number): number {
    const value = this.values.get(key) ?? fallback;
    if (fits(value, bounds)) return value;
    throw this.wrong(key, value, expectation(bounds));
  }

  string(key: string, fallback?: string): string {
    const value = this.values.get(key) ?? fallback;
    if (typeof value === "string") return value;
    throw this.wrong(key, value, say`a text`);
  }

  boolean(key: string, fallback?: boolean): boolean {
    const value = this.values.get(key) ?? fallback;
    if (typeof value === "boolean") return value;
    throw this.wrong(key, value, say`true or false`);
  }

  strings(key: string): readonly string[] {
    const value = this.values.get(key);
    if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
    throw this.wrong(key, value, say`a list of texts`);
  }

  numbers(key: string): readonly number[] {
    const value = this.values.get(key);
    if (Array.isArray(value) && value.every((entry) => typeof entry === "number")) return value;
    throw this.wrong(key, value, say`a list of numbers`);
  }

  private wrong(key: string, value: GgufValue | undefined, expected: Sentence): EngineError {
    const problem = value === undefined ? say`metadata "${key}" is absent` : say`metadata "${key}" is ${brief(value)}`;
    return new EngineError("invalid-file", say`${this.file}: ${problem}, expected ${expected}.`, {
      place: { file: this.file },
      key,
    });
  }
}

function brief(value: GgufValue): Sentence {
  if (Array.isArray(value)) return say`a list of ${value.length}`;
  return typeof value === "string" ? say`${JSON.stringify(value.slice(0, 40))}` : say`${String(value)}`;
}
