import { availableParallelism } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { cores } from "./cores.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ["3", 3],
  ["", availableParallelism()],
  ["many", availableParallelism()],
  ["0", availableParallelism()],
])("SECATEUR_THREADS %j: %i threads", (asked, threads) => {
  vi.stubEnv("SECATEUR_THREADS", asked);
  expect(cores()).toBe(threads);
});
