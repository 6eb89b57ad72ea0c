import { expect, test } from "vitest";
import { withDots } from "./raster.ts";

test("the resolution stands behind the header, with the checksum that PNG asks for", () => {
  const png = Uint8Array.from({ length: 40 }, (_, i) => i);
  const whole = withDots(png, 300);
  expect([...whole.subarray(0, 33)]).toEqual([...png.subarray(0, 33)]);
  // 300 dpi are 11,811 dots to a metre; the checksum is that which libpng writes for it.
  expect(Buffer.from(whole.subarray(33, 54)).toString("hex")).toBe("000000097048597300002e2300002e230178a53f76");
  expect([...whole.subarray(54)]).toEqual([...png.subarray(33)]);
});
