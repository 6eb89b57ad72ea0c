// What the desktop app remembers between starts: where its window was, what was opened lately, from which folder.
import { existsSync } from "node:fs";
import { z } from "zod";
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import { FILE_KINDS, readWholeText } from "../engine/base/read-file.ts";

const bounds = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
const remembered = z.object({
  bounds: bounds.optional().catch(undefined),
  maximised: z.boolean().catch(false),
  recent: z.array(z.string()).catch([]),
  folder: z.string().optional().catch(undefined),
  language: z.enum(["en", "zh"]).optional().catch(undefined),
});

export type Remembered = Readonly<z.infer<typeof remembered>>;
export type Bounds = Readonly<z.infer<typeof bounds>>;

const NOTHING: Remembered = { maximised: false, recent: [] };
const mostRecent = 10;
/** A window that shows less than this of itself on every screen is brought back, pixels. */
const leastVisible = 80;

export class Memory {
  private values: Remembered;

  constructor(private readonly file: string) {
    this.values = read(file);
  }

  get current(): Remembered {
    return this.values;
  }

  keep(change: Partial<Remembered>): void {
    this.values = { ...this.values, ...change };
    try {
      writeFileAtomic(this.file, `${JSON.stringify(this.values, null, 1)}\n`);
    } catch {
      // A full or forbidden disk costs the memory of the window's place, nothing else.
    }
  }

  noteOpened(path: string): void {
    this.keep({ recent: [path, ...this.values.recent.filter((other) => other !== path)].slice(0, mostRecent) });
  }
}

/** Nothing where the file is missing or broken, and of its values only those that still have their shape. */
function read(file: string): Remembered {
  if (!existsSync(file)) return NOTHING;
  try {
    const parsed = remembered.safeParse(JSON.parse(readWholeText(file, FILE_KINDS.note)));
    return parsed.success ? parsed.data : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** Undefined where a window at this place could not be seen or moved: its screen is gone. */
export function visibleBounds(bounds: Bounds | undefined, screens: readonly Bounds[]): Bounds | undefined {
  const overlap = (a: number, lengthA: number, b: number, lengthB: number) =>
    Math.min(a + lengthA, b + lengthB) - Math.max(a, b);
  const shows = (screen: Bounds) =>
    overlap(bounds!.x, bounds!.width, screen.x, screen.width) >= leastVisible &&
    bounds!.y >= screen.y &&
    screen.y + screen.height - bounds!.y >= leastVisible;
  return bounds && screens.some(shows) ? bounds : undefined;
}
