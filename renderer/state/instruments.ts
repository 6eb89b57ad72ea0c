// Every instrument of the window, grouped by the question that it answers: the rail, the palette, the keys, the menu, the panes
// and where a result is opened derive from this.
import type { VerbName } from "../../engine/contract/verbs.ts";

/** In the order of the rail; number keys pick them. */
export const GROUPS = ["prompts", "locate", "circuit", "read", "change", "trust"] as const;
export type Group = (typeof GROUPS)[number];

interface Instrument {
  /** The question that it answers. */
  readonly group: Group;
  /** Whose results it shows, and whose settings fill its form. */
  readonly verbs?: readonly VerbName[];
  /** Of one verb alone, whose pane is made from the schema of its settings and the tables of its result. */
  readonly plain?: VerbName;
  /** Verbs whose task is the one of the bar; others have files of their own, which say nothing of it. */
  readonly ofTask?: readonly VerbName[];
  /** Whether it says something of a search, whose own controls and curve stand beside it then. */
  readonly search?: true;
}

/** In the order in which a group lists them. */
const ROWS = {
  task: { group: "prompts", search: true },
  text: { group: "prompts", verbs: ["generate"] },
  effects: { group: "locate", search: true },
  curves: { group: "locate", verbs: ["curves"], ofTask: ["curves"], search: true },
  edges: { group: "locate", verbs: ["edges"], ofTask: ["edges"], search: true },
  circuit: { group: "circuit", verbs: ["prune"], ofTask: ["prune"], search: true },
  nodes: { group: "circuit", search: true },
  figures: { group: "circuit", search: true },
  runs: { group: "circuit", search: true },
  lens: { group: "read", verbs: ["lens"], ofTask: ["lens"] },
  fitLens: { group: "read", plain: "fit-lens" },
  neurons: { group: "read", verbs: ["neuron"], ofTask: ["neuron"] },
  patchscope: { group: "read", verbs: ["patchscope", "transplant"] },
  features: { group: "read", verbs: ["sae train", "sae show", "sae eval", "sae features", "sae steer"] },
  twoHop: { group: "read", verbs: ["two-hop"] },
  memories: { group: "read", verbs: ["memories"] },
  steer: { group: "change", verbs: ["vector make", "vector sweep", "vector judge", "vector apply"] },
  relations: { group: "change", verbs: ["relation"] },
  edit: { group: "change", verbs: ["edit"] },
  statistics: { group: "trust", verbs: ["stability", "transfer"], ofTask: ["stability"], search: true },
  sweep: { group: "trust", verbs: ["sweep"] },
} as const satisfies Readonly<Record<string, Instrument>>;

export type Tab = keyof typeof ROWS;
export const INSTRUMENTS: Readonly<Record<Tab, Instrument>> = ROWS;
export const TABS = Object.keys(ROWS) as [Tab, ...Tab[]];

/** The instrument that shows what a verb has found; undefined where the window has only a card of it. */
export function tabOf(verb: string): Tab | undefined {
  return TABS.find((tab) => [...(INSTRUMENTS[tab].verbs ?? []), INSTRUMENTS[tab].plain].some((own) => own === verb));
}

/** Whether a verb's task is the one of the bar. */
export function isOfTask(verb: string): boolean {
  return TABS.some((tab) => INSTRUMENTS[tab].ofTask?.some((own) => own === verb));
}

export function isOfSearch(tab: Tab): boolean {
  return INSTRUMENTS[tab].search ?? false;
}

export function tabsOf(group: Group): readonly Tab[] {
  return TABS.filter((tab) => INSTRUMENTS[tab].group === group);
}

/** The first instrument of a group, or the one behind the shown one where that is of the group. */
export function nextTab(group: Group, shown: Tab): Tab {
  const tabs = tabsOf(group);
  return tabs[(tabs.indexOf(shown) + 1) % tabs.length]!;
}

/** Action that shows an instrument: "lens" → "tabLens". */
export type TabAction = `tab${Capitalize<Tab>}`;
export const tabAction = (tab: Tab): TabAction => `tab${tab[0]!.toUpperCase()}${tab.slice(1)}` as TabAction;

/** Action that shows a group: "read" → "groupRead". */
export type GroupAction = `group${Capitalize<Group>}`;
export const groupAction = (group: Group): GroupAction =>
  `group${group[0]!.toUpperCase()}${group.slice(1)}` as GroupAction;

/** The instrument or group that an action shows. */
export function shownBy(action: string): { readonly tab: Tab } | { readonly group: Group } | undefined {
  const tab = TABS.find((one) => tabAction(one) === action);
  if (tab) return { tab };
  const group = GROUPS.find((one) => groupAction(one) === action);
  return group && { group };
}
