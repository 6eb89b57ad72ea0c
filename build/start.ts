// `npm start`: the workbench in its own window, or in the browser where Electron cannot run.
//
// --browser wants the browser, --open FILE opens a file, --self-test only tries the engine; everything else goes to Electron.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { selfTest } from "../electron/self-test.ts";
import { EngineError } from "../engine/base/errors.ts";
import { enterCallerFolder } from "../engine/base/caller-folder.ts";
import { installedPath } from "../engine/base/installation.ts";
import { engineCalls } from "../renderer/client/engine-calls.ts";
import { openLine } from "../server/engine-line.ts";
import { EngineProcess } from "../server/engine-process.ts";
import { goOnAnswering } from "../server/last-defence.ts";
import { launchOnNode } from "../server/node-launcher.ts";
import { serve } from "../server/server.ts";
import { electronBinary, whyNoWindow } from "./electron-runtime.ts";
import { showAddress } from "./show-address.ts";

/** What the built files are made from. */
const SOURCES = ["electron", "engine", "renderer", "server", "build/bundle.ts", "package.json"];
const BUILT = ["renderer/index.html", "engine.cjs", "electron/main.cjs", "electron/preload.cjs"];
const ENGINE = installedPath("dist", "engine.cjs");

enterCallerFolder(["start"]);
await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  if (isBuildOld()) await runBuild();
  const reason = words.includes("--browser") ? "as you asked" : whyNoWindow();
  if (reason === undefined) return runElectron(words);
  if (words.includes("--self-test")) return testEngine();
  await openInBrowser(reason, words);
}

function isBuildOld(): boolean {
  const built = BUILT.map((name) => installedPath("dist", name));
  if (!built.every(existsSync)) return true;
  const oldest = Math.min(...built.map((path) => statSync(path).mtimeMs));
  return SOURCES.some((name) => newestUnder(installedPath(name)) > oldest);
}

function newestUnder(path: string): number {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestUnder(join(path, name))));
}

function runBuild(): Promise<void> {
  console.error("Building the workbench …");
  const build = spawn("npm", ["run", "--silent", "build"], {
    cwd: installedPath(),
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  return new Promise((resolve, reject) => {
    build.on("error", reject);
    build.on("exit", (code) => (code === 0 ? resolve() : process.exit(code ?? 1)));
  });
}

function runElectron(words: readonly string[]): void {
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE;
  const electron = spawn(electronBinary()!, [installedPath(), ...words], { stdio: "inherit", env: environment });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => electron.kill(signal));
  electron.on("exit", (code) => (process.exitCode = code ?? 1));
}

async function testEngine(): Promise<void> {
  const engine = new EngineProcess(launchOnNode({ entry: ENGINE, options: [] }));
  engine.start();
  try {
    console.log(await selfTest(engineCalls(openLine(engine)), "no Electron"));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    engine.stop();
  }
}

async function openInBrowser(reason: string, words: readonly string[]): Promise<void> {
  try {
    const launch = launchOnNode({ entry: ENGINE, options: [] });
    const onEntered = (next: string) => console.error(`A browser has come in. For another one: ${next}`);
    const { address, close } = await serve({ page: installedPath("dist", "renderer"), launch, onEntered });
    goOnAnswering((text) => process.stderr.write(text));
    console.error(`The workbench opens in the browser: ${reason}. Ctrl-C ends it.`);
    if (words.includes("--open")) console.error("Drop the file on the page: a browser is given no paths.");
    console.log(address);
    const forget = showAddress(address);
    process.on("exit", forget);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
