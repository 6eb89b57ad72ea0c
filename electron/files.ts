// The files that the user opens and saves, over the system's dialogs; no path comes from the page but for dropped files' names.
import { statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { type BrowserWindow, dialog } from "electron";
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import { FILE_KINDS, readWholeText } from "../engine/base/read-file.ts";
import type { PickedFile } from "../renderer/client/host.ts";
import type { Memory } from "./memory.ts";

/** Whether it could be one of the files that the page opens. */
export function isOurFile(path: string): boolean {
  return isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The largest of what the page opens is a session. @throws EngineError with a sentence where the file cannot be read */
export function readPicked(path: string): PickedFile {
  return { name: basename(path), text: readWholeText(path, FILE_KINDS.session), path };
}

export async function pickFile(
  window: BrowserWindow,
  memory: Memory,
  endings: readonly string[],
): Promise<PickedFile | undefined> {
  const extensions = endings.map((ending) => ending.replace(/^\./, ""));
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    properties: ["openFile"],
    filters: [{ name: "Secateur", extensions }],
    ...(memory.current.folder !== undefined && { defaultPath: memory.current.folder }),
  });
  const [path] = filePaths;
  if (canceled || path === undefined) return undefined;
  memory.keep({ folder: dirname(path) });
  memory.noteOpened(path);
  return readPicked(path);
}

/** @param name as the page proposes it; the user has the last word */
export async function saveFile(window: BrowserWindow, memory: Memory, name: string, bytes: ArrayBuffer): Promise<void> {
  const { folder } = memory.current;
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: folder === undefined ? basename(name) : join(folder, basename(name)),
  });
  if (canceled || !filePath) return;
  memory.keep({ folder: dirname(filePath) });
  writeFileAtomic(filePath, new Uint8Array(bytes));
}
