// Which pane and which icon each instrument has.
//
// A pane is found by its name; an instrument that brings no icon has the one of its group.
import type { Component } from "svelte";
import Activity from "@lucide/svelte/icons/activity";
import Asterisk from "@lucide/svelte/icons/asterisk";
import ChartLine from "@lucide/svelte/icons/chart-line";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import FileText from "@lucide/svelte/icons/file-text";
import Gauge from "@lucide/svelte/icons/gauge";
import GitCommit from "@lucide/svelte/icons/git-commit-horizontal";
import Grid from "@lucide/svelte/icons/grid-3x3";
import List from "@lucide/svelte/icons/list";
import Link from "@lucide/svelte/icons/link";
import MoveUpRight from "@lucide/svelte/icons/move-up-right";
import BookOpen from "@lucide/svelte/icons/book-open";
import PencilLine from "@lucide/svelte/icons/pencil-line";
import Replace from "@lucide/svelte/icons/replace";
import Ruler from "@lucide/svelte/icons/ruler";
import Route from "@lucide/svelte/icons/route";
import Table from "@lucide/svelte/icons/table-2";
import ScanEye from "@lucide/svelte/icons/scan-eye";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Type from "@lucide/svelte/icons/type";
import Workflow from "@lucide/svelte/icons/workflow";
import { type Group, INSTRUMENTS, type Tab, TABS } from "../state/instruments.ts";

const ICONS_OF_GROUPS: Readonly<Record<Group, Component>> = {
  prompts: FileText,
  locate: Grid,
  circuit: Workflow,
  read: ScanEye,
  change: PencilLine,
  trust: Activity,
};

const OWN_ICONS: Readonly<Partial<Record<Tab, Component>>> = {
  text: Type,
  curves: ChartLine,
  edges: GitCommit,
  nodes: CircleDot,
  figures: Gauge,
  runs: List,
  fitLens: Ruler,
  neurons: Asterisk,
  patchscope: Replace,
  features: Sparkles,
  twoHop: Route,
  memories: BookOpen,
  steer: MoveUpRight,
  relations: Link,
  sweep: Table,
};

/** Its own, else its group's. */
export const ICONS = Object.fromEntries(
  TABS.map((tab) => [tab, OWN_ICONS[tab] ?? ICONS_OF_GROUPS[INSTRUMENTS[tab].group]]),
) as Readonly<Record<Tab, Component>>;

type Pane = Component<{ readonly tab: Tab }>;

/** File → its pane, whose code is fetched when it is first shown. */
const FILES = import.meta.glob<{ readonly default: Pane }>("./panes/*Pane.svelte");

/** The pane of an instrument: "lens" → panes/LensPane.svelte, or the plain one. */
export function paneOf(tab: Tab): Promise<{ readonly default: Pane }> {
  const name = INSTRUMENTS[tab].plain ? "Plain" : `${tab[0]!.toUpperCase()}${tab.slice(1)}`;
  return FILES[`./panes/${name}Pane.svelte`]!();
}
