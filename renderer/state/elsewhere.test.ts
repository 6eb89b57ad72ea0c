import { expect, test } from "vitest";
import { elsewhere } from "./elsewhere.ts";

test.each([
  ["of this machine", "127.0.0.1", false, undefined],
  ["of this machine by name", "localhost", false, undefined],
  ["in the desktop app", "", false, undefined],
  ["of another machine's address", "10.0.0.7", false, "gpu-box"],
  ["through a tunnel", "127.0.0.1", true, "gpu-box"],
])("a page %s", (_, address, overSsh, name) => {
  expect(elsewhere({ machine: { name: "gpu-box", overSsh } }, address)).toBe(name);
});

test("a machine without a name is called by its address", () => {
  expect(elsewhere({ machine: { name: "", overSsh: false } }, "10.0.0.7")).toBe("10.0.0.7");
});
