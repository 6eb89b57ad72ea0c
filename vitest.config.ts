// Two groups of tests, one after the other: "unit" in parallel, then "models", which load real weights, one file at a time.
import { defineConfig } from "vitest/config";

const MODELS = "test/models/**/*.test.ts";

export default defineConfig({
  test: {
    reporters: ["default", "./build/test-counts.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["{engine,cli,test,build,bench,renderer,server}/**/*.test.ts"],
          exclude: [MODELS],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "models",
          include: [MODELS],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
