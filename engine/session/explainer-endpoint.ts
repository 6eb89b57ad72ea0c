// A language model behind an OpenAI-compatible endpoint (llama.cpp, Ollama, a service), asked for explanations; only where a person names one.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { Ask } from "../neuron/model-explanation.ts";

/** The variable that holds the endpoint's key, where it wants one; it is sent there and kept nowhere. */
export const KEY_VARIABLE = "SECATEUR_EXPLAINER_KEY";
/** Milliseconds that an answer may take: a local model reads a long prompt slowly. */
const patience = 300_000;
const longestAnswer = 2_000_000;

const models = z.object({ data: z.array(z.object({ id: z.string().min(1) })).min(1) });
const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

export interface Endpoint {
  /** Such as "http://127.0.0.1:8080/v1". */
  readonly url: string;
  /** Without it the first one that it lists. */
  readonly model?: string;
}

/** @throws EngineError "download" where it cannot be reached, refuses, or answers something else */
export async function explainerAt(
  { url, model }: Endpoint,
  {
    signal,
    environment = process.env,
  }: { readonly signal?: AbortSignal; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<{ readonly model: string; readonly ask: Ask }> {
  const base = url.replace(/\/+$/, "");
  const key = environment[KEY_VARIABLE];
  const call = async <T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> => {
    const fail = (why: Sentence, cause?: unknown) =>
      new EngineError(
        "download",
        say`${base}${path}: ${why}. Is an OpenAI-compatible server running there?`,
        {},
        { cause },
      );
    let text: string;
    try {
      const response = await fetch(`${base}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // A key goes to the endpoint that was named and to no other.
        redirect: "error",
        signal: AbortSignal.any([AbortSignal.timeout(patience), ...(signal ? [signal] : [])]),
      });
      text = (await response.text()).slice(0, longestAnswer);
      if (!response.ok) throw fail(say`answers ${response.status} ${text.slice(0, 200)}`);
    } catch (thrown) {
      if (thrown instanceof EngineError) throw thrown;
      if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      throw fail(say`does not answer (${thrown instanceof Error ? thrown.message : String(thrown)})`, thrown);
    }
    const parsed = schema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw fail(say`answers ${JSON.stringify(text.slice(0, 200))}, which has not the expected fields`);
  };
  const named = model ?? (await call("/models", models)).data[0].id;
  return {
    model: named,
    ask: async (messages) => {
      const answer = await call("/chat/completions", completion, { model: named, messages, temperature: 0 });
      return answer.choices[0].message.content;
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
