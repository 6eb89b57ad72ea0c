// Which pane and which icon each instrument has.
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
import Route from "@lucide/svelte/icons/route";
import Table from "@lucide/svelte/icons/table-2";
import ScanEye from "@lucide/svelte/icons/scan-eye";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Type from "@lucide/svelte/icons/type";
import Workflow from "@lucide/svelte/icons/workflow";
import type { Tab } from "../state/instruments.ts";

interface Instrument {
  readonly icon: Component;
  /** The pane's code is fetched when it is first shown. */
  readonly load: () => Promise<{ readonly default: Component }>;
}

export const PANES: Readonly<Record<Tab, Instrument>> = {
  task: { load: () => import("./panes/TaskPane.svelte"), icon: FileText },
  text: { load: () => import("./panes/TextPane.svelte"), icon: Type },
  effects: { load: () => import("./panes/EffectsPane.svelte"), icon: Grid },
  curves: { load: () => import("./panes/CurvesPane.svelte"), icon: ChartLine },
  edges: { load: () => import("./panes/EdgesPane.svelte"), icon: GitCommit },
  circuit: { load: () => import("./panes/GraphPane.svelte"), icon: Workflow },
  nodes: { load: () => import("./panes/NodesPane.svelte"), icon: CircleDot },
  figures: { load: () => import("./panes/FiguresPane.svelte"), icon: Gauge },
  runs: { load: () => import("./panes/RunsPane.svelte"), icon: List },
  neurons: { load: () => import("./panes/NeuronsPane.svelte"), icon: Asterisk },
  lens: { load: () => import("./panes/LensPane.svelte"), icon: ScanEye },
  patchscope: { load: () => import("./panes/PatchscopePane.svelte"), icon: Replace },
  features: { load: () => import("./panes/FeaturesPane.svelte"), icon: Sparkles },
  twoHop: { load: () => import("./panes/TwoHopPane.svelte"), icon: Route },
  memories: { load: () => import("./panes/MemoriesPane.svelte"), icon: BookOpen },
  edit: { load: () => import("./panes/EditPane.svelte"), icon: PencilLine },
  steer: { load: () => import("./panes/SteerPane.svelte"), icon: MoveUpRight },
  relations: { load: () => import("./panes/RelationsPane.svelte"), icon: Link },
  statistics: { load: () => import("./panes/StatisticsPane.svelte"), icon: Activity },
  sweep: { load: () => import("./panes/SweepPane.svelte"), icon: Table },
};
