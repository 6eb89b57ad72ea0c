import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installedPath } from "../base/installation.ts";
import { listModels } from "./listing.ts";
import { addOwnModel, forgetOwnModel, ownModels } from "./own-models.ts";

const SPRIG = installedPath("models", "sprig");
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "secateur-own-"));
  vi.stubEnv("SECATEUR_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

test("a folder that was added is listed with its sizes until it is forgotten, and stays where it is", () => {
  expect(addOwnModel(SPRIG)).toBe(SPRIG);
  expect(addOwnModel(SPRIG)).toBe(SPRIG);
  const listed = listModels().filter(({ where }) => where === "folder");
  expect(listed.map(({ name, family, ready }) => [name, family, ready])).toEqual([[SPRIG, "gpt2", true]]);
  forgetOwnModel(SPRIG);
  expect(ownModels()).toEqual([]);
  expect(listModels().some(({ name, ready }) => name === "sprig" && ready)).toBe(true);
});

test("what is not there, and what is no model, is not added", () => {
  expect(() => addOwnModel(join(home, "absent"))).toThrow(
    `${join(home, "absent")}: there is no such folder or file. Check the path.`,
  );
  expect(() => addOwnModel(home)).toThrow(home);
  expect(ownModels()).toEqual([]);
});

test("a list that cannot be read is named", () => {
  addOwnModel(SPRIG);
  const file = join(home, "models", "own-models.json");
  writeFileSync(file, "{");
  expect(() => ownModels()).toThrow(`${file}: not a list of models; delete it and add them again.`);
});

test("only what was added can be forgotten", () => {
  expect(() => forgetOwnModel(SPRIG)).toThrow(`${SPRIG} is not among the models that were added.`);
});
