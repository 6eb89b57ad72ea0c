// A template of a Patchscope: a prompt in named parts, with one token into whose place a state is put.
import { say } from "../base/sentence.ts";
import { z } from "zod";
import { SHIPPED_TEMPLATES } from "../choices/lists.ts";
import { readFields } from "../task/read-fields.ts";
import { shippedFile } from "../task/shipped-file.ts";

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

/** @param name one that ships, or the path of a file @throws EngineError "missing-file" for neither; as `readFields` */
export function readTemplate(name: string): PatchscopeTemplate {
  return readFields(
    shippedFile("patchscopes", SHIPPED_TEMPLATES, name, { one: say`template`, many: say`Templates` }),
    schema,
  );
}
