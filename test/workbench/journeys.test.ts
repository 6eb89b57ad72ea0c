// Whole journeys through the page on the real engine and the embedded model.
import { readFileSync } from "node:fs";
import type { Page, WebSocketRoute } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exported, finished, listedHeads, press, pruneToExport, startRun } from "../journey.ts";
import { browserReason, launch } from "./browser.ts";
import { type RealServer, serveReal } from "./serve-real.ts";

let server: RealServer;

/** Text of a file that is exported through the menu. */
async function exported(page: Page, entry: RegExp): Promise<Exported> {
  await page.getByRole("button", { name: "Export" }).click();
  const item = page.getByRole("menuitem", { name: entry });
  const [download] = await Promise.all([page.waitForEvent("download"), item.click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "latin1") };
}

describe.skipIf(browserReason !== "")(`the page over the real engine${browserReason}`, () => {
  beforeAll(async () => {
    server = await serveReal();
  });
  afterAll(() => server?.close());

  test("prune to the end, scrub, inspect, ablate, compare, export; the command line measures the same", async () => {
    const { page, complaints, close } = await launch(server.address);
    await pruneToExport(page, server.home, (entry) => exported(page, entry));
    expect(complaints).toEqual([]);
    await close();
  });

  test("stopped and resumed, with the line to the page cut in between: the circuit of an undisturbed run", async () => {
    const own = await serveReal();
    const lines: WebSocketRoute[] = [];
    const { page, close } = await launch(own.address, {}, (page) =>
      page.routeWebSocket(/\/ws$/, (line) => {
        line.connectToServer();
        lines.push(line);
      }),
    );
    await startRun(page);
    await finished(page);
    const undisturbed = await listedHeads(page);

    await press(page, "1");
    await startRun(page);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await lines.at(-1)!.close();
    await page.waitForSelector(".engine:not(.ready)");
    await page.waitForSelector(".engine.ready");
    await finished(page);
    expect(await listedHeads(page)).toEqual(undisturbed);
    await close();
    await own.close();
  });

  test("a task with mistakes is shown with each at its line, and opens once they are mended", async () => {
    const { page, complaints, close } = await launch(server.address);
    const open = async (text: string) => {
      const button = page.locator(".left").getByRole("button", { name: /^Open/ });
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button.click()]);
      await chooser.setFiles({ name: "mine.yaml", mimeType: "text/yaml", buffer: Buffer.from(text) });
    };
    const whole = readFileSync("tasks/pronoun.yaml", "utf8");
    await open(whole.replace("criterion:", "criterium:").replace(/^threshold: .*$/m, "threshold: often"));
    const places = page.locator(".place");
    await places.first().waitFor();
    const lineOf = (text: string) => whole.split("\n").findIndex((line) => line.startsWith(text)) + 1;
    expect(
      (await places.allTextContents()).map((place) => Number(/:(\d+)/.exec(place)![1])).sort((a, b) => a - b),
    ).toEqual([lineOf("threshold:"), lineOf("criterion:")].sort((a, b) => a - b));
    await open(whole);
    await places.first().waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await close();
  });
});
