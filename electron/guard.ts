// What no page may do in this program: ask for permissions, open windows, leave its address, embed others.
import type { BrowserWindowConstructorOptions, Session, WebContents } from "electron";
import { isOurs } from "./page-protocol.ts";

/** Said outright, though most are Electron's defaults by now. */
export const WEB_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const satisfies BrowserWindowConstructorOptions["webPreferences"];

/** Copying words and pictures on a click; Electron would grant everything. */
const GRANTED: readonly string[] = ["clipboard-sanitized-write"];

export function guardSession(session: Pick<Session, "setPermissionRequestHandler" | "setPermissionCheckHandler">) {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(GRANTED.includes(permission) && isOurs(contents.getURL()));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => GRANTED.includes(permission) && isOurs(origin));
}

export function guardContents(contents: Pick<WebContents, "on" | "setWindowOpenHandler">): void {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  const stay = (event: { preventDefault(): void; readonly url?: string }, url = event.url ?? "") => {
    if (!isOurs(url)) event.preventDefault();
  };
  contents.on("will-navigate", (event, url) => stay(event, url));
  contents.on("will-redirect", (event, url) => stay(event, url));
  contents.on("will-frame-navigate", (event) => stay(event));
  contents.on("will-attach-webview", (event) => event.preventDefault());
}
