// A context of a feature as people read it: the words before, the token itself, the words behind, and its value there.
import type { FeatureContext } from "./dictionary.ts";

export interface ContextWords {
  readonly before: string;
  readonly token: string;
  readonly after: string;
  readonly value: number;
}

export function contextWords({ tokens, values, at }: FeatureContext): ContextWords {
  return {
    before: tokens.slice(0, at).join(""),
    token: tokens[at]!,
    after: tokens.slice(at + 1).join(""),
    value: values[at]!,
  };
}
