// Components as modules, for plain tsc and eslint; svelte-check knows their real types.
declare module "*.svelte" {
  import type { Component } from "svelte";
  const component: Component<Record<string, unknown>>;
  export default component;
}
