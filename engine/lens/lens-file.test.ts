import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { GATED, randomModel } from "../../test/random-model.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { readLensFile, writeLensFile } from "./lens-file.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-lens-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = randomModel(GATED, 1);
const maps = [0, 1, 2].map((layer) => ({
  weight: Float32Array.from({ length: 256 }, (_, i) => layer + i / 256),
  bias: Float32Array.from({ length: 16 }, (_, i) => layer - i),
}));
const about = { corpus: "plain.txt", steps: "250" };

test("a lens that was written is read as it was", () => {
  const path = join(folder, "own.safetensors");
  writeLensFile(path, model, { kind: "tuned", maps, about });
  expect(readLensFile(path, model)).toEqual({ kind: "tuned", maps, about });
});

test("a lens of other weights, of other sizes, or no lens at all is a sentence", () => {
  const path = join(folder, "other.safetensors");
  writeLensFile(path, model, { kind: "jacobian", maps, about });
  expect(() => readLensFile(path, { ...model, sha256: "0" })).toThrow(`${path}: it was fitted on other weights than`);
  const wider = { ...model, config: { ...model.config, dModel: 32 } };
  expect(() => readLensFile(path, wider)).toThrow(`${path}: tensor "0.weight" is 16×16, expected 32×32 for`);
  const foreign = join(folder, "foreign.safetensors");
  writeFileAtomic(foreign, safetensorsBytes([{ name: "x", shape: [1], data: Float32Array.of(1) }]));
  expect(() => readLensFile(foreign, model)).toThrow(
    `${foreign}: it is no lens of this program (format "none", kind "none").`,
  );
});
