// The scripted engine as a process, behind the channel to its parent.
import { acceptLines } from "../../engine/wire/process-endpoint.ts";
import { serveEngine } from "../../engine/wire/serve.ts";
import { scriptedEngine } from "./scripted-engine.ts";

const api = scriptedEngine(process.env.SCRIPTED_PROTOCOL ? Number(process.env.SCRIPTED_PROTOCOL) : undefined);
acceptLines(process, (endpoint) => serveEngine(api, endpoint));
process.on("disconnect", () => process.exit(0));
