import type { IpcMain, Session, WebContents } from "electron";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { guardContents, guardSession, WEB_PREFERENCES } from "./guard.ts";
import { answerCalls } from "./ipc.ts";

type Handler = (...args: unknown[]) => unknown;

test("the page has no Node, a world apart from the preload script, and a sandbox", () => {
  expect(WEB_PREFERENCES).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
  });
});

test("nothing leaves the page's address, opens a window or embeds another page", () => {
  const on: Record<string, Handler> = {};
  let openWindow: Handler | undefined;
  guardContents({
    on: (event: string, handler: Handler) => void (on[event] = handler),
    setWindowOpenHandler: (handler: Handler) => void (openWindow = handler),
  } as unknown as WebContents);
  const prevented = (event: string, ...rest: unknown[]) => {
    const preventDefault = vi.fn();
    on[event]!({ preventDefault, ...(typeof rest[0] === "object" && rest[0]) }, ...rest);
    return preventDefault.mock.calls.length > 0;
  };
  expect(openWindow!({ url: "app://workbench/" })).toEqual({ action: "deny" });
  for (const event of ["will-navigate", "will-redirect"]) {
    expect([prevented(event, "https://example.org/"), prevented(event, "app://workbench/")]).toEqual([true, false]);
  }
  expect(prevented("will-frame-navigate", { url: "https://example.org/" })).toBe(true);
  expect(prevented("will-attach-webview")).toBe(true);
});

test("of permissions only writing to the clipboard is granted, and only to our page", () => {
  let request: Handler | undefined;
  let check: Handler | undefined;
  guardSession({
    setPermissionRequestHandler: (handler: Handler) => void (request = handler),
    setPermissionCheckHandler: (handler: Handler) => void (check = handler),
  } as unknown as Session);
  const asked = (permission: string, url: string) => {
    const answer = vi.fn();
    request!({ getURL: () => url }, permission, answer);
    return [answer.mock.calls[0]![0], check!(null, permission, url)];
  };
  expect(asked("clipboard-sanitized-write", "app://workbench/")).toEqual([true, true]);
  expect(asked("clipboard-sanitized-write", "https://example.org/")).toEqual([false, false]);
  for (const permission of ["media", "geolocation", "notifications", "openExternal", "clipboard-read"])
    expect(asked(permission, "app://workbench/")).toEqual([false, false]);
});

test("calls are answered for the main frame of our page only, and with the right arguments only", () => {
  let handler: Handler | undefined;
  const answer = vi.fn((_page: unknown, name: string) => `got ${name}`);
  const ipc = { handle: (_channel: string, given: Handler) => void (handler = given) } as unknown as IpcMain;
  answerCalls(ipc, "file:save", z.tuple([z.string()]), answer);
  const mainFrame = { url: "app://workbench/" };
  const call = (senderFrame: unknown, ...args: unknown[]) => handler!({ senderFrame, sender: { mainFrame } }, ...args);
  expect(call(mainFrame, "a.json")).toBe("got a.json");
  expect(() => call({ url: "app://workbench/" }, "a.json")).toThrow("main frame");
  expect(() => call(null, "a.json")).toThrow("main frame");
  expect(() => call(mainFrame, 5)).toThrow();
  expect(() => call(mainFrame, "a.json", "more")).toThrow();
  mainFrame.url = "https://example.org/";
  expect(() => call(mainFrame, "a.json")).toThrow("main frame");
  expect(answer).toHaveBeenCalledTimes(1);
});
