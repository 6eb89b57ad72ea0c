// Oracle: the norm by hand in float64. Parts of a state through the norm as it stands there add up to the norm of the state; 1e-12.
import { expect, test } from "vitest";
import { dot, norm } from "../../test/plain-transformer.ts";
import { GATED, PLAIN, randomModel } from "../../test/random-model.ts";
import { unembedDirection } from "./direction.ts";
import { FrozenNorm } from "./frozen-norm.ts";

test.each([
  ["RMS norm", GATED],
  ["layer norm", PLAIN],
])("what parts of a state add under a %s adds up to the whole, as vectors and along tokens", (_, config) => {
  const model = randomModel(config, 8);
  const state = Array.from({ length: config.dModel }, (_, i) => Math.sin(i) * 4 + 1);
  const parts = [state.map((x) => x / 3 - 1), state.map((x) => (2 * x) / 3 + 1)];
  const frozen = new FrozenNorm(model, state);
  const { bias, ...finalNorm } = model.finalNorm();
  const whole = norm(config, state, { ...finalNorm, bias: bias?.map(() => 0) });
  const written = parts.map((part) => frozen.through(part));
  whole.forEach((x, i) => expect(written[0][i] + written[1][i]).toBeCloseTo(x, 12));
  const tokens = [
    [3, 1],
    [5, -0.5],
  ] as const;
  const direction = frozen.direction(tokens);
  const sum = parts.reduce((total, part) => total + dot(part, direction), 0);
  expect(sum).toBeCloseTo(dot(whole, unembedDirection(model, tokens).weights), 12);
});
