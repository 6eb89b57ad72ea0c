// Text of a model: a prompt or a chat goes on, under the changes of a plan where there are any.
import { type Note, say } from "../base/sentence.ts";
import type { Plan } from "../activations/plan.ts";
import { checkPlan, parsePlan } from "../activations/plan-checks.ts";
import { EngineError } from "../base/errors.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import type { Execution } from "../choices/execution.ts";
import type { GenerateResult, GenerateSettings } from "../choices/generate.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { type ChatMessage, ChatTemplate } from "../generation/chat-template.ts";
import { generate, type GenerationHooks, requireRoom } from "../generation/generate.ts";
import type { Model } from "../model/model.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import { applied } from "../vector/applied.ts";
import { openVector } from "../vector/open-vector.ts";
import { OwnBos } from "../task/own-bos.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { withModel } from "./open-model.ts";

export interface GenerateOptions extends Pick<GenerationHooks, "signal" | "onToken"> {
  readonly execution?: Execution;
}

/**
 * @throws EngineError "usage" where there is neither text nor chat, a stop text that can never come, a token or change that the model
 *         has not, or no room in the context; "unsupported" for a chat with a model that has no template; "cancelled"
 */
export async function generateTask(
  settings: GenerateSettings,
  { execution, signal, onToken }: GenerateOptions = {},
): Promise<GenerateResult> {
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const tokenizer = model.tokenizer.withBos(settings.bos);
    const { text, notes } = promptOf(settings, model);
    const own = new OwnBos(tokenizer, say`the prompt`);
    const ids = own.encode(text);
    requireRoom([...ids, ...(settings.begin ?? [])], model);
    requireStopTexts(settings.stop ?? [], tokenizer, model.name);
    const { temperature, topK, topP, minP } = settings;
    const opened = settings.vector === undefined ? undefined : openVector(settings.vector, model);
    const vector = opened && applied(opened, settings, model);
    const generated = await generate(
      executor,
      planUnder(vector?.changes ?? [], planOf(settings, ids, model), model),
      {
        sampling: { temperature, topK, topP, minP },
        maxTokens: settings.maxTokens,
        stopIds: model.speech().endIds,
        stopTexts: settings.stop ?? [],
        samples: settings.samples,
        seed: settings.seed,
        alternatives: settings.alternatives,
      },
      { signal, onToken },
    );
    return {
      ...generated,
      notes: [...notes, ...own.notes(), ...(opened?.notes ?? []), ...generated.notes],
      modelName: model.name,
      prompt: { text, ids },
    };
  });
}

/** The text that goes on, or the chat as its template writes it. @throws EngineError "usage", "unsupported" */
export function promptOf(
  { text, chat, system }: Pick<GenerateSettings, "text" | "chat" | "system">,
  model: Model,
): { readonly text: string; readonly notes: readonly Note[] } {
  if ((text === undefined) === (chat === undefined)) {
    throw new EngineError("usage", say`Give either --text, which is gone on with, or --chat, which is answered.`);
  }
  if (text !== undefined) {
    if (system !== undefined) throw new EngineError("usage", say`--system belongs to a chat; give --chat with it.`);
    return { text, notes: [] };
  }
  const { chatTemplate } = model.speech();
  if (!chatTemplate) {
    throw new EngineError(
      "unsupported",
      say`${model.name} has no chat template, so it was not trained to chat. Give a plain text with --text.`,
    );
  }
  const template = ChatTemplate.parse(chatTemplate);
  const messages: ChatMessage[] = [
    ...(system === undefined ? [] : [{ role: "system", content: system } as const]),
    { role: "user", content: chat! },
  ];
  const dated = say`The model's chat template writes today's date into the prompt, so that another day gives another text.`;
  return { text: template.render(messages), notes: template.namesTheDate ? [dated] : [] };
}

/** @throws EngineError "usage" for a text that holds what the tokenizer cannot write */
function requireStopTexts(texts: readonly string[], tokenizer: Tokenizer, model: string): void {
  for (const text of texts) {
    const [unknown] = tokenizer.unknown(text);
    if (unknown === undefined) continue;
    throw new EngineError(
      "usage",
      say`--stop: ${JSON.stringify(text)} can never come: ${model} has no token for ${JSON.stringify(unknown)}. Leave it out.`,
    );
  }
}

/**
 * World 0 is the prompt and what the new text begins with.
 *
 * @throws EngineError "invalid-file" with the place in the file of changes
 */
function planOf({ changes, begin = [] }: GenerateSettings, ids: readonly number[], model: Model): Plan {
  const prompt = { ids: [...ids, ...begin], ...(begin.length > 0 && { generated: begin.length }) };
  const bare: Plan = { worlds: [prompt], changes: [], read: [] };
  checkPlan(bare, model, { generating: [0] });
  if (changes === undefined) return bare;
  const read = readJsonFile(changes, FILE_KINDS.note);
  try {
    const plan = parsePlan({ ...bare, changes: Array.isArray(read) ? read : changesIn(read) });
    checkPlan(plan, model, { generating: [0] });
    return plan;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError("invalid-file", say`${changes}: ${error.message}`, { place: { file: changes } });
  }
}

/** The plan with a direction behind its own changes. */
function planUnder(changes: readonly FreeChange[], plan: Plan, model: Model): Plan {
  const whole = { ...plan, changes: [...plan.changes, ...changes.map((change) => ({ ...change, world: 0 }))] };
  checkPlan(whole, model, { generating: [0] });
  return whole;
}

const changesIn = (read: unknown): unknown => (read as { readonly changes?: unknown } | null)?.changes;
