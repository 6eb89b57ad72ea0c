// Draws the text on standard input as a picture of a terminal: secateur inspect FILE | tsx build/demo-picture.ts OUT.svg
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "../engine/base/atomic-file.ts";

const [out] = process.argv.slice(2);
if (!out) throw new Error("usage: secateur inspect FILE | tsx build/demo-picture.ts OUT.svg");

/** Advance of one character at 13 px in the monospaced fonts named below, and the distance of two lines; px. */
const advance = 7.83;
const leading = 18;
const margin = 16;

const widest = 128;

// Spaces that no reader of SVG folds into one.
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(" ", "\u00a0");
const wrapped = (line: string): string[] => {
  if (line.length <= widest) return [line];
  const at = line.lastIndexOf(" ", widest);
  return [line.slice(0, at), ...wrapped(line.slice(at + 1))];
};
const lines = readFileSync(0, "utf8").trimEnd().split("\n").flatMap(wrapped);
const width = Math.ceil(2 * margin + advance * Math.max(...lines.map((line) => line.length)));
const height = 2 * margin + leading * lines.length;
const text = lines.map((line, i) => {
  const y = margin + leading * (i + 0.75);
  const length = (advance * line.length).toFixed(1);
  return line && `<text x="${margin}" y="${y}" textLength="${length}" lengthAdjust="spacing">${escaped(line)}</text>`;
});

writeFileAtomic(
  out,
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#14171a"/>`,
    `<g fill="#e8eaec" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13">`,
    ...text.filter(Boolean),
    "</g></svg>\n",
  ].join("\n"),
);
