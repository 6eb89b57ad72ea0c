// What a person asks of memories, of value edits and of questions in two hops.
import {
  type DECODERS,
  EDIT_KINDS,
  EDIT_METHODS,
  SHIPPED_FACTS,
  SHIPPED_TWO_HOPS,
} from "../../engine/choices/lists.ts";
import type { SCORE_KINDS } from "../../engine/choices/memories.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";

export class MemoriesForm {
  /** Between commas; "" for the last one. */
  layers = $state("");
  /** One neuron whose lists are wanted, such as "m3.n12"; "" for the most coherent ones. */
  neuron = $state("");
  scores = $state<(typeof SCORE_KINDS)[number]>("centred");
  /** At whose end parts write; "" for none. */
  text = $state("");
  /** "" for the likeliest. */
  token = $state("");
  most = $state(20);
  /** A neuron that another pane asks about. */
  wanted = $state<string | undefined>(undefined);

  /** Takes over what memories were asked with. */
  take({ layers, neurons, scores, text, token, most }: SettingsOf<"memories">): void {
    this.layers = layers?.join(", ") ?? "";
    this.neuron = neurons?.[0] ?? "";
    this.text = text ?? "";
    this.token = token ?? "";
    Object.assign(this, { scores, most });
  }

  asked(model: string): AskedOf<"memories"> {
    const { neuron, scores, text, token, most } = this;
    const layers = this.layers
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    return {
      model,
      scores,
      most,
      ...(neuron.trim() !== "" ? { neurons: [neuron.trim()] } : layers.length > 0 && { layers }),
      ...(text !== "" && { text, ...(token.trim() !== "" && { token: token.trim() }) }),
    };
  }
}

export class EditForm {
  facts = $state<string>(SHIPPED_FACTS[0]);
  method = $state<(typeof EDIT_METHODS)[number]>(EDIT_METHODS[0]);
  /** That the rank-one edit changes; "" for a sixth of the way up. */
  layer = $state("");
  kind = $state<(typeof EDIT_KINDS)[number]>(EDIT_KINDS[0]);
  away = $state(1);
  towards = $state(1);
  factor = $state(2);
  neurons = $state(5);
  shared = $state(1);
  limit = $state(8);
  /** Of the patch, where the engine runs. */
  patch = $state("");

  /** Takes over what an edit was asked with. */
  take({ layer, patch, ...rest }: SettingsOf<"edit">): void {
    const { facts, method, kind, away, towards, factor, neurons, shared, limit } = rest;
    this.layer = layer === undefined ? "" : String(layer);
    this.patch = patch ?? "";
    Object.assign(this, { facts, method, kind, away, towards, factor, neurons, shared, limit });
  }

  /** @param patch index of the fact whose edit is written to the file; undefined: none */
  asked(model: string, patch?: number): AskedOf<"edit"> {
    const { facts, method, layer, kind, away, towards, factor, neurons, shared, limit } = this;
    const file = patch === undefined ? {} : { patch: this.patch.trim(), fact: patch };
    const every = { model, facts, method, limit, ...file };
    if (method === "rank-one") return { ...every, ...(layer !== "" && { layer: Number(layer) }) };
    const common = { ...every, kind, neurons, shared };
    switch (kind) {
      case "signed":
      case "literal":
        return { ...common, away, towards };
      case "boost":
        return { ...common, factor };
      case "erase":
        return common;
      default:
        throw kind satisfies never;
    }
  }
}

export class TwoHopForm {
  task = $state<string>(SHIPPED_TWO_HOPS[0]);
  decoder = $state<(typeof DECODERS)[number]>("shifted");
  within = $state(5);
  /** Undefined: all. */
  items = $state<number | undefined>(undefined);

  /** Takes over what questions were asked with. */
  take({ task, decoder, within, items }: SettingsOf<"two-hop">): void {
    Object.assign(this, { task, decoder, within, items });
  }

  asked(model: string): AskedOf<"two-hop"> {
    const { task, decoder, within, items } = this;
    return { model, task, decoder, within, ...(typeof items === "number" && { items }) };
  }
}
