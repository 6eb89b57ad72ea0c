// The page's entry: mounts the workbench.
import "./look/theme.css";
import "./look/controls.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { browserMemory } from "./client/browser-memory.ts";
import { firstSizes, Settings } from "./state/settings.svelte.ts";
import { fetchWords } from "./words/tables.svelte.ts";

// The page's policy forbids eval, which zod would otherwise try; it is fetched with the first file that is to be checked.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
const settings = new Settings(browserMemory(), navigator.languages, firstSizes(window));
await fetchWords(settings.language);
mount(App, { props: { settings }, target: document.getElementById("app")! });
