import { expect, test } from "vitest";
import { readCommandLine } from "./command-line.ts";

test("files are named after --open, or as the system hands over those that belong to us", () => {
  const words = [
    "--no-sandbox",
    "--open",
    "tasks/ioi.yaml",
    "/home/me/a.secateur",
    "x/b.circuit.json",
    "--open=c.json",
  ];
  expect(readCommandLine(words, "/work")).toEqual({
    selfTest: false,
    open: ["/work/tasks/ioi.yaml", "/home/me/a.secateur", "/work/x/b.circuit.json", "/work/c.json"],
  });
});

test("other words are Chromium's or nobody's", () => {
  expect(readCommandLine([".", "notes.json", "--lang=en", "--open"], "/work")).toEqual({ selfTest: false, open: [] });
});

test("--self-test asks for a test of the program", () => {
  expect(readCommandLine(["--self-test"], "/work").selfTest).toBe(true);
});
