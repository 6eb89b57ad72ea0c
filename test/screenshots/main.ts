// Pictures of every pane, for a person to look at: tsx test/screenshots/main.ts [--model sprig] [--only lens,steer] [--cards lens,text]
// [--size 1280x800] [--theme dark] [--language zh] [--out FOLDER]
//
// Every instrument shows a real result, opened from its card, in every size, theme and language that is asked for: without options in
// all of them. Results are made once and kept in the folder beside the pictures; with --cards these alone, since SmolLM2's circuit takes
// long. Needs the built page and a Chromium.
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContextOptions } from "playwright";
import { smollm2Path } from "../../engine/model/model-cache.ts";
import { launch, browserReason } from "../workbench/browser.ts";
import { serveReal } from "../workbench/serve-real.ts";
import { makeResults, MODELS } from "./results.ts";
import { type Scene, SCENES, untilQuiet } from "./scenes.ts";

const SIZES = ["1024x700", "1280x800", "1920x1080", "2560x1440"];
const THEMES = ["light", "dark", "forced"] as const;
const LANGUAGES = { en: "en-US", zh: "zh-CN" } as const;

if (browserReason !== "") throw new Error(`No pictures were taken${browserReason}.`);
const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sprig" },
    only: { type: "string" },
    cards: { type: "string" },
    size: { type: "string" },
    theme: { type: "string" },
    language: { type: "string" },
    out: { type: "string", default: "dist/screenshots" },
  },
});
const model = oneOf(values.model, MODELS);
const only = values.only?.split(",");
const scenes = SCENES.filter(({ name }) => only === undefined || only.includes(name));
const folder = join(values.out, model);
const home = resolve(values.out, `home-${model}`);
mkdirSync(home, { recursive: true });
if (model === "smollm2") lendModel();
const cards = new Set(await makeResults(model, home, values.cards?.split(",")));

const server = await serveReal(home);
try {
  for (const size of values.size?.split(",") ?? SIZES)
    for (const theme of chosen(values.theme, THEMES))
      for (const language of chosen(values.language, Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]))
        await takeAll(size, theme, language);
} finally {
  await server.close();
}

/** The folder beside the pictures has no models of its own: it is lent the one that was fetched. */
function lendModel(): void {
  const fetched = smollm2Path();
  const lent = join(home, "models", basename(fetched));
  if (!existsSync(fetched)) throw new Error(`There is no ${fetched}: "npm run fetch:smollm2" fetches it.`);
  mkdirSync(dirname(lent), { recursive: true });
  if (!existsSync(lent)) symlinkSync(fetched, lent);
}

async function takeAll(size: string, theme: (typeof THEMES)[number], language: keyof typeof LANGUAGES): Promise<void> {
  const [width, height] = size.split("x").map(Number) as [number, number];
  const options: BrowserContextOptions = {
    viewport: { width, height },
    colorScheme: theme === "dark" ? "dark" : "light",
    forcedColors: theme === "forced" ? "active" : "none",
    locale: LANGUAGES[language],
  };
  const into = join(folder, `${size}-${theme}-${language}`);
  mkdirSync(into, { recursive: true });
  const tab = await launch(server.address, options);
  // A scene that does not come up is told soon, and its picture shows where it stands.
  tab.page.setDefaultTimeout(30_000);
  for (const scene of scenes) {
    if (scene.card !== undefined && !cards.has(scene.card)) continue;
    try {
      await show(scene);
      await take(scene.name);
    } catch (thrown) {
      process.stdout.write(`${into}, ${scene.name}: ${String(thrown).split("\n")[0]}\n`);
      process.exitCode = 1;
      await take(`${scene.name}-failed`);
    }
    await tab.page.keyboard.press("Escape");
  }
  for (const complaint of tab.complaints) process.stdout.write(`${into}: ${complaint}\n`);
  await tab.close();
  process.stdout.write(`${into} written.\n`);

  /** No tooltip, no caret, no half-drawn frame. */
  async function take(name: string): Promise<void> {
    await tab.page.mouse.move(0, 0);
    await tab.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    await tab.page.screenshot({ path: join(into, `${name}.png`), animations: "disabled", caret: "hide" });
  }

  async function show({ card, prepare }: Scene): Promise<void> {
    if (card !== undefined) await open(card);
    await prepare?.(tab.page, model);
    await tab.page.evaluate(untilQuiet);
  }

  /** From the shelf, which is folded again. */
  async function open(card: string): Promise<void> {
    const { page } = tab;
    const article = page.locator(`.shelf article[aria-label="${card}"]`);
    if (!(await page.locator("#shelf-cards").isVisible())) await page.keyboard.press("s");
    await article.locator(".foot button").click();
    await page.keyboard.press("s");
    await page.locator(".engine.ready").waitFor();
    await page.evaluate(untilQuiet);
  }
}

function oneOf<T extends string>(given: string, all: readonly T[]): T {
  const found = all.find((one) => one === given);
  if (found === undefined) throw new Error(`There is no ${given}; there is ${all.join(", ")}.`);
  return found;
}

function chosen<T extends string>(given: string | undefined, all: readonly T[]): readonly T[] {
  return given === undefined ? all : given.split(",").map((one) => oneOf(one, all));
}
