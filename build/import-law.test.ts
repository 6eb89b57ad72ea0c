// The tables of rooms in the documents say what the import law says.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";

interface Rule {
  readonly name: string;
  readonly comment?: string;
}
const { forbidden } = createRequire(import.meta.url)("./import-law.cjs") as { forbidden: readonly Rule[] };

/** Room → what it may import, as one sentence of the law. */
const lawOfRooms = forbidden.flatMap(({ name, comment }) => {
  const room = /^(\w+)-imports-upwards-only$/.exec(name)?.[1];
  return room ? [[room, comment!.replace(/^.* may import (no other room)?/, "") || "nothing"] as const] : [];
});

const tableRows = (file: string) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()));

const folders = readdirSync("engine", { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

test("ARCHITECTURE.md lists the rooms in the order of the law, with what each may import", () => {
  const rows = tableRows("ARCHITECTURE.md").map(([, room, , imports]) => [room, imports]);
  expect(rows.slice(1, 1 + lawOfRooms.length)).toEqual(lawOfRooms);
});

test("ARCHITECTURE.md lists every folder of the engine", () => {
  const listed = tableRows("ARCHITECTURE.md").map(([, room]) => room);
  expect(folders.filter((room) => !listed.includes(room))).toEqual([]);
});

test("CONTRIBUTING.md says for every folder of the engine what goes there", () => {
  const places = tableRows("CONTRIBUTING.md").map(([, , place]) => place);
  expect(folders.filter((room) => !places.some((place) => place?.includes(`engine/${room}`)))).toEqual([]);
});
