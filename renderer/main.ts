// The page's entry: mounts the workbench.
import "./look/theme.css";
import "./look/controls.css";
import { mount } from "svelte";
import { z } from "zod";
import App from "./App.svelte";

// The page's policy forbids eval, which zod would otherwise try.
z.config({ jitless: true });
mount(App, { target: document.getElementById("app")! });
