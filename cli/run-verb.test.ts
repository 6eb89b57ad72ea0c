import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { VERBS } from "../engine/verbs/table.ts";
import { runVerb } from "./run-verb.ts";

test("a file that the result names is there after the command, and nothing else that was written beside it", async () => {
  const verb: typeof VERBS.lens = {
    ...VERBS.lens,
    run: (_settings, { folder }) => {
      for (const name of ["made.bin", "states.bin"]) writeFileSync(join(folder, name), "x");
      return Promise.resolve({ file: join(folder, "made.bin") } as never);
    },
  };
  const result = (await runVerb(verb, {} as never, new Command(), { quiet: true })) as unknown as { file: string };
  expect(readdirSync(dirname(result.file))).toEqual(["made.bin"]);
  rmSync(dirname(result.file), { recursive: true });
});

test("of a result that names no file nothing stays", async () => {
  let folder = "";
  const verb: typeof VERBS.lens = {
    ...VERBS.lens,
    run: (_settings, hooks) => {
      folder = hooks.folder;
      writeFileSync(join(folder, "states.bin"), "x");
      return Promise.resolve({ modelName: "sprig" } as never);
    },
  };
  await runVerb(verb, {} as never, new Command(), { quiet: true });
  expect(existsSync(folder)).toBe(false);
});
