import { expect, test } from "vitest";
import { pressed, printed } from "./keys.ts";

const plain = { key: "", code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

test.each([
  [{ key: "z", ctrlKey: true }, "Mod+Z"],
  [{ key: "Z", ctrlKey: true, shiftKey: true }, "Mod+Shift+Z"],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: " " }, "Space"],
  [{ key: "p" }, "P"],
  [{ key: "Escape" }, "Escape"],
])("%o is %s", (event, keys) => {
  expect(pressed({ ...plain, ...event }, false)).toBe(keys);
});

test("on a Mac the command key takes the place of Ctrl", () => {
  expect(pressed({ ...plain, key: "k", metaKey: true }, true)).toBe("Mod+K");
  expect(printed("Mod+Shift+Z", true)).toEqual(["⌘", "Shift", "Z"]);
  expect(printed("Mod+K", false)).toEqual(["Ctrl", "K"]);
});
