// Which pane and which icon each instrument has.
import type { Component } from "svelte";
import Activity from "@lucide/svelte/icons/activity";
import ChartLine from "@lucide/svelte/icons/chart-line";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import FileText from "@lucide/svelte/icons/file-text";
import Gauge from "@lucide/svelte/icons/gauge";
import GitCommit from "@lucide/svelte/icons/git-commit-horizontal";
import Grid from "@lucide/svelte/icons/grid-3x3";
import List from "@lucide/svelte/icons/list";
import Link from "@lucide/svelte/icons/link";
import ScanEye from "@lucide/svelte/icons/scan-eye";
import Type from "@lucide/svelte/icons/type";
import Workflow from "@lucide/svelte/icons/workflow";
import type { Tab } from "../state/instruments.ts";
import CurvesPane from "./panes/CurvesPane.svelte";
import EdgesPane from "./panes/EdgesPane.svelte";
import EffectsPane from "./panes/EffectsPane.svelte";
import FiguresPane from "./panes/FiguresPane.svelte";
import GraphPane from "./panes/GraphPane.svelte";
import LensPane from "./panes/LensPane.svelte";
import NodesPane from "./panes/NodesPane.svelte";
import RelationsPane from "./panes/RelationsPane.svelte";
import RunsPane from "./panes/RunsPane.svelte";
import StatisticsPane from "./panes/StatisticsPane.svelte";
import TaskPane from "./panes/TaskPane.svelte";
import TextPane from "./panes/TextPane.svelte";

export const PANES: Readonly<Record<Tab, { readonly pane: Component; readonly icon: Component }>> = {
  task: { pane: TaskPane, icon: FileText },
  text: { pane: TextPane, icon: Type },
  effects: { pane: EffectsPane, icon: Grid },
  curves: { pane: CurvesPane, icon: ChartLine },
  edges: { pane: EdgesPane, icon: GitCommit },
  circuit: { pane: GraphPane, icon: Workflow },
  nodes: { pane: NodesPane, icon: CircleDot },
  figures: { pane: FiguresPane, icon: Gauge },
  runs: { pane: RunsPane, icon: List },
  lens: { pane: LensPane, icon: ScanEye },
  relations: { pane: RelationsPane, icon: Link },
  statistics: { pane: StatisticsPane, icon: Activity },
};
