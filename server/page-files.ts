// The files of the built page, read once; nothing outside this list is served, whatever is asked for.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { EngineError } from "../engine/base/errors.ts";
import { say } from "../engine/base/sentence.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

/** By path, "/" for the page itself. @throws EngineError "missing-file" where the page was not built */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(folder, "index.html"))) {
    throw new EngineError("missing-file", say`${folder}: the page has not been built; run "npm run build" once.`, {
      place: { file: folder },
    });
  }
  const files = filesUnder(folder).map((path) => {
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    return [`/${relative(folder, path).split(sep).join("/")}`, { type, bytes: readFileSync(path) }] as const;
  });
  const byPath = new Map<string, PageFile>(files);
  return byPath.set("/", byPath.get("/index.html")!);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : [];
  });
}
