import { describe, expect, test } from "vitest";
import { readWhole, tinyPath } from "../../test/reference/tiny-models.ts";
import { BLOCK_RULES } from "./gguf-dequantize.ts";
import { GgufFile } from "./gguf.ts";
import { SafetensorsFile } from "./safetensors.ts";

describe("dequantisation", () => {
  const file = GgufFile.open(tinyPath("quantised.gguf"));
  const expected = SafetensorsFile.open(tinyPath("quantised.expected.safetensors"));

  // Oracle: the gguf Python package's own dequantize(), every bit of float32.
  test.each([...BLOCK_RULES.values()].map(({ name }) => name))(
    "%s gives the gguf package's values to the bit",
    (name) => {
      const values = file.readRows(`sample.${name}`, 0, 3);
      expect(Buffer.from(values.buffer).equals(Buffer.from(readWhole(expected, name).buffer))).toBe(true);
    },
  );

  test("any range of rows is the same as that part of the whole", () => {
    for (const { name } of BLOCK_RULES.values()) {
      const whole = file.readRows(`sample.${name}`, 0, 3);
      expect(file.readRows(`sample.${name}`, 1, 1)).toEqual(whole.slice(512, 1024));
      expect(file.readRows(`sample.${name}`, 1, 2)).toEqual(whole.slice(512));
    }
  });
});
