// Starts the built desktop app for a test, with a home of its own, and ends it.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright";
import { PATIENCE } from "../patience.ts";
import { whyNoWindow } from "../../build/electron-runtime.ts";

const built = existsSync("dist/electron/main.cjs");

/** Ends the name of a test that needs the app, so that a skip says why. */
const reason = whyNoWindow() ?? (built ? undefined : '"npm run build" has not been run');
export const isHere = reason === undefined;
export const suffix = isHere ? "" : ` (skipped: ${reason})`;

export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly home: string;
  /** Errors of the page and what its policy refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

// Playwright finds the binary as npm's package does; were it named here, the app would not wait for Playwright.
/** @param words further arguments, such as "--open", file */
export async function start(words: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Desktop> {
  const home = mkdtempSync(join(tmpdir(), "secateur-desktop-"));
  const env = { ...process.env, SECATEUR_HOME: home, SECATEUR_THREADS: "1", ...environment } as Record<string, string>;
  delete env.ELECTRON_RUN_AS_NODE;
  const app = await _electron.launch({
    timeout: PATIENCE,
    args: [resolve("."), "--no-sandbox", "--disable-gpu", "--lang=en", ...words],
    env,
  });
  const page = await app.firstWindow({ timeout: PATIENCE });
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  const close = async () => {
    await app.close();
    rmSync(home, { recursive: true, force: true });
  };
  return { app, page, home, complaints, close };
}

export async function ready({ page }: Desktop): Promise<void> {
  await page.waitForSelector(".engine.ready");
}
