// What a person asks of a Patchscope: a state of one text, put into another prompt; and of a relation transplant.
import { SHIPPED_TEMPLATES } from "../../engine/choices/lists.ts";
import type { ModelEntry } from "../../engine/contract.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";

/** Layers that are tried at most where a person names none. */
const layersAtOnce = 12;

/** A token of a text, by its number where it was pointed at. */
export interface PointedToken {
  readonly text: string;
  readonly position: number;
  /** The token itself, to be shown. */
  readonly token: string;
}

/** What the list of models says of one. */
type ModelLook = Pick<ModelEntry, "nLayers" | "where"> | undefined;

export class PatchscopeForm {
  view = $state<"grid" | "transplant">("grid");
  text = $state("");
  /** A part of the text, at whose last token the state is taken; "" for the text's end. */
  at = $state("");
  /** One of the templates, the file of another, "" for a prompt of one's own; undefined: the one that suits the model. */
  template = $state<string | undefined>(undefined);
  prompt = $state("");
  onto = $state("");
  /** Tokens that were pointed at count as long as their texts stay. */
  private pointed = $state.raw<{ readonly source?: PointedToken; readonly target?: PointedToken }>({});
  words = $state("");
  from = $state("");
  into = $state("");
  ladder = $state(false);
  relation = $state("");
  /** With {} for the subject; "" for the relation's own prompt. */
  sentence = $state("");
  /** Of a transplant; "" for the layer that a state comes from. */
  transplantInto = $state("");

  get source(): PointedToken | undefined {
    const { source } = this.pointed;
    return source?.text === this.text ? source : undefined;
  }

  get target(): PointedToken | undefined {
    const { target } = this.pointed;
    return this.template === "" && target?.text === this.prompt ? target : undefined;
  }

  pointAtSource(source: PointedToken | undefined): void {
    if (source) this.text = source.text;
    this.at = "";
    this.pointed = { ...this.pointed, source };
  }

  pointAtTarget(target: PointedToken | undefined): void {
    if (target) [this.template, this.prompt] = ["", target.text];
    this.onto = "";
    this.pointed = { ...this.pointed, target };
  }

  get isComplete(): boolean {
    return this.text !== "" && (this.template !== "" || this.prompt !== "") && this.layersAreRight;
  }

  /** Whether the lists of layers can be read. */
  get layersAreRight(): boolean {
    return [this.from, this.into].every((list) => layersOf(list, 0) !== "wrong");
  }

  /** The template that states go into: the embedded model reads 32 tokens, for which the first one is too long. */
  templateFor(entry: ModelLook): string {
    return this.template ?? (entry?.where === "embedded" ? "plural" : SHIPPED_TEMPLATES[0]);
  }

  /** @param entry of the model; undefined while it is not known */
  asked(model: string, entry: ModelLook): AskedOf<"patchscope"> {
    const [from, into] = [this.from, this.into].map((list) => layersOf(list, entry?.nLayers));
    return {
      ...this.patch(model, this.templateFor(entry)),
      ...(Array.isArray(from) && { from }),
      ...(Array.isArray(into) && { into }),
      ladder: this.ladder,
    };
  }

  /** Takes over what a Patchscope was asked with; tokens that were pointed at by their numbers. */
  take(asked: SettingsOf<"patchscope">): void {
    const { text, at, position, template, prompt, onto, ontoPosition, words, from, into, ladder } = asked;
    this.view = "grid";
    this.text = text;
    this.at = at ?? "";
    this.template = prompt === undefined ? template : "";
    this.prompt = prompt ?? "";
    this.onto = onto ?? "";
    this.pointed = {
      ...(position !== undefined && { source: { text, position, token: `#${position}` } }),
      ...(prompt !== undefined &&
        ontoPosition !== undefined && { target: { text: prompt, position: ontoPosition, token: `#${ontoPosition}` } }),
    };
    this.words = words?.join(", ") ?? "";
    [this.from, this.into] = [from?.join(", ") ?? "all", into?.join(", ") ?? "all"];
    this.ladder = ladder;
  }

  takeTransplant({ task, text, into }: SettingsOf<"transplant">): void {
    this.view = "transplant";
    this.relation = task;
    this.sentence = text ?? "";
    this.transplantInto = into === undefined ? "" : String(into);
  }

  transplant(model: string): AskedOf<"transplant"> {
    const { relation, sentence, transplantInto: into } = this;
    return {
      model,
      task: relation,
      ...(sentence !== "" && { text: sentence }),
      ...(into !== "" && { into: Number(into) }),
    };
  }

  private patch(model: string, template: string): AskedOf<"patchscope"> {
    const { source, target, text, at, prompt, onto } = this;
    const words = this.words
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean);
    return {
      model,
      text,
      ...(source ? { position: source.position } : at !== "" && { at }),
      ...(template !== ""
        ? { template }
        : { prompt, ...(target ? { ontoPosition: target.position } : onto !== "" && { onto }) }),
      ...(words.length > 0 && { words }),
    };
  }
}

/** "all", or numbers between commas; nothing: all of a small model, else some of them, the ends among them. */
export function layersOf(list: string, nLayers: number | undefined): number[] | undefined | "wrong" {
  const written = list.trim();
  if (written === "all") return undefined;
  if (written === "") {
    if (nLayers === undefined || nLayers < layersAtOnce) return undefined;
    const step = Math.ceil(nLayers / (layersAtOnce - 1));
    return Array.from({ length: nLayers + 1 }, (_, layer) => layer).filter(
      (layer) => layer % step === 0 || layer === nLayers,
    );
  }
  const layers = written.split(/[\s,]+/).map(Number);
  return layers.every((layer) => Number.isInteger(layer) && layer >= 0) ? layers : "wrong";
}
