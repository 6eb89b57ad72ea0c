import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileKernels, moduleSource } from "./compile-kernels.ts";

test("the kernels in the repository are the compiled sources beside them: npm run kernels writes them anew", async () => {
  const shipped = readFileSync("engine/kernels/module.ts", "utf8");
  expect(shipped).toBe(moduleSource(await compileKernels()));
});
