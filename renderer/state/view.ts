// What the user has chosen to see and changed by hand: plain data, so that it can be undone and saved.
import { EDGE_METHODS } from "../../engine/choices/lists.ts";
import type { Tab } from "./instruments.ts";

export type Selection =
  | { readonly kind: "none" }
  | { readonly kind: "node"; readonly id: string }
  /** By its name, such as "a0.h7->a1.h2<q>". */
  | { readonly kind: "edge"; readonly name: string }
  | { readonly kind: "prompt"; readonly index: number };

/** Weights as they are, or as shares of what enters a node or a layer. */
export const NORMALISATIONS = ["none", "target", "layer"] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

/** Where connections' weights come from: measured exactly for the circuit file, or scores of edges by a method. */
export const WEIGHINGS = ["measured", ...EDGE_METHODS] as const;
export type Weighing = (typeof WEIGHINGS)[number];

export interface EdgeFilter {
  /** Strongest connections that are drawn at most. */
  readonly most: number;
  /** Metric units, or a share where weights are normalised; weaker connections are left out. */
  readonly least: number;
  /** Only connections of a pinned node. */
  readonly pinnedOnly: boolean;
  readonly normalised: Normalisation;
  readonly weighed: Weighing;
}

/** What the graph shows: the circuit of units of the shown run, or a circuit of edges. */
export const DRAWN = ["units", "edges"] as const;

/** What is done to nodes against what the run found. */
export interface Edits {
  readonly ablated: readonly string[];
  readonly restored: readonly string[];
  readonly keepAlways: readonly string[];
  /** Node to the user's own word for its role. */
  readonly roles: Readonly<Record<string, string>>;
}

export interface View {
  readonly tab: Tab;
  readonly selection: Selection;
  /** Index into the timeline; null is the last step, whatever it is. */
  readonly step: number | null;
  readonly pinned: readonly string[];
  readonly drawn: (typeof DRAWN)[number];
  readonly edges: EdgeFilter;
  /** Run that the shown one is compared with. */
  readonly comparedWith: string | null;
  readonly edits: Edits;
}

export const NO_EDITS: Edits = { ablated: [], restored: [], keepAlways: [], roles: {} };

export const FIRST_VIEW: View = {
  tab: "circuit",
  selection: { kind: "none" },
  step: null,
  pinned: [],
  drawn: "units",
  edges: { most: 200, least: 0, pinnedOnly: false, normalised: "none", weighed: "measured" },
  comparedWith: null,
  edits: NO_EDITS,
};

/** The list with the id in it, or without it where it was in it. */
export function toggled(list: readonly string[], id: string): readonly string[] {
  return list.includes(id) ? list.filter((other) => other !== id) : [...list, id];
}

/** Takes a node out, or takes back that the user put it back; a node that is out is not one to keep. */
export function ablate(edits: Edits, id: string): Edits {
  const restored = without(edits.restored, id);
  const ablated = restored.length < edits.restored.length ? edits.ablated : add(edits, id);
  return { ...edits, restored, ablated, keepAlways: without(edits.keepAlways, id) };
}

function add({ ablated }: Edits, id: string): readonly string[] {
  return ablated.includes(id) ? ablated : [...ablated, id];
}

/** Puts a node back that the run removed, or that the user took out. */
export function restore(edits: Edits, id: string): Edits {
  const ablated = without(edits.ablated, id);
  if (ablated.length < edits.ablated.length || edits.restored.includes(id)) return { ...edits, ablated };
  return { ...edits, restored: [...edits.restored, id] };
}

/** Has the next run keep a node, or leaves that to it again; a node that the user took out comes back. */
export function toggleKeptAlways(edits: Edits, id: string): Edits {
  return { ...edits, ablated: without(edits.ablated, id), keepAlways: toggled(edits.keepAlways, id) };
}

function without(list: readonly string[], id: string): readonly string[] {
  return list.filter((other) => other !== id);
}

export function withRole(edits: Edits, id: string, role: string): Edits {
  const others = Object.entries(edits.roles).filter(([other]) => other !== id);
  return { ...edits, roles: Object.fromEntries(role === "" ? others : [...others, [id, role]]) };
}
