// The engine's process: answers the lines that its parent opens, over ports in the desktop app, else over the channel between them.
// Started as a thread of its own process, it reads one large file.
import type { Endpoint } from "comlink";
import { fileURLToPath } from "node:url";
import { isBundled } from "./base/installation.ts";
import { engineService } from "./service/service.ts";
import { answerRead, isReadingThread, readIn } from "./session/read-aside.ts";
import { acceptPorts, type ParentPort } from "./wire/port-endpoint.ts";
import { acceptLines } from "./wire/process-endpoint.ts";
import { serveEngine } from "./wire/serve.ts";

if (isReadingThread()) answerRead();
else serveParent();

function serveParent(): void {
  // Run from the sources, a thread would know no TypeScript.
  if (isBundled) readIn(fileURLToPath(import.meta.url));
  const clients = engineService();
  const open = (endpoint: Endpoint, gone: AbortSignal) => serveEngine(clients(gone), endpoint);
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort) acceptPorts(parentPort, open);
  else acceptLines(process, open);
  // The parent is gone: nobody can ask for the work any more. Journals hold what was measured.
  process.on("disconnect", () => process.exit(0));
  process.stderr.on("error", () => undefined);
  // One call's fault is no other call's: what nobody caught goes to the log of whoever launched this.
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
}

function note(fault: unknown): void {
  const trace = fault instanceof Error ? fault.stack : String(fault);
  process.stderr.write(`A fault that nothing caught; the engine goes on.\n${trace}\n`);
}
