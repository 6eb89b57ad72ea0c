// The command that a verb's description makes, run as a shell would.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, expect, test, vi } from "vitest";
import { readPlainJson } from "../../engine/base/plain-json.ts";
import type { VerbName } from "../../engine/contract/verbs.ts";
import { VERBS } from "../../engine/verbs/table.ts";
import type { Verb } from "../../engine/verbs/verb.ts";
import { LENS, Script } from "../../test/scripted-verbs.ts";
import { addVerb } from "./verb.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-verb-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the program prints on standard output. */
function printed(...words: readonly string[]): Promise<string> {
  return printedBy({}, ...words);
}

/** Likewise, of a verb with some parts of its own. */
async function printedBy(own: Partial<Verb<VerbName>>, ...words: readonly string[]): Promise<string> {
  const script = new Script();
  const program = new Command("secateur").exitOverride();
  addVerb(program, { ...(script.verbs.lens as unknown as Verb<VerbName>), ...own });
  const out: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  try {
    const done = program.parseAsync(["lens", ...words], { from: "user" });
    await Promise.race([script.has(1).then(() => script.end("a")), done]);
    await done;
  } finally {
    write.mockRestore();
  }
  return out.join("");
}

test("its help is the verb's sentence, its settings and its examples", () => {
  const program = new Command("secateur");
  addVerb(program, VERBS.lens as unknown as Verb<VerbName>);
  let help = "";
  program.commands[0].configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  help = help.replaceAll(/\s+/g, " ");
  expect(help).toContain(VERBS.lens.says);
  expect(help).toContain("--lens-file <file>");
  expect(help).toContain("Examples: secateur lens --text");
});

test("it prints the verb's tables as text, as CSV, or the whole result as JSON", async () => {
  expect(await printed("--text", "a", "--quiet")).toContain("readings\n\nprompt  position  token");
  expect(await printed("--text", "a", "--quiet", "--csv")).toContain("prompt,position,token,site,layer,top,p");
  expect(JSON.parse(await printed("--text", "a", "--quiet", "--json"))).toMatchObject({
    modelName: "sprig",
    texts: { 1: "a" },
  });
});

test("numbers of a table are short however large they are, and counts are whole", async () => {
  const rows = [[12_345], [0.123456], [2.031559715749513e40]];
  const tables = () => [{ title: "t", columns: ["x"], rows }];
  const text = await printedBy({ tables }, "--text", "a", "--quiet");
  expect(text.split("\n").map((line) => line.trim())).toEqual(
    expect.arrayContaining(["t", "x", "12345", "0.1235", "2.032e+40"]),
  );
});

test("it writes the result into the folder that is named", async () => {
  const out = join(folder, "new", "place");
  await printed("--text", "a", "--quiet", "--folder", out);
  const file = join(out, "result.json");
  expect(readPlainJson(readFileSync(file, "utf8"), file)).toStrictEqual(LENS);
});
