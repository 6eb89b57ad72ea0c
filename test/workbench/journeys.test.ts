// Whole journeys through the page on the real engine and the embedded model.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page, WebSocketRoute } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCircuit } from "../../engine/circuit/circuit-file.ts";
import { browserReason, launch } from "./browser.ts";
import { type RealServer, serveReal } from "./serve-real.ts";

let server: RealServer;

const finished = (page: Page) => page.locator(".right h2", { hasText: "The circuit" }).waitFor({ timeout: 120_000 });

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

async function startRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
}

/** Text of a file that is exported through the menu. */
async function exported(page: Page, entry: RegExp): Promise<{ name: string; text: string }> {
  await page.getByRole("button", { name: "Export" }).click();
  const item = page.getByRole("menuitem", { name: entry });
  const [download] = await Promise.all([page.waitForEvent("download"), item.click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "latin1") };
}

/** Heads that the accessible table of nodes lists. */
async function listedHeads(page: Page): Promise<string[]> {
  await press(page, "5");
  const names = await page.locator(".pane tbody td:first-child").allTextContents();
  return names.map((name) => name.trim()).filter((name) => /^a\d+\.h\d+$/.test(name));
}

describe.skipIf(browserReason !== "")(`the page over the real engine${browserReason}`, () => {
  beforeAll(async () => {
    server = await serveReal();
  });
  afterAll(() => server?.close());

  test("prune to the end, scrub, inspect, ablate, compare, export; the command line measures the same", async () => {
    const { page, complaints, close } = await launch(server.address);
    await startRun(page);
    await finished(page);
    const heads = await listedHeads(page);
    expect(heads.length === 5 || heads.length === 6).toBe(true);

    await press(page, "1", "Home");
    expect(await page.inputValue("input[type=range]")).toBe("0");
    await press(page, "End");

    await press(page, "/");
    await page.keyboard.type(heads.at(-1)!);
    await press(page, "Enter", "Escape");
    await page.locator(".right .arcs").waitFor();
    await page.getByRole("button", { name: "difference" }).click();
    expect(await page.locator(".right .arcs path").count()).toBeGreaterThan(0);

    await press(page, "a", "m");
    const status = page.locator(".right [role=status]", { hasText: "f " });
    await status.waitFor();
    expect(Number(/[\d.]+/.exec((await status.textContent())!)![0])).toBeLessThan(0.95);
    await press(page, "Control+z");

    const circuit = await exported(page, /^Circuit/);
    expect(circuit.name).toBe("ioi-sprig.circuit.json");
    const file = join(server.home, circuit.name);
    writeFileSync(file, circuit.text, "latin1");
    const { results, kept } = parseCircuit(readFileSync(file, "utf8"), file);
    expect(kept.heads).toEqual(heads);
    const svg = await exported(page, /\.svg$/);
    expect(heads.filter((head) => !svg.text.includes(`<g id="${head}"`))).toEqual([]);
    expect((await exported(page, /\.png$/)).text.slice(1, 4)).toBe("PNG");
    const command = [
      "--import",
      "tsx",
      "cli/main.ts",
      "evaluate",
      "tasks/ioi.yaml",
      "--circuit",
      file,
      "--random",
      "1",
      "--json",
    ];
    const printed = execFileSync(process.execPath, command, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const { results: measured } = JSON.parse(printed) as { results: { heldOut: { faithfulness: number } } };
    expect(measured.heldOut.faithfulness).toBeCloseTo(results!.heldOut!.faithfulness, 5);

    await page.getByLabel("criterion").selectOption("at-least");
    await startRun(page);
    await finished(page);
    await press(page, "6");
    await page.getByRole("button", { name: "Compare" }).first().click();
    await press(page, "1");
    await page.locator(".side.both").waitFor();
    expect(await page.locator(".side.both").textContent()).toMatch(/in both: \d/);
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
