import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { installedPath } from "../base/installation.ts";
import { loadContrastSets } from "./contrast-sets.ts";

const folder = installedPath("tasks/contrast-sets");

test.each(readdirSync(folder))("the contrast sets that ship load, whole: %s", (file) => {
  const sets = loadContrastSets(`${folder}/${file}`);
  expect(sets.notes).toEqual([]);
  expect(
    [sets.plus, sets.minus].map(({ train, validation, test }) => [train.length, validation.length, test.length]),
  ).toEqual([
    [12, 6, 6],
    [12, 6, 6],
  ]);
  expect(sets.score!.prompts).toHaveLength(12);
  expect(`${sets.name}.yaml`).toBe(file);
});
