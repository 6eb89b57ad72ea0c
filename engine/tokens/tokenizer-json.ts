// The parts of a tokenizer.json that this project reads or rewrites, and their checks.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { GPT2_WORDS } from "./byte-level.ts";

const MODELS: readonly string[] = ["BPE", "WordLevel"];

const component = z.looseObject({ type: z.string() }).nullable().optional();

const addedToken = z.looseObject({
  id: z.number().int().nonnegative(),
  content: z.string().min(1),
  special: z.boolean().optional(),
});

const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedToken).default([]),
  normalizer: component,
  pre_tokenizer: component,
  post_processor: component,
  decoder: component,
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    unk_token: z.string().nullish(),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).optional(),
  }),
});

export type TokenizerJson = z.infer<typeof tokenizerJson>;
export type Component = NonNullable<TokenizerJson["pre_tokenizer"]>;

/** @throws EngineError "invalid-file" or "unsupported" */
export function parseTokenizerJson(json: unknown, file: string): TokenizerJson {
  const kind = (json as { model?: { type?: unknown } } | null)?.model?.type;
  if (typeof kind === "string" && !MODELS.includes(kind)) {
    throw new EngineError(
      "unsupported",
      `${file}: tokenizer model "${kind}" is not supported, only ${MODELS.join(" and ")}.`,
      { place: { file } },
    );
  }
  const parsed = tokenizerJson.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    const part = path.length > 0 ? `"${path.join(".")}"` : "it";
    throw new EngineError("invalid-file", `${file}: ${part} is not as in a tokenizer.json: ${message}.`, {
      place: { file },
    });
  }
  requireUniqueIds(parsed.data, file);
  return { ...parsed.data, pre_tokenizer: parsed.data.pre_tokenizer && portable(parsed.data.pre_tokenizer) };
}

function requireUniqueIds({ model, added_tokens }: TokenizerJson, file: string): void {
  const tokens = new Map<number, string>();
  const pairs = [...Object.entries(model.vocab), ...added_tokens.map(({ content, id }) => [content, id] as const)];
  for (const [token, id] of pairs) {
    const other = tokens.get(id);
    if (other !== undefined && other !== token) {
      throw new EngineError(
        "invalid-file",
        `${file}: id ${id} belongs to two tokens, ${JSON.stringify(other)} and ${JSON.stringify(token)}.`,
        {
          place: { file },
        },
      );
    }
    tokens.set(id, token);
  }
}

/**
 * Two pre-tokenizers use JavaScript's own \d and \s, which differ from those of Hugging Face's Rust library: \d is ASCII only
 * ("½", "٣" are digits there), \s lacks U+0085 and has U+FEFF. Written as Split with an explicit pattern they agree.
 */
function portable(component: Component): Component {
  const split = (pattern: string): Component => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  });
  switch (component.type) {
    case "Sequence":
      return { ...component, pretokenizers: (component.pretokenizers as Component[]).map(portable) };
    case "Digits":
      return split(component.individual_digits ? "\\p{N}" : "\\p{N}+");
    case "ByteLevel":
      if (component.use_regex === false || component.add_prefix_space) return component;
      return { type: "Sequence", pretokenizers: [split(GPT2_WORDS), { ...component, use_regex: false }] };
    default:
      return component;
  }
}
