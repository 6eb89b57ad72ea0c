import { expect, test } from "vitest";
import { readCommandLine, readHanded } from "./command-line.ts";

test("files are named after --open, or as the system hands over those that belong to us", () => {
  const words = ["--no-sandbox", "--open", "tasks/ioi.yaml", "/other/a.secateur", "x/b.circuit.json", "--open=c.json"];
  expect(readCommandLine(words, "/started-in")).toEqual({
    selfTest: false,
    open: ["/started-in/tasks/ioi.yaml", "/other/a.secateur", "/started-in/x/b.circuit.json", "/started-in/c.json"],
  });
});

test("other words are Chromium's or nobody's", () => {
  expect(readCommandLine([".", "notes.json", "--lang=en", "--open"], "/started-in")).toEqual({
    selfTest: false,
    open: [],
  });
});

test("--self-test asks for a test of the program", () => {
  expect(readCommandLine(["--self-test"], "/started-in").selfTest).toBe(true);
});

test("of what a second start hands over only a list of absolute paths is taken", () => {
  expect(readHanded({ open: ["/a.secateur", "b.json"] })).toEqual(["/a.secateur"]);
  const odd = [undefined, null, 5, "/a", [], {}, { open: "/a" }, { open: [5] }, { open: Array(101).fill("/a") }];
  expect(odd.map(readHanded)).toEqual(odd.map(() => []));
});
