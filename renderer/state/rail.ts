// Which instruments the rail has room for: the others stand in its overflow menu.
import { GROUPS, type Group, INSTRUMENTS, type Tab, TABS } from "./instruments.ts";

/** Pixels of a line of the rail, as its style sheet has them. */
export const ROW = 25;
export const HEADING = 21;

export interface RailGroup {
  readonly group: Group;
  readonly tabs: readonly Tab[];
}

export interface RailRoom {
  readonly shown: readonly RailGroup[];
  /** In the menu, in the rail's order. */
  readonly more: readonly Tab[];
}

/** The first instruments that fit, with their headings; the one that is shown always stands in the rail. @param height pixels */
export function railWithin(height: number, current: Tab): RailRoom {
  if (heightOf(TABS) <= height) return { shown: grouped(TABS), more: [] };
  // The menu's button takes a line too.
  const room = height - ROW;
  let fitting: readonly Tab[] = [current];
  for (const tab of TABS) {
    const next = TABS.filter((one) => one === tab || fitting.includes(one));
    if (heightOf(next) > room) break;
    fitting = next;
  }
  return { shown: grouped(fitting), more: TABS.filter((tab) => !fitting.includes(tab)) };
}

/** Pixels that these instruments take with the headings of their groups. */
export function heightOf(tabs: readonly Tab[]): number {
  return tabs.length * ROW + grouped(tabs).length * HEADING;
}

function grouped(tabs: readonly Tab[]): RailGroup[] {
  return GROUPS.map((group) => ({ group, tabs: tabs.filter((tab) => INSTRUMENTS[tab].group === group) })).filter(
    (one) => one.tabs.length > 0,
  );
}
