// Every instrument of the window, grouped by the question that it answers: the rail, the palette, the keys and the menu derive from this.

/** In the order of the rail; number keys pick them. */
export const GROUPS = ["prompts", "locate", "circuit", "read", "change", "trust"] as const;
export type Group = (typeof GROUPS)[number];

/** Instrument → its group; in the order in which a group lists them. */
export const INSTRUMENTS = {
  task: "prompts",
  text: "prompts",
  effects: "locate",
  curves: "locate",
  edges: "locate",
  circuit: "circuit",
  nodes: "circuit",
  figures: "circuit",
  runs: "circuit",
  lens: "read",
  neurons: "read",
  patchscope: "read",
  features: "read",
  twoHop: "read",
  memories: "read",
  steer: "change",
  relations: "change",
  edit: "change",
  statistics: "trust",
  sweep: "trust",
} as const satisfies Readonly<Record<string, Group>>;

export type Tab = keyof typeof INSTRUMENTS;
export const TABS = Object.keys(INSTRUMENTS) as [Tab, ...Tab[]];

/** Instruments that say nothing of a search: the search's own controls and curve leave them the room. */
const WITHOUT_SEARCH: ReadonlySet<Tab> = new Set([
  "text",
  "lens",
  "neurons",
  "patchscope",
  "features",
  "twoHop",
  "memories",
  "edit",
  "steer",
  "relations",
  "sweep",
]);

export function isOfSearch(tab: Tab): boolean {
  return !WITHOUT_SEARCH.has(tab);
}

export function tabsOf(group: Group): readonly Tab[] {
  return TABS.filter((tab) => INSTRUMENTS[tab] === group);
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
