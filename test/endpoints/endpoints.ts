// Every way in which a page can reach the engine, each over the code that the program itself uses.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { WebSocket } from "ws";
import { joinPort } from "../../electron/engine-lines.ts";
import type { EngineApi } from "../../engine/contract.ts";
import { acceptPorts } from "../../engine/wire/port-endpoint.ts";
import { serveEngine } from "../../engine/wire/serve.ts";
import type { Line, LineEnd } from "../../renderer/client/transport.ts";
import { PortTransport } from "../../renderer/client/port-transport.ts";
import type { LinkHost } from "../../renderer/state/engine-link.svelte.ts";
import { type Socket, WebSocketTransport } from "../../renderer/client/web-socket-transport.ts";
import { openLine } from "../../server/engine-line.ts";
import { EngineProcess, type Launch } from "../../server/engine-process.ts";
import { launchOnNode } from "../../server/node-launcher.ts";
import { serve } from "../../server/server.ts";
import { channelLikeMain, ParentPortLike, type PortLikeMain } from "./electron-ports.ts";
import { scriptedEngine } from "./scripted-engine.ts";

export interface Reached extends LinkHost {
  /** Ends the engine as a crash would. */
  kill(): void;
  close(): Promise<void>;
}

export type Reach = (protocol?: number) => Promise<Reached>;

const launchScripted = (protocol?: number): Launch =>
  launchOnNode({
    entry: inject("scriptedProgram"),
    options: [],
    environment: { ...process.env, ...(protocol !== undefined && { SCRIPTED_PROTOCOL: String(protocol) }) },
  });

/** An engine in this process that takes ports as a utility process does. */
function launchLikeUtility(protocol?: number): Launch {
  return (watcher) => {
    const parent = new ParentPortLike();
    const api: EngineApi = scriptedEngine(protocol);
    const handed: PortLikeMain[] = [];
    acceptPorts(parent, (endpoint) => serveEngine(api, endpoint));
    return {
      pid: undefined,
      takesPorts: true,
      send: (message, ports = []) => {
        handed.push(...(ports as PortLikeMain[]));
        parent.receive(message, ports as PortLikeMain[]);
      },
      kill: () => {
        for (const port of handed) port.close();
        watcher.gone("ended with code 9");
      },
    };
  };
}

/** The page's side in the desktop app: its bridge to the main process, and the window that ports come to. */
function desktop(engine: EngineProcess): LinkHost["transport"] {
  const hears: ((event: MessageEvent) => void)[] = [];
  const window = {
    addEventListener: (_: string, listener: (event: MessageEvent) => void) => void hears.push(listener),
  };
  let ended: (line: number, reason: string) => void = () => undefined;
  let lines = 0;
  return new PortTransport(
    {
      openLine: () => {
        const line = ++lines;
        const { port1, port2 } = channelLikeMain();
        const carried = joinPort(engine, port1, ({ reason }) => ended(line, reason));
        if (!carried) return Promise.resolve({ reason: engine.report?.reason ?? "" });
        const event = { source: window, data: { secateurLine: line }, ports: [port2.port] };
        for (const hear of hears) hear(event as unknown as MessageEvent);
        return Promise.resolve({ line });
      },
      onLineEnded: (listener) => (ended = listener),
    },
    window,
  );
}

function overSupervisor(launch: Launch, transport: (engine: EngineProcess) => LinkHost["transport"]): Reached {
  let launched: ReturnType<Launch> | undefined;
  const engine = new EngineProcess((watcher) => (launched = launch(watcher)));
  engine.start();
  return {
    transport: transport(engine),
    shell: shellOf(engine),
    kill: () => (engine.pid === undefined ? launched!.kill() : process.kill(engine.pid, "SIGKILL")),
    close: async () => engine.stop(),
  };
}

function shellOf(engine: EngineProcess): LinkHost["shell"] {
  return {
    engineReport: () => Promise.resolve(engine.report),
    restartEngine: () => {
      engine.start();
      return Promise.resolve(true);
    },
  };
}

async function overWebSocket(protocol?: number): Promise<Reached> {
  const page = mkdtempSync(join(tmpdir(), "secateur-page-"));
  writeFileSync(join(page, "index.html"), "<!doctype html>");
  const { address, engine, close } = await serve({ page, launch: launchScripted(protocol) });
  const cookie = (await fetch(address)).headers.get("set-cookie")!.split(";")[0];
  const { host, origin } = new URL(address);
  const connect = (url: string) => new WebSocket(url, { headers: { cookie, origin } }) as unknown as Socket;
  return {
    transport: new WebSocketTransport(`ws://${host}/ws`, connect),
    shell: shellOf(engine),
    kill: () => process.kill(engine.pid!, "SIGKILL"),
    close: async () => {
      await close();
      rmSync(page, { recursive: true });
    },
  };
}

/** An engine in this process at the other end of a channel of Node's own. */
function inProcess(protocol?: number): Reached {
  let api: EngineApi | undefined = scriptedEngine(protocol);
  const ports = new Set<{ close(): void }>();
  const report = { reason: "The engine ended with code 9.", log: [] };
  const open = async (): Promise<Line> => {
    if (!api) throw new Error(report.reason);
    const { port1, port2 } = new MessageChannel();
    serveEngine(api, port1);
    ports.add(port1);
    const ended = new Promise<LineEnd>((resolve) => {
      port2.addEventListener("close", () => resolve({ reason: api ? "" : report.reason }));
    });
    return { endpoint: port2, ended, close: () => port2.close() };
  };
  const kill = () => {
    api = undefined;
    for (const port of ports) port.close();
  };
  return {
    transport: { open },
    shell: {
      engineReport: () => Promise.resolve(api ? undefined : report),
      restartEngine: () => {
        api ??= scriptedEngine(protocol);
        return Promise.resolve(true);
      },
    },
    kill,
    close: async () => kill(),
  };
}

export const REACHES: Readonly<Record<string, Reach>> = {
  "a channel within Node": (protocol) => Promise.resolve(inProcess(protocol)),
  "the channel between Node processes": (protocol) =>
    Promise.resolve(
      overSupervisor(launchScripted(protocol), (engine) => ({
        open: () => Promise.resolve().then(() => openLine(engine)),
      })),
    ),
  "a WebSocket": overWebSocket,
  "a port that is handed to the engine": (protocol) =>
    Promise.resolve(overSupervisor(launchLikeUtility(protocol), desktop)),
  "a port that the main process relays": (protocol) =>
    Promise.resolve(overSupervisor(launchScripted(protocol), desktop)),
};
