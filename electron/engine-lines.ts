// Joins ports to the engine: handed over where the engine takes ports, else relayed message by message.
import type { EngineLine, EngineProcess, EngineReport } from "../server/engine-process.ts";

/** What is used of Electron's MessagePortMain. */
export interface RelayedPort {
  on(event: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
}

/** Undefined where there is no engine. */
export function joinPort(
  engine: EngineProcess,
  port: RelayedPort,
  lost: (report: EngineReport) => void,
): EngineLine | undefined {
  const line = engine.open({ message: (message) => port.postMessage(message), lost });
  if (line && !line.hand(port)) {
    port.on("message", ({ data }) => {
      try {
        line.send(data);
      } catch {
        // What cannot cross to another process, such as a port, is no call.
        line.close();
      }
    });
    port.on("close", () => line.close());
    port.start();
  }
  return line;
}
