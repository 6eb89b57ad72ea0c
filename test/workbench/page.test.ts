// The built page in a real browser over a recorded engine: no violation of its policy, no serious fault of accessibility.
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserReason, keepBrowser, launch } from "./browser.ts";
import { TABS } from "../../renderer/state/instruments.ts";
import { showTab } from "../journey.ts";
import { seriousFaults } from "./serious-faults.ts";
import { serveRecorded } from "./serve-recorded.ts";

let server: Awaited<ReturnType<typeof serveRecorded>>;

beforeAll(keepBrowser);
beforeAll(async () => {
  if (browserReason === "") server = await serveRecorded();
});
afterAll(() => server?.close());

const open = (colorScheme: "light" | "dark", locale: string, forcedColors: "none" | "active" = "none") =>
  launch(server.url, { colorScheme, locale, forcedColors });

/** axe's rules that colours can break. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** And those that another language can: words can be lacking where a name is looked for; roles and places are the same in all. */
const COLOURS_AND_WORDS = [
  ...COLOURS,
  "aria-command-name",
  "aria-input-field-name",
  "aria-toggle-field-name",
  "aria-treeitem-name",
  "button-name",
  "frame-title",
  "image-alt",
  "input-button-name",
  "label",
  "label-title-only",
  "link-name",
  "role-img-alt",
  "select-name",
  "summary-name",
  "svg-img-alt",
];

/** What an element says, on one line. */
const words = async (page: Page, element: string) =>
  (await page.locator(element).innerText()).replaceAll(/\s+/g, " ").trim();

describe.skipIf(browserReason !== "")(`the page over a recorded engine${browserReason}`, () => {
  // Colours and words are all that the second and the third change: every rule sees the window as it opens, and those of the two the rest.
  test.each([
    ["light", "en-US", "none", []],
    ["dark", "zh-CN", "none", COLOURS_AND_WORDS],
    ["light", "en-US", "active", COLOURS],
  ] as const)(
    "every tab is accessible and keeps to the policy: %s, %s, forced colours %s",
    async (theme, locale, forced, rules) => {
      const { page, complaints, close } = await open(theme, locale, forced);
      expect(["window", await seriousFaults(page)]).toEqual(["window", []]);
      for (const tab of TABS) {
        await showTab(page, tab);
        await page.locator(`[role=tabpanel][data-tab=${tab}]`).waitFor();
        expect([tab, await seriousFaults(page, rules)]).toEqual([tab, []]);
      }
      await page.keyboard.press("Control+k");
      expect(["palette", await seriousFaults(page, rules)]).toEqual(["palette", []]);
      await page.keyboard.press("Escape");
      await showTab(page, "circuit");
      await page.getByRole("button", { name: /^(Save drawing|保存图)/ }).click();
      await page.waitForSelector("dialog img");
      expect(["export", await seriousFaults(page, rules)]).toEqual(["export", []]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      expect(["keys", await seriousFaults(page, rules)]).toEqual(["keys", []]);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test("by keyboard: search a head, ablate it, undo, see the step before", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    // Which boxes the figure has, and which of them is drawn as selected.
    const boxes = () =>
      page.locator(".drawing [data-node]").evaluateAll((groups) => groups.map((group) => group.getAttribute("id")));
    const selected = () =>
      page
        .locator('.drawing [data-node] > rect[stroke-width="2.6"]')
        .evaluateAll((rects) => rects.map((rect) => rect.parentElement!.id));
    await page.locator(".drawing [data-node]").first().waitFor();
    const before = await boxes();
    await page.keyboard.press("/");
    await page.keyboard.type("a1.h0");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.textContent(".right h2")).toBe("a1.h0");
    await expect.poll(selected).toEqual(["a1.h0"]);
    expect(await boxes()).toEqual(before);
    await page.keyboard.press("a");
    await expect.poll(() => page.textContent(".right .state")).toBe("ablated by you");
    await page.keyboard.press("Control+z");
    await expect.poll(() => page.textContent(".right .state")).toBe("kept");
    await page.keyboard.press("[");
    await expect.poll(() => page.inputValue("input[type=range]")).toBe("26");
    expect(complaints).toEqual([]);
    await close();
  });

  test("the address says what is shown, and shows what it says, without a word about edits", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    await page.keyboard.press("/");
    await page.keyboard.type("a1.h0");
    for (const key of ["Enter", "Escape", "a", "[", "3"]) await page.keyboard.press(key);
    await page.waitForFunction('location.hash === "#tab=nodes&node=a1.h0&step=26"');
    const address = page.url();
    await page.evaluate('location.hash = "#tab=figures&node=a0.h6&weights=layer"');
    await page.locator(".right h2", { hasText: "a0.h6" }).waitFor();
    await expect.poll(() => page.getByRole("tab", { selected: true }).textContent()).toBe("Figures");
    const { page: other, close: closeOther } = await launch(address);
    await expect.poll(() => other.textContent(".right h2")).toBe("a1.h0");
    await expect.poll(() => other.textContent(".right .state")).toBe("kept");
    await expect.poll(() => other.inputValue("input[type=range]")).toBe("26");
    expect(complaints).toEqual([]);
    await closeOther();
    await close();
  });

  test("back and forward travel between what was looked at and leave edits alone; undo takes back the edit and leaves the place", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    await page.evaluate('location.hash = "#node=a1.h0"');
    await page.locator(".right h2", { hasText: "a1.h0" }).waitFor();
    await page.keyboard.press("a");
    await page.locator(".right .state", { hasText: "ablated by you" }).waitFor();
    await page.keyboard.press("3");
    await page.waitForFunction('location.hash === "#tab=nodes&node=a1.h0"');
    await page.keyboard.press("Control+z");
    await page.locator(".right .state", { hasText: "kept" }).waitFor();
    expect(await page.evaluate("location.hash")).toBe("#tab=nodes&node=a1.h0");
    await page.keyboard.press("Control+Shift+z");
    await page.goBack();
    await page.waitForFunction('location.hash === "#node=a1.h0"');
    await page.locator(".right .state", { hasText: "ablated by you" }).waitFor();
    await page.keyboard.press("Alt+ArrowRight");
    await page.waitForFunction('location.hash === "#tab=nodes&node=a1.h0"');
    await page.keyboard.press("Control+k");
    await page.locator("dialog[open] input").first().fill("a0.h6");
    await page.keyboard.press("Enter");
    await page.locator(".right h2", { hasText: "a0.h6" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("the next run's threshold is dragged on the curve, and the number beside it follows", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    const handle = page.getByRole("slider", { name: "Threshold of the next run" });
    await handle.focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.getByRole("spinbutton", { name: "threshold" }).inputValue()).toBe("0.89");
    const box = (await handle.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y - 10, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Number(await handle.getAttribute("aria-valuenow"))).toBeGreaterThan(0.9);
    expect(await page.getByRole("spinbutton", { name: "threshold" }).inputValue()).toBe(
      await handle.getAttribute("aria-valuenow"),
    );
    expect(complaints).toEqual([]);
    await close();
  });

  test("the graph is walked as a tree: a layer is opened, a head, and a connection followed to its other end", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    const tree = page.getByRole("tree");
    await tree.getByRole("treeitem").first().focus();
    const focused = () => words(page, ":focus");
    for (const key of ["End", "ArrowUp", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    await expect.poll(focused).toBe("· a3.h0, removed");
    await expect.poll(() => tree.isVisible()).toBe(true);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(focused).toMatch(/^· to (a0\.h\d+ \((query|key|value)\)|m0|logits) (helps|works against) [\d.]+/);
    const [, other] = /to (\S+)/.exec(await focused())!;
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent(".right h2")).toBe(other);
    await expect.poll(focused).toMatch(new RegExp(`^▸ ${other}`));
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("circuits of edges by two methods: each figure has its definition, one is drawn, and the address says so", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    await page.getByRole("tab", { name: "Edges" }).click();
    await page.getByLabel("prune the smallest").check();
    await page.getByRole("button", { name: "Measure the edges" }).click();
    const table = page.locator(".pane .scroll table");
    const cells = () =>
      table
        .locator("tbody tr")
        .evaluateAll((rows) =>
          rows.map((row) => [...row.children].slice(1).map((td) => td.textContent.trim().replaceAll(/\s+/g, " "))),
        );
    await expect.poll(cells).toEqual([
      ["attribution", "0.975", "0.025", "–", "0.500", "0.500", "20", "0.950", "0.930", "3 s"],
      ["pruned from 20, 33 circuits measured", "12", "0.930", "0.910 [0.880, 0.940]", ""],
      ["integrated gradients", "0.975", "0.025", "–", "0.500", "0.500", "20", "0.950", "0.930", "3 s"],
      ["pruned from 20, 33 circuits measured", "12", "0.930", "0.910 [0.880, 0.940]", ""],
    ]);
    await table.getByRole("note").nth(3).focus();
    await expect.poll(() => page.locator("#tip").textContent()).toContain("∫ f d(log p) / log 1000");
    expect(await seriousFaults(page)).toEqual([]);
    await table.getByRole("button", { name: "integrated gradients" }).click();
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.waitForFunction('location.hash === "#drawn=edges&scores=integrated-gradients"');
    await page.getByText("Showing 12 of 12 connections").waitFor();
    await expect.poll(() => page.locator(".legend").innerText()).toContain("integrated gradients");
    await expect
      .poll(() => words(page, ".right"))
      .toContain("integrated gradients: 12 edges f = 0.9100 [0.880, 0.940] · held out");
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("e");
    await page.waitForFunction('location.hash === ""');
    await page.getByText("Showing 24 of 75 connections").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("connections are weighed by a method's scores, which the page offers to measure where they are not there", async () => {
    const { page, complaints, close } = await open("dark", "en-US");
    await page.getByLabel("weights").selectOption("clean-corrupted");
    await expect.poll(() => page.locator(".legend").innerText()).toContain("measured");
    await page.getByText("The edges of ioi on sprig have no scores by clean and corrupt yet").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Measure the edges" }).click();
    await page.locator(".legend", { hasText: "clean and corrupt" }).waitFor();
    await page.evaluate('location.hash = "#edge=a1.h0-%3Elogits&scores=clean-corrupted"');
    await page.locator(".right h2", { hasText: "a1.h0->logits" }).waitFor();
    await expect.poll(() => words(page, ".right dl")).toMatch(/measured (helps [\d.]+) clean and corrupt \1$/);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a run is started, watched, stopped and resumed to its end", async () => {
    const { page, complaints, close } = await open("light", "en-US");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".right h2", { hasText: "The circuit" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("the page says that the engine is gone, and finds the next one by itself", async () => {
    const own = await serveRecorded();
    const { page, close } = await open("light", "en-US");
    await page.goto(own.url);
    await page.waitForSelector(".engine.ready");
    own.close();
    await page.locator(".banner").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const again = await serveRecorded(Number(new URL(own.url).port));
    await page.waitForSelector(".engine.ready");
    await expect.poll(() => page.locator(".banner").count()).toBe(0);
    again.close();
    await close();
  });
});
