import { expect, test } from "vitest";
import { timeless } from "./timeless.ts";

test("what is of one run is set aside with its place, and the rest stays as it is", () => {
  const values = new Float64Array([1, 2]);
  expect(timeless({ model: { name: "m", path: "/a" }, rows: [{ seconds: 3, kept: 5 }], values })).toEqual({
    timeless: { model: { name: "m" }, rows: [{ kept: 5 }], values },
    aside: { "/model/path": "/a", "/rows/0/seconds": 3 },
  });
});
