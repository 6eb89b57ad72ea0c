// What a person asks of a dictionary of features: which one, which features, how to steer, and how one is trained.
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";
import type { DictionaryKind } from "../../engine/choices/lists.ts";

export const FEATURE_VIEWS = ["list", "steer", "judge", "train"] as const;
export type FeatureView = (typeof FEATURE_VIEWS)[number];

/** What features are listed by. */
export const LISTED_BY = ["density", "token", "text", "effect", "label"] as const;
export type ListedBy = (typeof LISTED_BY)[number];

export const STEER_OPS = ["add", "clamp", "project"] as const;

export class FeaturesForm {
  view = $state<FeatureView>("list");
  /** The folder of a dictionary. */
  dictionary = $state("");
  by = $state<ListedBy>("density");
  token = $state("");
  text = $state("");
  /** Features that fire in it are not listed. */
  without = $state("");
  label = $state("");
  top = $state(30);
  /** The feature whose page is shown. */
  feature = $state<number | undefined>(undefined);

  prompt = $state("");
  op = $state<(typeof STEER_OPS)[number]>("add");
  strengths = $state("0, 1, 2, 4");
  maxTokens = $state(24);

  kind = $state<DictionaryKind>("topk");
  /** Undefined: the middle one. */
  layer = $state<number | undefined>(undefined);
  features = $state<number | undefined>(512);
  k = $state(8);
  sparsity = $state(1);
  /** Further values of k or of the sparsity, to be compared. */
  also = $state("");
  steps = $state(1000);
  batch = $state(256);
  rate = $state(0.001);
  out = $state("");

  /** Whether the number of features in a state is given, rather than a pull towards few. */
  get isByCount(): boolean {
    return this.kind === "topk" || this.kind === "batchtopk";
  }

  /** Whether there is what the list is to go by. */
  isListable(task: string | undefined): boolean {
    switch (this.by) {
      case "density":
      case "label":
        return true;
      case "token":
        return this.token !== "";
      case "text":
        return this.text !== "";
      case "effect":
        return task !== undefined;
      default:
        return this.by satisfies never;
    }
  }

  /** Takes over what features were listed by, or the one whose page was asked for. */
  takeList({ dictionary, features, token, text, without, label, task, top }: SettingsOf<"sae features">): void {
    this.view = "list";
    this.dictionary = dictionary;
    this.feature = features?.[0];
    if (isPage({ features, top })) return;
    this.by =
      task !== undefined
        ? "effect"
        : text !== undefined
          ? "text"
          : token !== undefined
            ? "token"
            : label !== undefined
              ? "label"
              : "density";
    Object.assign(this, { token: token ?? "", text: text ?? "", without: without ?? "", label: label ?? "", top });
  }

  takeSteering({ dictionary, feature, text, op, strengths, maxTokens }: SettingsOf<"sae steer">): void {
    this.view = "steer";
    this.strengths = strengths.join(", ");
    Object.assign(this, { dictionary, feature, prompt: text, op, maxTokens });
  }

  takeTraining({ also, ...settings }: SettingsOf<"sae train">): void {
    const { kind, layer, features, k, sparsity, steps, batch, rate, out } = settings;
    this.view = "train";
    this.also = also?.join(", ") ?? "";
    Object.assign(this, { kind, layer, features, k, sparsity, steps, batch, rate, out: out ?? "" });
  }

  show(model: string): AskedOf<"sae show"> {
    return { dictionary: this.dictionary.trim(), model };
  }

  /** @param task its file, for effects */
  list(model: string, task: string | undefined): AskedOf<"sae features"> {
    return {
      ...this.show(model),
      top: this.top,
      pages: this.top,
      ...(this.by === "token" && { token: this.token }),
      ...(this.by === "text" && { text: this.text, ...(this.without !== "" && { without: this.without }) }),
      ...(this.by === "effect" && { task }),
      ...(this.by === "label" && { label: this.label }),
    };
  }

  /** The page of one feature that is in no list. */
  page(model: string, feature: number): AskedOf<"sae features"> {
    return { ...this.show(model), features: [feature], top: 1 };
  }

  steer(model: string, feature: number): AskedOf<"sae steer"> {
    const { op, prompt, maxTokens } = this;
    return { ...this.show(model), feature, text: prompt, op, maxTokens, strengths: numbersIn(this.strengths) };
  }

  judge(model: string): AskedOf<"sae eval"> {
    return this.show(model);
  }

  train(model: string): AskedOf<"sae train"> {
    const { kind, layer, features, k, sparsity, steps, batch, rate } = this;
    const out = this.out.trim();
    return {
      model,
      kind,
      steps,
      batch,
      rate,
      ...(typeof layer === "number" && { layer }),
      ...(typeof features === "number" && { features }),
      ...(this.isByCount ? { k } : { sparsity }),
      ...(this.also.trim() !== "" && { also: numbersIn(this.also) }),
      ...(out !== "" && { out }),
    };
  }
}

/** Whether what was asked for is the page of one feature rather than a list. */
export function isPage({ features, top }: Pick<SettingsOf<"sae features">, "features" | "top">): boolean {
  return features?.length === 1 && top === 1;
}

/** "0, 1, 2" → [0, 1, 2]; what is no number is NaN, which the engine refuses with a sentence. */
function numbersIn(text: string): number[] {
  return text
    .split(/[,，\s]+/)
    .filter((part) => part !== "")
    .map(Number);
}
