// What the model is to go on with, and how it chooses its tokens.
import type { GeneratedToken, TokenChance } from "../../engine/choices/generate.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";
import type { ActingVector } from "./steer-form.svelte.ts";

export const TEXT_MODES = ["text", "chat"] as const;
export type TextMode = (typeof TEXT_MODES)[number];

/** A direction that acts on the text, as it was taken from those of Steering or from a result. */
export type ActingDirection = Readonly<
  Pick<SettingsOf<"generate">, "action" | "scale" | "unit" | "layers" | "positions">
> & {
  readonly vector: string;
};

export class TextForm {
  mode = $state<TextMode>("text");
  text = $state("");
  message = $state("");
  /** Told before a chat; "" leaves it to the model's template. */
  system = $state("");
  /** 0 always takes the likeliest token. */
  temperature = $state(0);
  topP = $state(1);
  maxTokens = $state(40);
  seed = $state(0);
  direction = $state.raw<ActingDirection | undefined>(undefined);

  get isComplete(): boolean {
    return (this.mode === "text" ? this.text : this.message) !== "";
  }

  /** Takes over what a text was asked with. */
  take({ text, chat, system, temperature, topP, maxTokens, seed, vector, ...acting }: SettingsOf<"generate">): void {
    this.mode = chat === undefined ? "text" : "chat";
    this.text = text ?? "";
    this.message = chat ?? "";
    this.system = system ?? "";
    Object.assign(this, { temperature, topP: topP ?? 1, maxTokens, seed });
    const { action, scale, unit, layers, positions } = acting;
    this.direction = vector === undefined ? undefined : { vector, action, scale, unit, layers, positions };
  }

  /** Lets a direction act as it acts in Steering. */
  actWith({ vector, action, scale, layer, isScaled }: ActingVector, how: Pick<ActingDirection, "unit" | "positions">) {
    this.direction = { vector, action, layers: [layer], ...(isScaled && { scale }), ...how };
  }

  /** @param begin ids of new tokens that are given */
  asked(model: string, begin: readonly number[] = []): AskedOf<"generate"> {
    const prompt =
      this.mode === "text"
        ? { text: this.text }
        : { chat: this.message, ...(this.system !== "" && { system: this.system }) };
    return {
      model,
      ...prompt,
      ...(begin.length > 0 && { begin: [...begin] }),
      maxTokens: this.maxTokens,
      temperature: this.temperature,
      ...(this.topP < 1 && { topP: this.topP }),
      seed: this.seed,
      ...this.direction,
    };
  }
}

/** The tokens up to a place, and another one there. */
export function insteadAt(tokens: readonly GeneratedToken[], index: number, other: TokenChance): GeneratedToken[] {
  return [...tokens.slice(0, index), { ...other, alternatives: tokens[index]!.alternatives }];
}
