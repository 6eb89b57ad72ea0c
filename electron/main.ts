// The desktop app's main process: starts the engine, shows the window, and lets only one of itself run.
import { append } from "../engine/base/append.ts";
import { join } from "node:path";
import { app, MessageChannelMain, protocol, session } from "electron";
import { portEndpoint } from "../engine/wire/port-endpoint.ts";
import { engineCalls } from "../renderer/client/engine-calls.ts";
import { EngineProcess } from "../server/engine-process.ts";
import { pageFiles } from "../server/page-files.ts";
import { readCommandLine, readHanded } from "./command-line.ts";
import { Desk } from "./desk.ts";
import { joinPort } from "./engine-lines.ts";
import { guardContents, guardSession } from "./guard.ts";
import { Memory } from "./memory.ts";
import { PAGE_SCHEME, servePage } from "./page-protocol.ts";
import { checkedLaunch } from "./engine-check.ts";
import { engineEntry, engineHash, PAGE } from "./places.ts";
import { selfTest } from "./self-test.ts";
import { chooseLaunch } from "./utility-launcher.ts";

const asked = readCommandLine(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd());
const home = process.env.SECATEUR_HOME;
if (home) app.setPath("userData", join(home, "desktop"));

if (asked.selfTest) void app.whenReady().then(runSelfTest);
else if (app.requestSingleInstanceLock({ open: asked.open })) runWindow();
else app.quit();

function newEngine(): EngineProcess {
  const entry = engineEntry();
  const engine = new EngineProcess(checkedLaunch(entry, engineHash, chooseLaunch(entry, process.env)));
  app.on("will-quit", () => engine.stop());
  engine.start();
  return engine;
}

async function runSelfTest(): Promise<void> {
  const engine = newEngine();
  try {
    const { port1, port2 } = new MessageChannelMain();
    const ended = new Promise<{ reason: string }>((resolve) => {
      joinPort(engine, port1, ({ reason, log }) => resolve({ reason: [reason, ...log].join("\n") }));
    });
    const calls = engineCalls({ endpoint: portEndpoint(port2).endpoint, ended, close: () => port2.close() });
    process.stdout.write(`${await selfTest(calls, `Electron ${process.versions.electron}`)}\n`);
    app.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    app.exit(1);
  }
}

function runWindow(): void {
  // It would take back --no-sandbox, without which nothing starts as root; the window asks for its sandbox in any case.
  if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
  protocol.registerSchemesAsPrivileged([PAGE_SCHEME]);
  app.on("web-contents-created", (_event, contents) => guardContents(contents));
  let desk: Desk | undefined;
  const files = [...asked.open];
  const open = (paths: readonly string[]) => {
    if (!desk) return void append(files, paths);
    desk.show();
    for (const path of paths) desk.open(path);
  };
  // macOS names files this way, the first of them before the app is ready.
  app.on("open-file", (event, path) => {
    event.preventDefault();
    open([path]);
  });
  app.on("second-instance", (_event, _argv, _folder, data) => open(readHanded(data)));
  app.on("activate", () => desk?.show());
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  void app.whenReady().then(() => {
    guardSession(session.defaultSession);
    servePage(protocol, pageFiles(PAGE));
    desk = new Desk(newEngine(), new Memory(join(app.getPath("userData"), "window.json")));
    open(files.splice(0));
  });
}
