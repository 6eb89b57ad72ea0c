// A file with sets of words: a list under each name, as YAML or JSON.
import { parse } from "yaml";
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";

const schema = z.record(z.string().min(1).max(100), z.array(z.string().min(1).max(200)).min(1).max(10_000));
export type WordSets = z.infer<typeof schema>;

/** @throws EngineError "missing-file", "invalid-file" */
export function readWordSets(file: string): WordSets {
  const parsed = schema.safeParse(contents(file));
  if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
  const place = parsed.success ? say`` : say` at ${parsed.error.issues[0].path.join(".") || say`its beginning`}`;
  throw new EngineError(
    "invalid-file",
    say`${file}: it is no table of word lists${place}; write a list of words under each name, such as "en: [flower, blossom]".`,
    { place: { file } },
  );
}

function contents(file: string): unknown {
  const text = readWholeText(file, FILE_KINDS.taskYaml);
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new EngineError("invalid-file", say`${file}: ${(cause as Error).message.split("\n")[0]}`, {
      place: { file },
    });
  }
}
