import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EngineError } from "./errors.ts";
import { FILE_KINDS, readWholeFile, readWholeText } from "./read-file.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-read-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sentenceOf(path: string): string {
  try {
    readWholeText(path, FILE_KINDS.circuit);
  } catch (error) {
    if (error instanceof EngineError) return `${error.code} ${error.message.replace(path, "FILE")}`;
    throw error;
  }
  return "it was read";
}

test("reads a file whole, as bytes and as text without a byte order mark", () => {
  const path = join(folder, "text");
  writeFileSync(path, "\uFEFFnaïve");
  expect([...readWholeFile(path, FILE_KINDS.note)]).toHaveLength(9);
  expect(readWholeText(path, FILE_KINDS.note)).toBe("naïve");
});

test("an absent file, a path through a file, a folder and an impossible path have their sentences", () => {
  const path = join(folder, "plain");
  writeFileSync(path, "x");
  expect([join(folder, "absent"), join(path, "below"), folder, "a\0b"].map(sentenceOf)).toEqual([
    "missing-file FILE: there is no such file; check the path of the circuit.",
    "missing-file FILE: there is no such file; check the path of the circuit.",
    "invalid-file FILE: is a folder; name one circuit file inside it.",
    "missing-file FILE: it cannot be opened (ERR_INVALID_ARG_VALUE); check its permissions.",
  ]);
});

test.skipIf(process.platform === "win32")(
  "devices, pipes and sockets are refused at once and never waited for",
  async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const socket = join(folder, "socket");
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once("listening", resolve));
    const refused = "invalid-file FILE: is not a regular file; name a circuit file.";
    try {
      expect([pipe, "/dev/zero", "/dev/null", socket].map(sentenceOf)).toEqual([refused, refused, refused, refused]);
    } finally {
      server.close();
    }
  },
);

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("a file that may not be read says so", () => {
  const path = join(folder, "secret");
  writeFileSync(path, "x");
  chmodSync(path, 0);
  expect(sentenceOf(path)).toBe("missing-file FILE: it cannot be opened (EACCES); check its permissions.");
});

test("what is larger than its kind can be is not read, what is no text is said to be none", () => {
  const path = join(folder, "large");
  writeFileSync(path, Buffer.of(0xff, 0xfe));
  expect(sentenceOf(path)).toBe(
    "invalid-file FILE: is not UTF-8 text, so no circuit file. Is it another kind of file?",
  );
  truncateSync(path, 500_000_001);
  expect(sentenceOf(path)).toBe(
    "invalid-file FILE: is 500000001 bytes large; at most 500000000 are read. Is it another kind of file?",
  );
});
