// The desktop app in a real Electron: its window, what its page may not do, files, and a run that outlives its engine.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HEADERS } from "../../server/content-policy.ts";
import { type Exported, followTheGuide, pruneToExport, workByKeys } from "../journey.ts";
import { type Desktop, isHere, ready, start, suffix } from "./desktop.ts";

const open: Desktop[] = [];
afterEach(async () => {
  for (const desktop of open.splice(0)) await desktop.close();
});

async function started(...given: Parameters<typeof start>): Promise<Desktop> {
  const desktop = await start(...given);
  open.push(desktop);
  return desktop;
}

describe.skipIf(!isHere)(`the desktop app${suffix}`, () => {
  // The language is changed last.
  describe("a window", () => {
    let desktop: Desktop;
    beforeAll(async () => {
      desktop = await start();
      await ready(desktop);
    });
    afterAll(() => desktop?.close());

    test("the window opens with the example drawn, and nothing breaks the page's policy", async () => {
      const { app, page, complaints } = desktop;
      const versions = await app.evaluate(() => process.versions);
      const { electron, chrome, node } = versions;
      process.stdout.write(`the desktop app ran on Electron ${electron}, Chromium ${chrome}, Node ${node}\n`);
      await page.waitForSelector(".drawing svg");
      expect(page.url()).toBe("app://workbench/");
      await expect.poll(() => page.title()).toBe("ioi · Secateur");
      expect(complaints).toEqual([]);
    });

    test("a circuit that is opened in the system's dialog is shown, and stays among the recent files", async () => {
      const { app, page, home } = desktop;
      const file = join(home, "broken.circuit.json");
      writeFileSync(file, "{}");
      await app.evaluate(({ dialog }, path) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path], bookmarks: [] });
      }, file);
      await page.keyboard.press("Control+o");
      await page.getByText("broken.circuit.json").first().waitFor();
      const newest = () =>
        app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById("recent")!.submenu!.items[0].label);
      await expect.poll(newest).toBe("broken.circuit.json");
    });

    test("the menu speaks the page's language, and does what the page does", async () => {
      const { app, page } = desktop;
      const labels = () => app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.items.map(({ label }) => label));
      await expect.poll(labels).toEqual(["File", "Edit", "View", "Help"]);
      await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById("tabEffects")!.click());
      await page.locator("[role=tab][aria-selected=true]", { hasText: "Effects" }).waitFor();
      await app.evaluate(({ Menu }) =>
        Menu.getApplicationMenu()!.getMenuItemById("language")!.submenu!.items[1].click(),
      );
      await expect.poll(labels).toEqual(["文件", "编辑", "查看", "帮助"]);
    });
  });

  test("the page has no Node, no windows of its own, no other address, no permissions, and the strict policy", async () => {
    const { app, page } = await started();
    const found = await page.evaluate(async () => {
      const here = globalThis as unknown as Record<string, unknown>;
      const own = await fetch("/index.html");
      const outside = await fetch("/../package.json");
      const opened = window.open("https://example.org/");
      return {
        node: ["require", "process", "module", "ipcRenderer"].filter((name) => here[name] !== undefined),
        policy: own.headers.get("content-security-policy"),
        outside: outside.status,
        opened,
        bridge: Object.keys(here.workbenchHost as object).sort(),
      };
    });
    expect(found).toEqual({
      node: [],
      policy: HEADERS["content-security-policy"],
      outside: 404,
      opened: null,
      bridge: [
        "engineReport",
        "noteOpened",
        "onCommand",
        "onLineEnded",
        "openLine",
        "pathOf",
        "pickFile",
        "restartEngine",
        "saveFile",
        "showState",
      ],
    });
    expect(
      await page.evaluate(() => navigator.permissions.query({ name: "geolocation" }).then(({ state }) => state)),
    ).toBe("denied");
    await page.evaluate(() => window.location.assign("https://example.org/"));
    await page.evaluate(() => window.location.assign("file:///etc/passwd"));
    expect(page.url()).toBe("app://workbench/");
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const contents = window.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
      return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag };
    });
    expect(preferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  test("a task named with --open is open when the engine is there", async () => {
    const desktop = await started(["--open", "tasks/ioi.yaml"]);
    await ready(desktop);
    await desktop.page.getByRole("button", { name: /^Task: Indirect object/ }).waitFor();
    const recent = () => {
      const memory = readFileSync(join(desktop.home, "desktop/window.json"), "utf8");
      return (JSON.parse(memory) as { recent: string[] }).recent.map((path) =>
        path.endsWith(join("tasks", "ioi.yaml")),
      );
    };
    await expect.poll(recent).toEqual([true]);
    expect(desktop.complaints).toEqual([]);
  });

  test.each([
    ["a process of Electron's own", {}],
    ["the Node that is installed", { SECATEUR_ENGINE_NODE: process.execPath }],
  ])(
    "a run on %s: killed in the middle, the page says so, the engine comes back, the run ends",
    async (_, environment) => {
      const desktop = await started([], environment);
      const { app, page, home, complaints } = desktop;
      await ready(desktop);
      await page.getByRole("button", { name: "Start" }).click();
      await page.getByText("(recorded example)").waitFor({ state: "detached" });
      await page.waitForFunction(() => Number(document.querySelector<HTMLInputElement>("input[type=range]")?.max) > 3);
      const pid = await enginePid(desktop);
      process.kill(pid, "SIGKILL");
      // In one step: the banner goes as soon as the engine is back.
      const killed = /^\s*The engine (was killed by SIGKILL|ended with code)/;
      await page.locator(".banner .grow").filter({ hasText: killed }).waitFor();
      await ready(desktop);
      await expect.poll(() => enginePid(desktop)).not.toBe(pid);
      await page.getByRole("button", { name: "Resume" }).click();
      await page.locator(".right h2", { hasText: "The circuit" }).waitFor();
      const saved = join(home, "mine.circuit.json");
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: "" });
      }, saved);
      await page.keyboard.press("Control+e");
      await expect.poll(() => existsSync(saved)).toBe(true);
      expect(JSON.parse(readFileSync(saved, "utf8"))).toMatchObject({
        format: "secateur.circuit",
        task: { name: "ioi" },
      });
      expect(complaints).toEqual([]);
    },
  );

  test("prune to the end, scrub, inspect, ablate, compare, export; the command line measures the same", async () => {
    const desktop = await started();
    const { app, page, home, complaints } = desktop;
    await ready(desktop);
    // Of the system's dialog for saving only the answer is ours: the name that the page proposes, in this test's folder.
    await app.evaluate(({ dialog }, folder) => {
      dialog.showSaveDialog = ((_window: unknown, { defaultPath }: { defaultPath: string }) => {
        const filePath = `${folder}/${defaultPath.split("/").at(-1)}`;
        return Promise.resolve({ canceled: false, filePath, bookmark: "" });
      }) as typeof dialog.showSaveDialog;
    }, home);
    const saved = () => readdirSync(home).filter((name) => name.startsWith("ioi-sprig") && !name.endsWith(".part"));
    const exported = async (entry: RegExp, file?: string | RegExp): Promise<Exported> => {
      const before = new Set(saved());
      await page.locator("header").getByRole("button", { name: "Export" }).click();
      await page.getByRole("menuitem", { name: entry }).click();
      if (file !== undefined) {
        await page.getByRole("dialog").getByRole("button", { name: file }).click();
        await page.keyboard.press("Escape");
      }
      await expect.poll(() => saved().length).toBe(before.size + 1);
      const name = saved().find((each) => !before.has(each))!;
      return { name, text: readFileSync(join(home, name), "latin1") };
    };
    await pruneToExport(page, home, exported);
    expect(complaints).toEqual([]);
  });

  test("the guided first run does each of its steps, by keys the window does the whole journey", async () => {
    const desktop = await started();
    const { app, page, home, complaints } = desktop;
    await ready(desktop);
    await followTheGuide(page);
    const file = join(home, "by-keys.circuit.json");
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: "" });
    }, file);
    await workByKeys(page, async (keys) => {
      await page.keyboard.press(keys);
      await expect.poll(() => existsSync(file)).toBe(true);
      return readFileSync(file, "utf8");
    });
    expect(complaints).toEqual([]);
  });
});

/** Process id of the engine: Electron names its own processes, another is the one Node among its children. */
async function enginePid({ app }: Desktop): Promise<number> {
  const own = await app.evaluate(({ app: electron }) =>
    electron.getAppMetrics().find(({ name }) => name === "Secateur engine"),
  );
  if (own) return own.pid;
  const main = await app.evaluate(() => process.pid);
  return Number(execFileSync("pgrep", ["-P", String(main), "-f", "engine.cjs"], { encoding: "utf8" }).split("\n")[0]);
}
