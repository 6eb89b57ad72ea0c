// What the post-processor of a tokenizer.json puts around a text: beginning and end of text, class and separator tokens.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import type { Added } from "./bos.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

const pair = z.tuple([z.string(), z.number().int().nonnegative()]);

const template = z.looseObject({
  type: z.literal("TemplateProcessing"),
  single: z.array(
    z.union([
      z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
      z.looseObject({ Sequence: z.looseObject({ id: z.string() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.number().int().nonnegative()) })).default({}),
});

const around = z.looseObject({ type: z.enum(["BertProcessing", "RobertaProcessing"]), cls: pair, sep: pair });
const spacesOnly = z.looseObject({ type: z.literal("ByteLevel") });
const sequence = z.looseObject({
  type: z.literal("Sequence"),
  processors: z.array(z.looseObject({ type: z.string() })),
});

const postProcessor = z.discriminatedUnion("type", [template, around, spacesOnly, sequence]);
type Template = z.infer<typeof template>;

/** Far above any real tokenizer, far below what a stack holds. */
const DEEPEST = 16;

/** @throws EngineError "invalid-file" if it is not as in a tokenizer.json */
export function addedByPostProcessor({ post_processor }: TokenizerJson, file: string): Added {
  return post_processor ? addedBy(post_processor, file, 0) : { before: [], after: [] };
}

function addedBy(component: unknown, file: string, depth: number): Added {
  const parsed = postProcessor.safeParse(component);
  if (!parsed.success || depth > DEEPEST) {
    const issue = parsed.error?.issues[0];
    const path = ["post_processor", ...(issue?.path ?? [])].join(".");
    const why = issue?.message ?? `it is nested more than ${DEEPEST} times`;
    throw new EngineError("invalid-file", `${file}: "${path}" is not as in a tokenizer.json: ${why}.`, {
      place: { file },
    });
  }
  const processor = parsed.data;
  switch (processor.type) {
    case "TemplateProcessing":
      return addedByTemplate(processor, file);
    case "BertProcessing":
    case "RobertaProcessing":
      return { before: [processor.cls[1]], after: [processor.sep[1]] };
    case "ByteLevel":
      return { before: [], after: [] };
    case "Sequence":
      return processor.processors
        .map((each) => addedBy(each, file, depth + 1))
        .reduce<Added>(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            after: [...inner.after, ...outer.after],
          }),
          { before: [], after: [] },
        );
  }
  return processor satisfies never;
}

function addedByTemplate({ single, special_tokens }: Template, file: string): Added {
  const ids = (item: Template["single"][number]): number[] => {
    if (!("SpecialToken" in item)) return [];
    const { id } = item.SpecialToken as { id: string };
    const special = Object.hasOwn(special_tokens, id) ? special_tokens[id] : undefined;
    if (special) return special.ids;
    throw new EngineError(
      "invalid-file",
      `${file}: the post-processor puts ${JSON.stringify(id)} around a text, which is not among its special_tokens.`,
      { place: { file } },
    );
  };
  const at = single.findIndex((item) => "Sequence" in item);
  if (at < 0) {
    throw new EngineError("invalid-file", `${file}: "post_processor.single" has no place for the text.`, {
      place: { file },
    });
  }
  return { before: single.slice(0, at).flatMap(ids), after: single.slice(at + 1).flatMap(ids) };
}
