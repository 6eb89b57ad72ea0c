import { expect, test } from "vitest";
import { exampleCircuit } from "../../../test/example-circuit.ts";
import { EXPORT_FORMAT_NAMES } from "./format-names.ts";
import { EXPORT_FORMATS } from "./registry.ts";

test.each(EXPORT_FORMAT_NAMES)("%s writes text that ends in a newline, the same twice", (name) => {
  const text = EXPORT_FORMATS[name].write(exampleCircuit());
  expect(text.endsWith("\n")).toBe(true);
  expect(EXPORT_FORMATS[name].write(exampleCircuit())).toBe(text);
});
