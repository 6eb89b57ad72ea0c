// The built page in a real browser over a recorded engine: no violation of its policy, no serious fault of accessibility.
import { existsSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveRecorded } from "./serve-recorded.ts";

const CHROMIUM = "/usr/bin/chromium";
const there = existsSync(CHROMIUM) && existsSync("dist/renderer/index.html");
let browser: Browser;
let server: Awaited<ReturnType<typeof serveRecorded>>;

beforeAll(async () => {
  if (!there) return;
  server = await serveRecorded();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--disable-gpu", "--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open(theme: "light" | "dark", locale: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme, locale });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(server.url);
  await page.waitForSelector(".engine.ready");
  return { page, complaints };
}

async function seriousFaults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

test.skipIf(!there).each([
  ["light", "en-US"],
  ["dark", "zh-CN"],
] as const)("every tab is accessible and keeps to the policy: %s, %s", async (theme, locale) => {
  const { page, complaints } = await open(theme, locale);
  for (const tab of ["1", "2", "3", "4", "5", "6"]) {
    await page.keyboard.press(tab);
    expect([tab, await seriousFaults(page)]).toEqual([tab, []]);
  }
  await page.keyboard.press("Control+k");
  expect(["palette", await seriousFaults(page)]).toEqual(["palette", []]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  expect(["keys", await seriousFaults(page)]).toEqual(["keys", []]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!there)("by keyboard: search a head, ablate it, undo, see the step before", async () => {
  const { page, complaints } = await open("light", "en-US");
  await page.keyboard.press("/");
  await page.keyboard.type("a1.h0");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  expect(await page.textContent(".right h2")).toBe("a1.h0");
  await page.keyboard.press("a");
  expect(await page.textContent(".right .state")).toBe("ablated by you");
  await page.keyboard.press("Control+z");
  expect(await page.textContent(".right .state")).toBe("kept");
  await page.keyboard.press("[");
  expect(await page.inputValue("input[type=range]")).toBe("26");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!there)("a run is started, watched, stopped and resumed to its end", async () => {
  const { page, complaints } = await open("light", "en-US");
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.locator(".right h2", { hasText: "The circuit" }).waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!there)("the page says that the engine is gone, and finds the next one by itself", async () => {
  const own = await serveRecorded();
  const { page } = await open("light", "en-US");
  await page.goto(own.url);
  await page.waitForSelector(".engine.ready");
  own.close();
  await page.locator(".banner").waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  const again = await serveRecorded(Number(new URL(own.url).port));
  await page.waitForSelector(".engine.ready");
  expect(await page.locator(".banner").count()).toBe(0);
  again.close();
  await page.context().close();
});
