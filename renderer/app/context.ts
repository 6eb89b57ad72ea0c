// How components reach the workbench and its words.
import { getContext, setContext } from "svelte";
import type { Workbench } from "../state/workbench.svelte.ts";
import type { Words } from "../words/words.svelte.ts";
import type { Chrome } from "./chrome.svelte.ts";
import type { Action, ActionId } from "./actions.ts";

interface Shared {
  readonly workbench: Workbench;
  readonly words: Words;
  readonly chrome: Chrome;
  readonly actions: Readonly<Record<ActionId, Action>>;
}

const key = Symbol("workbench");

export function provide(shared: Shared): void {
  setContext(key, shared);
}

export function shared(): Shared {
  return getContext<Shared>(key);
}
