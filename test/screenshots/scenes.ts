// What there is to look at: instruments with a result of theirs, instruments before the first one, and dialogs.
import type { Page } from "playwright";
import { press, showTab } from "../journey.ts";
import type { ShownModel } from "./results.ts";

export interface Scene {
  /** Of the picture. */
  readonly name: string;
  /** That is opened from the shelf first. */
  readonly card?: string;
  readonly prepare?: (page: Page, model: ShownModel) => Promise<void>;
}

/** Until the page has not changed for a while: a card's result comes over the wire after its pane is shown. */
export const untilQuiet = `new Promise((done) => {
  let timer = setTimeout(done, 700);
  new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(done, 700);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})`;

const tab = (name: Parameters<typeof showTab>[1]) => (page: Page) => showTab(page, name);

/** Before anything was asked for; taken first, in a window that was just opened. */
const EMPTY: readonly Scene[] = (
  [
    "task",
    "text",
    "effects",
    "curves",
    "edges",
    "lens",
    "neurons",
    "patchscope",
    "features",
    "twoHop",
    "memories",
    "steer",
    "relations",
    "edit",
    "statistics",
    "runs",
  ] as const
).map((name) => ({ name: `empty-${name}`, prepare: tab(name) }));

const OPENED: readonly Scene[] = [
  { name: "circuit", card: "circuit" },
  { name: "nodes", prepare: tab("nodes") },
  { name: "figures", prepare: tab("figures") },
  { name: "runs", prepare: tab("runs") },
  {
    name: "head",
    prepare: async (page) => {
      await showTab(page, "circuit");
      await press(page, "/");
      await page.keyboard.type("mover");
      await press(page, "Enter", "Escape");
      await page.locator(".right .arcs").waitFor();
    },
  },
  {
    name: "export",
    prepare: async (page) => {
      await page.locator(".drawing").first().waitFor();
      await page.getByRole("button", { name: /^(Save drawing|保存图)/ }).click();
      await page.waitForSelector("dialog img");
    },
  },
  {
    name: "effects",
    prepare: async (page) => {
      await showTab(page, "effects");
      const ask = page.locator(".map .empty button");
      if (await ask.isVisible()) await ask.click();
      await page.locator(".map td").first().waitFor();
    },
  },
  { name: "task", prepare: tab("task") },
  ...[
    "lens",
    "text",
    "patchscope",
    "transplant",
    "two-hop",
    "memories",
    "edit",
    "neurons",
    "curves",
    "edges",
    "statistics",
  ].map((card) => ({ name: card, card })),
  ...["features-trained", "features-opened", "features", "features-steer", "features-judged"].map((card) => ({
    name: card,
    card,
  })),
  ...["steer-made", "steer", "steer-swept", "steer-judged"].map((card) => ({ name: card, card })),
];

const DIALOGS: readonly Scene[] = [
  { name: "palette", prepare: (page) => press(page, "Control+k") },
  { name: "keys", prepare: (page) => press(page, "?") },
  {
    name: "shelf",
    prepare: async (page) => {
      await showTab(page, "circuit");
      await press(page, "s");
      await page.locator("#shelf-cards article").first().waitFor();
    },
  },
  {
    name: "compared",
    prepare: async (page) => {
      for (const name of ["steer", "lens"])
        await page.locator(`#shelf-cards article[aria-label="${name}"] input`).check();
      await page.locator(".shelf .head button", { hasText: "2" }).last().click();
      await page.locator("dialog table").waitFor();
    },
  },
  {
    name: "details",
    prepare: async (page) => {
      await page.locator(`#shelf-cards article[aria-label="circuit"] .line button`).nth(1).click();
      await page.locator(".menu-item").first().click();
      await page.locator("dialog table").waitFor();
    },
  },
];

export const SCENES: readonly Scene[] = [...EMPTY, ...OPENED, ...DIALOGS];
