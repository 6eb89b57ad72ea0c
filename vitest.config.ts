// Kinds of tests, three files at a time: "models", which load real weights, those that wait a lot: "pages", which open the built page in
// a browser, and "desktop", which starts the built desktop app, and "unit", all others. build/test-order.ts says which begin first.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import TestOrder from "./build/test-order.ts";
import { PATIENCE, TEST_LIMIT } from "./test/patience.ts";

// Several files compute at once: products on one thread each wait for nobody, on two they would wait for each other's cores.
process.env.SECATEUR_THREADS ??= "1";

const MODELS = "test/models/**/*.test.ts";
const PAGES = "test/workbench/**/*.test.ts";
const DESKTOP = "test/desktop/**/*.test.ts";

/** What a window shows is read again until it is what is expected, or until there is no hope left. */
const patience = { poll: { timeout: PATIENCE } };

/** Files that may be open at once: a model of 540 MB each, and what waits leaves its core to what works. */
const SIDE_BY_SIDE = 3;

export default defineConfig({
  test: {
    sequence: { sequencer: TestOrder },
    reporters: ["default", "./build/test-counts.ts"],
    projects: [
      {
        // The renderer's state is written with runes, which this compiles.
        plugins: [svelte({ configFile: false })],
        test: {
          name: "unit",
          globalSetup: "test/bundled-programs.ts",
          // A process per worker, not per file: most files are short, and every one leaves its environment as it found it.
          isolate: false,
          maxWorkers: SIDE_BY_SIDE,
          include: ["{engine,cli,test,build,bench,renderer,server,electron}/**/*.test.ts"],
          exclude: [MODELS, PAGES, DESKTOP],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "models",
          include: [MODELS],
          // Files of one process share the models that they have opened.
          isolate: false,
          maxWorkers: SIDE_BY_SIDE,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "pages",
          include: [PAGES],
          expect: patience,
          maxWorkers: SIDE_BY_SIDE,
          testTimeout: TEST_LIMIT,
          hookTimeout: TEST_LIMIT,
        },
      },
      {
        test: {
          name: "desktop",
          include: [DESKTOP],
          expect: patience,
          maxWorkers: SIDE_BY_SIDE,
          testTimeout: TEST_LIMIT,
          hookTimeout: TEST_LIMIT,
        },
      },
    ],
  },
});
