// Takes the pictures of the workbench that the documents show, from the running page on the real engine: tsx build/pictures.ts
//
// Needs the built page and a Chromium.
import type { Page } from "playwright";
import { finished, press, showTab, startRun } from "../test/journey.ts";
import { browserReason, launch, type Tab } from "../test/workbench/browser.ts";
import { serveReal } from "../test/workbench/serve-real.ts";

const FOLDER = "docs";

if (browserReason !== "") throw new Error(`The pictures were not taken${browserReason}.`);
const server = await serveReal();
try {
  await picture("circuit", { colorScheme: "light" }, circuit);
  await picture("effects-zh", { colorScheme: "dark", locale: "zh-CN" }, effects);
  await picture("relations", { colorScheme: "light" }, relations);
} finally {
  await server.close();
}

async function picture(
  name: string,
  options: Parameters<typeof launch>[1],
  prepare: (page: Page) => Promise<void>,
): Promise<void> {
  const tab: Tab = await launch(server.address, options);
  await prepare(tab.page);
  // No tooltip, no caret, no half-drawn frame.
  await tab.page.mouse.move(0, 0);
  await tab.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const path = `${FOLDER}/${name}.png`;
  await tab.page.screenshot({ path, animations: "disabled", caret: "hide" });
  await tab.close();
  console.log(`${path} written.`);
}

/** IOI pruned to its end, one of its name movers looked into. */
async function circuit(page: Page): Promise<void> {
  await startRun(page);
  await finished(page);
  await press(page, "/");
  await page.keyboard.type("name mover");
  await press(page, "Enter", "Escape");
  await page.locator(".right .arcs").waitFor();
}

/** Effects by layer and head of the recorded example. */
async function effects(page: Page): Promise<void> {
  await showTab(page, "effects");
  await page.locator(".map .empty button").click();
  await page.locator(".map td").first().waitFor({ timeout: 120_000 });
}

async function relations(page: Page): Promise<void> {
  await showTab(page, "relations");
  const boxes = page.locator("tbody input[type=checkbox]");
  await boxes.first().waitFor();
  for (const name of [
    "Capital of a country",
    "Plural of a noun",
    "Job of an invented",
    "Town where",
    "Whether two things",
  ]) {
    await page
      .getByRole("checkbox", { name: new RegExp(name) })
      .first()
      .check();
  }
  await page.getByRole("button", { name: /^Fit/ }).click();
  await page
    .getByRole("row", { name: /Whether two things/ })
    .locator("td")
    .nth(5)
    .waitFor({ timeout: 300_000 });
  await page.getByRole("button", { name: "Maximise: Circuit" }).click();
}
