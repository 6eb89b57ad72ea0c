// A template of a Patchscope: a prompt in named parts, with one token into whose place a state is put.
import { parse } from "yaml";
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { installedPath } from "../base/installation.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import { SHIPPED_TEMPLATES } from "../choices/patchscope.ts";

const words = z.string().max(10_000);
const schema = z.strictObject({
  kind: z.literal("patchscope"),
  name: z.string().min(1).max(100),
  title: z.strictObject({ en: words, zh: words }).optional(),
  /** What its answer has to do with the template rather than with the state. */
  shapes: words.optional(),
  parts: z.strictObject({
    /** What shows the model what is wanted. */
    before: words.default(""),
    /** Its last token is replaced. */
    slot: words.min(1),
    /** What stands between the slot and the answer. */
    after: words.default(""),
  }),
});
export type PatchscopeTemplate = z.infer<typeof schema>;

/** @param name one that ships, or the path of a file @throws EngineError "missing-file", "invalid-file" */
export function readTemplate(name: string): PatchscopeTemplate {
  const isShipped = (SHIPPED_TEMPLATES as readonly string[]).includes(name);
  const file = isShipped ? installedPath("tasks", "patchscopes", `${name}.yaml`) : name;
  const refused = (why: string) =>
    new EngineError(
      "invalid-file",
      `${file}: ${why} A template has "kind: patchscope", a name, and parts "before", "slot" and "after"; ${SHIPPED_TEMPLATES.join(", ")} ship.`,
      { place: { file } },
    );
  let data: unknown;
  try {
    data = parse(readWholeText(file, FILE_KINDS.taskYaml), { maxAliasCount: 0 });
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw refused((cause as Error).message.split("\n")[0]);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`at ${issue.path.join(".") || "its beginning"}: ${issue.message}.`);
}
