import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SafetensorsFile } from "./safetensors.ts";
import { safetensorsBytes } from "./write-safetensors.ts";

test("what is written is read back, whatever the order and the names", () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
  const path = join(folder, "x.safetensors");
  const tensors = [
    { name: "ω", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, 6) },
    { name: "b", shape: [2], data: Float32Array.of(7, 8) },
  ];
  writeFileSync(path, safetensorsBytes(tensors, { format: "pt" }));
  const file = SafetensorsFile.open(path);
  const read = tensors.map(({ name, shape }) => ({
    name,
    shape: [...file.tensors.get(name)!.shape],
    data: file.readRows(name, 0, shape.length === 1 ? 1 : shape[0]),
  }));
  file.close();
  rmSync(folder, { recursive: true });
  expect(read).toEqual(tensors);
});
