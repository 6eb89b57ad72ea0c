// What the built page loads before its first picture: no more than its budget, counted in the files themselves.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { LANGUAGES } from "../../renderer/words/language.ts";

const PAGE = "dist/renderer";
/** Bytes, gzipped. */
const BUDGET = 250_000;
/** Fetched by the page's own code on its way to the first picture, by the name of their source. */
const FETCHED_AT_ONCE = ["CircuitPane", "web-socket-transport"];
/** A key of the table of words, which tells its file from that of the engine's sentences. */
const WORDS = '"engine.ready"';

const assets = readdirSync(join(PAGE, "assets"));
const textOf = (file: string) => readFileSync(join(PAGE, "assets", file), "utf8");

/** Files that are called after a source: "CircuitPane" → CircuitPane-BfqCntKH.js and its styles. */
function calledAfter(source: string): readonly string[] {
  const found = assets.filter((file) => file.replace(/-.{8}\.(js|css)$/, "") === source);
  expect([source, found.some((file) => file.endsWith(".js"))]).toEqual([source, true]);
  return found;
}

/** These files and whatever they import without being asked. */
function withImports(files: readonly string[]): ReadonlySet<string> {
  const all = new Set(files);
  for (const file of all) {
    if (!file.endsWith(".js")) continue;
    for (const [, imported] of textOf(file).matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) all.add(imported!);
  }
  return all;
}

test.each(LANGUAGES)("the first picture loads 250 kB at most, gzipped, in the language %s", (language) => {
  const page = readFileSync(join(PAGE, "index.html"), "utf8");
  const named = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path]) => basename(path!));
  expect(named.length).toBeGreaterThan(0);
  const words = calledAfter(language).filter((file) => textOf(file).includes(WORDS));
  expect(words.length).toBe(1);
  const loaded = [...withImports([...named, ...FETCHED_AT_ONCE.flatMap(calledAfter), ...words])];
  const sizes = loaded
    .map((file) => ({ file, bytes: gzipSync(readFileSync(join(PAGE, "assets", file))).length }))
    .sort((a, b) => b.bytes - a.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const heaviest = sizes.slice(0, 8).map(({ file, bytes }) => `${file} ${(bytes / 1000).toFixed(1)}`);
  expect(
    total,
    `${(total / 1000).toFixed(1)} kB in ${sizes.length} files; the heaviest, kB: ${heaviest.join(", ")}`,
  ).toBeLessThanOrEqual(BUDGET);
});
