// The view as the part of the page's address behind "#", so that a link shows what its sender saw; edits stay out of it.
import { formatEdge, parseEdge } from "../../engine/circuit/edge.ts";
import { formatNode, parseNode } from "../../engine/circuit/node.ts";
import { TABS } from "./instruments.ts";
import { DRAWN, FIRST_VIEW, NORMALISATIONS, type Selection, type View, WEIGHINGS } from "./view.ts";

/** What the address says; the rest of the view is left as it is. */
export type AddressedView = Pick<View, "tab" | "selection" | "step" | "pinned" | "drawn" | "edges">;

/** Only what differs from the first view, such as "tab=effects&node=a1.h2&step=14&pins=a0.h1,m0". */
export function formatAddress({ tab, selection, step, pinned, drawn, edges }: AddressedView): string {
  const first = FIRST_VIEW.edges;
  const entries: [string, string | undefined][] = [
    ["tab", tab === FIRST_VIEW.tab ? undefined : tab],
    selectionEntry(selection),
    ["step", step === null ? undefined : String(step)],
    ["pins", pinned.length === 0 ? undefined : pinned.join(",")],
    ["drawn", drawn === FIRST_VIEW.drawn ? undefined : drawn],
    ["most", edges.most === first.most ? undefined : String(edges.most)],
    ["least", edges.least === first.least ? undefined : String(edges.least)],
    ["pinned-only", edges.pinnedOnly ? "yes" : undefined],
    ["weights", edges.normalised === first.normalised ? undefined : edges.normalised],
    ["scores", edges.weighed === first.weighed ? undefined : edges.weighed],
  ];
  return entries
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join("&")
    .replaceAll("%2C", ",");
}

function selectionEntry(selection: Selection): [string, string | undefined] {
  switch (selection.kind) {
    case "none":
      return ["node", undefined];
    case "node":
      return ["node", selection.id];
    case "edge":
      return ["edge", selection.name];
    case "prompt":
      return ["prompt", String(selection.index)];
  }
}

/** @param hash with or without "#"; what it says wrongly or not at all is as in the first view */
export function parseAddress(hash: string): AddressedView {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const { tab, step, drawn, edges } = FIRST_VIEW;
  const oneOf = <T extends string>(values: readonly T[], name: string, fallback: T): T =>
    values.find((value) => value === said.get(name)) ?? fallback;
  return {
    tab: oneOf(TABS, "tab", tab),
    selection: selectionOf(said),
    step: wholeNumber(said.get("step")) ?? step,
    pinned: (said.get("pins") ?? "").split(",").filter(isNode),
    drawn: oneOf(DRAWN, "drawn", drawn),
    edges: {
      most: wholeNumber(said.get("most")) ?? edges.most,
      least: positive(said.get("least")) ?? edges.least,
      pinnedOnly: said.get("pinned-only") === "yes",
      normalised: oneOf(NORMALISATIONS, "weights", edges.normalised),
      weighed: oneOf(WEIGHINGS, "scores", edges.weighed),
    },
  };
}

function selectionOf(said: URLSearchParams): Selection {
  const id = said.get("node");
  const name = said.get("edge");
  const index = wholeNumber(said.get("prompt"));
  if (id !== null && isNode(id)) return { kind: "node", id };
  if (name !== null && isEdge(name)) return { kind: "edge", name };
  return index === undefined ? { kind: "none" } : { kind: "prompt", index };
}

function isNode(id: string): boolean {
  const node = parseNode(id);
  return node !== undefined && formatNode(node) === id;
}

function isEdge(name: string): boolean {
  const edge = parseEdge(name);
  return edge !== undefined && formatEdge(edge) === name;
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function positive(text: string | null): number | undefined {
  const value = Number(text ?? Number.NaN);
  return text !== "" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
