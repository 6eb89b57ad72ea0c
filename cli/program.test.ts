import { expect, test } from "vitest";
import { buildProgram, COMMAND_FILES } from "./program.ts";

const namesOf = async (asked?: string) => (await buildProgram(asked)).commands.map((command) => command.name());

test.each(COMMAND_FILES.map(({ names }) => [names]))("the file of %s adds just that", async (names) => {
  for (const name of names) expect(await namesOf(name)).toEqual(names);
});

test("where no command is named, or one that there is not, all are there", async () => {
  const all = await namesOf();
  expect(all).toEqual(expect.arrayContaining(["prune", "memories", "sae", "vector", "doctor"]));
  expect(await namesOf("prnue")).toEqual(all);
});
