// What a tokenizer does to a text before it is split: Unicode forms, replacements, a space put in front.
import { say } from "../base/sentence.ts";
import { z } from "zod";
import type { AlignedText } from "./aligned-text.ts";
import type { Component } from "./component.ts";
import { expressionOf, patternSchema } from "./pattern.ts";
import { Charsmap } from "./precompiled-charsmap.ts";

export type Normalizer = (text: AlignedText) => AlignedText;

const same: Normalizer = (text) => text;

/** @throws EngineError "invalid-file" or "unsupported" */
export function createNormalizer(component: Component): Normalizer {
  if (component.json === null || component.json === undefined) return same;
  const { type } = component;
  switch (type) {
    case "Sequence":
      return component
        .parts("normalizers")
        .map(createNormalizer)
        .reduce((first, next) => (text) => next(first(text)), same);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return (text) => byClusters(text, (part) => part.normalize(type));
    case "Lowercase":
      return (text) => text.eachCharacter((character) => character.toLowerCase());
    case "StripAccents":
      return (text) => text.replaceAll(/\p{M}/gu, () => "");
    case "Strip":
      return strip(component);
    case "Prepend": {
      const { prepend } = component.read(z.looseObject({ prepend: z.string() }));
      return (text) => (text.length === 0 ? text : text.prepend(prepend));
    }
    case "Replace": {
      const { pattern, content } = component.read(z.looseObject({ pattern: patternSchema, content: z.string() }));
      const expression = expressionOf(pattern, component);
      return (text) => text.replaceAll(expression, () => content);
    }
    case "Precompiled": {
      const { precompiled_charsmap } = component.read(z.looseObject({ precompiled_charsmap: z.string().nullish() }));
      if (!precompiled_charsmap) return same;
      const map = Charsmap.parse(precompiled_charsmap, component);
      return (text) => text.replaceAll(/\P{M}\p{M}*|\p{M}+/gu, (cluster) => map.replace(cluster));
    }
    default:
      throw component.unsupported(say`a normalizer of type "${type}"`);
  }
}

function strip(component: Component): Normalizer {
  const { strip_left, strip_right } = component.read(
    z.looseObject({ strip_left: z.boolean(), strip_right: z.boolean() }),
  );
  return (text) => {
    const start = strip_left ? /^\p{White_Space}*/u.exec(text.text)![0].length : 0;
    const body = text.text.slice(start);
    const end = start + (strip_right ? body.replace(/\p{White_Space}+$/u, "").length : body.length);
    return text.slice(start, end);
  };
}

/**
 * A letter and the marks on it at a time, so that each result knows where it comes from; where parts together give something else
 * than each for itself (jamo of a Hangul syllable), the whole text at once.
 */
function byClusters(text: AlignedText, change: (part: string) => string): AlignedText {
  const whole = change(text.text);
  if (whole === text.text) return text;
  const parts = text.replaceAll(/\P{M}\p{M}*|\p{M}+/gu, change);
  return parts.text === whole ? parts : text.replace([{ start: 0, end: text.length, content: whole }]);
}
