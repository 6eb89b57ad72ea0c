// Launches the engine as a child process on a Node binary.
import { spawn } from "node:child_process";
import type { LineMessage } from "../engine/wire/process-endpoint.ts";
import type { Launch } from "./engine-process.ts";

export interface NodeLaunch {
  /** The engine's source or bundle. */
  readonly entry: string;
  /** Default: the binary that runs this. */
  readonly node?: string;
  /** Options of the binary itself; default: those that it runs with. */
  readonly options?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

export function launchOnNode({ entry, node, options, environment }: NodeLaunch): Launch {
  return (watcher) => {
    const child = spawn(node ?? process.execPath, [...(options ?? process.execArgv), entry], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      env: environment ?? process.env,
    });
    child.on("message", (message) => watcher.message(message as LineMessage));
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (data: Buffer) => watcher.wrote(data.toString()));
    child.on("error", ({ message }) => {
      watcher.wrote(message);
      if (child.pid === undefined) watcher.gone(`could not be started: ${message}`);
    });
    child.on("exit", (code, signal) => watcher.gone(signal ? `was killed by ${signal}` : `ended with code ${code}`));
    return {
      pid: child.pid,
      takesPorts: false,
      send: (message, _ports, sent = () => undefined) => void (child.connected && child.send(message, sent)),
      kill: () => void child.kill(),
    };
  };
}
