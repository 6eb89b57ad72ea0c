// What the post-processor of a tokenizer.json puts around a text: beginning and end of text, class and separator tokens.
import { say } from "../base/sentence.ts";
import { z } from "zod";
import type { Added } from "./bos.ts";
import type { Component } from "./component.ts";

const pair = z.tuple([z.string(), z.number().int().nonnegative()]);

const template = z.looseObject({
  single: z.array(
    z.union([
      z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
      z.looseObject({ Sequence: z.looseObject({ id: z.string() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.number().int().nonnegative()) })).default({}),
});

type Template = z.infer<typeof template>;

const around = z.looseObject({ cls: pair, sep: pair });

const NOTHING: Added = { before: [], after: [] };

/** @throws EngineError "invalid-file" or "unsupported" */
export function addedByPostProcessor(component: Component): Added {
  if (component.json === null || component.json === undefined) return NOTHING;
  const { type } = component;
  switch (type) {
    case "TemplateProcessing":
      return addedByTemplate(component);
    case "BertProcessing":
    case "RobertaProcessing": {
      const { cls, sep } = component.read(around);
      return { before: [cls[1]], after: [sep[1]] };
    }
    case "ByteLevel":
      return NOTHING;
    case "Sequence":
      return component
        .parts("processors")
        .map(addedByPostProcessor)
        .reduce<Added>(
          (inner, outer) => ({ before: [...outer.before, ...inner.before], after: [...inner.after, ...outer.after] }),
          NOTHING,
        );
    default:
      throw component.unsupported(say`a post-processor of type "${type}"`);
  }
}

function addedByTemplate(component: Component): Added {
  const { single, special_tokens } = component.read(template);
  const ids = (item: Template["single"][number]): number[] => {
    if (!("SpecialToken" in item)) return [];
    const { id } = item.SpecialToken as { id: string };
    const special = Object.hasOwn(special_tokens, id) ? special_tokens[id] : undefined;
    if (special) return special.ids;
    throw component.wrong(
      say`"${component.path}" puts ${JSON.stringify(id)} around a text, which is not among its special_tokens`,
    );
  };
  const at = single.findIndex((item) => "Sequence" in item);
  if (at < 0) throw component.wrong(say`"${component.path}.single" has no place for the text`);
  return { before: single.slice(0, at).flatMap(ids), after: single.slice(at + 1).flatMap(ids) };
}
