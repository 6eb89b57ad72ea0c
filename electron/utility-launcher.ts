// Launches the engine in a process of Electron's own, to which a page's port can be handed.
import { app, type MessagePortMain, utilityProcess } from "electron";
import type { Launch } from "../server/engine-process.ts";
import { launchOnNode } from "../server/node-launcher.ts";

const SERVICE = "Secateur engine";

/** @param environment SECATEUR_ENGINE_NODE names a Node binary that runs the engine instead */
export function chooseLaunch(entry: string, environment: NodeJS.ProcessEnv): Launch {
  const node = environment.SECATEUR_ENGINE_NODE;
  return node ? launchOnNode({ entry, node, options: [], environment }) : launchInUtility(entry, environment);
}

function launchInUtility(entry: string, environment: NodeJS.ProcessEnv): Launch {
  return (watcher) => {
    const child = utilityProcess.fork(entry, [], { serviceName: SERVICE, stdio: "pipe", env: environment });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data: Buffer) => watcher.wrote(data.toString()));
    let cause = "";
    const noteCause = (_event: unknown, details: Electron.Details) => {
      if (details.type === "Utility" && details.reason !== "clean-exit") cause = ` (${details.reason})`;
    };
    app.on("child-process-gone", noteCause);
    child.on("exit", (code) => {
      // Electron tells the cause just after the exit.
      setImmediate(() => {
        app.off("child-process-gone", noteCause);
        watcher.gone(`ended with code ${code}${cause}`);
      });
    });
    return {
      get pid() {
        return child.pid;
      },
      takesPorts: true,
      send: (message, ports = [], sent) => {
        child.postMessage(message, ports as MessagePortMain[]);
        sent?.();
      },
      kill: () => void child.kill(),
    };
  };
}
