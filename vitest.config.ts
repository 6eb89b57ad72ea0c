import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["engine/**/*.test.ts", "cli/**/*.test.ts", "test/**/*.test.ts", "build/**/*.test.ts", "bench/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
