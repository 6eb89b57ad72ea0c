// A line of this process's own to the engine, as Comlink wants it.
import type { Endpoint } from "comlink";
import { nearEnd } from "../engine/wire/listeners.ts";
import type { EngineProcess } from "./engine-process.ts";

export interface OwnLine {
  readonly endpoint: Endpoint;
  /** Resolves when the engine is gone, with its last words. */
  readonly ended: Promise<{ readonly reason: string }>;
  close(): void;
}

/** @throws Error with the reason where there is no engine */
export function openLine(engine: EngineProcess): OwnLine {
  let lost: (end: { readonly reason: string }) => void;
  const ended = new Promise<{ readonly reason: string }>((resolve) => (lost = resolve));
  const line = engine.open({
    message: (message) => end.deliver(message),
    lost: ({ reason, log }) => lost({ reason: [reason, ...log].join("\n") }),
  });
  if (!line) throw new Error(engine.report?.reason);
  const end = nearEnd((message) => line.send(message));
  return { endpoint: end.endpoint, ended, close: () => line.close() };
}
