// The engine's process: answers the lines that its parent opens over the channel between them.
import { engineService } from "./service/service.ts";
import { acceptLines } from "./wire/process-endpoint.ts";
import { serveEngine } from "./wire/serve.ts";

const threads = process.env.SECATEUR_THREADS ? Number(process.env.SECATEUR_THREADS) : undefined;
const api = engineService(threads);
acceptLines(process, (endpoint) => serveEngine(api, endpoint));
// The parent is gone: nobody can ask for the work any more. Journals hold what was measured.
process.on("disconnect", () => process.exit(0));
