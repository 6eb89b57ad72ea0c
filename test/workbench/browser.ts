// A page of the workbench in the Chromium of this machine, with everything that it complained about. Its headless shell comes first
// where there is one: the same engine of pages, without a browser's own window, which costs a fifth of the time.
import { existsSync } from "node:fs";
import { PATIENCE } from "../patience.ts";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";

const CANDIDATES = [
  process.env.SECATEUR_CHROMIUM,
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
];
const found = CANDIDATES.find((path) => path !== undefined && existsSync(path));

/** For the names of tests that need the page; "" where it can be opened. */
export const browserReason =
  found === undefined
    ? " (skipped: no Chromium; install it, or name one in SECATEUR_CHROMIUM)"
    : existsSync("dist/renderer/index.html")
      ? ""
      : ' (skipped: the page is not built; "npm run build" does it)';

export interface Tab {
  readonly page: Page;
  /** Errors on the console, violations of the policy among them. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** One for all pages of a process, while any is open or `keepBrowser` holds it: a browser's start costs more than most pages. */
let browser: Promise<Browser> | undefined;
let holders = 0;

async function letGo(): Promise<void> {
  if (--holders > 0) return;
  const last = browser;
  browser = undefined;
  await (await last)?.close();
}

/**
 * Until what comes back is called, pages are opened in one browser, which it closes.
 */
export function keepBrowser(): () => Promise<void> {
  holders++;
  return letGo;
}

/**
 * Opens the address in a profile of its own, without anything of other pages, and waits until the engine answers.
 *
 * @param prepare what must be done to the page before it is opened
 */
export async function launch(
  address: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Tab> {
  holders++;
  browser ??= chromium.launch({ executablePath: found, args: ["--disable-gpu", "--no-sandbox"] });
  const context = await (
    await browser
  ).newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  // Choosers are caught from the beginning: a key pressed right behind the first wait for one would open it before it is caught.
  page.on("filechooser", () => undefined);
  await prepare(page);
  await page.goto(address);
  await page.waitForSelector(".engine.ready");
  const close = async () => {
    await context.close();
    await letGo();
  };
  return { page, complaints, close };
}
