// The one window with its page: its line to the engine, its files, its menu, and what is opened from outside.
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, screen, type WebContents } from "electron";
import { z } from "zod";
import type { HostCommand, ShellState } from "../renderer/client/host.ts";
import type { OpenedLine } from "../renderer/client/desktop-bridge.ts";
import type { EngineLine, EngineProcess } from "../server/engine-process.ts";
import { CHANNELS } from "./channels.ts";
import { joinPort } from "./engine-lines.ts";
import { isOurFile, pickFile, readPicked, saveFile } from "./files.ts";
import { WEB_PREFERENCES } from "./guard.ts";
import { answerCalls } from "./ipc.ts";
import { type Memory, visibleBounds } from "./memory.ts";
import { menuTemplate, wordsOf } from "./menu.ts";
import { ORIGIN } from "./page-protocol.ts";
import { PRELOAD } from "./places.ts";

const FIRST_SIZE = { width: 1360, height: 860 };
const SMALLEST = { minWidth: 720, minHeight: 480 };
const SHELL_STATE = z.object({
  language: z.enum(["en", "zh"]),
  theme: z.enum(["system", "light", "dark"]),
  unsaved: z.boolean(),
  disabled: z.array(z.string()),
});

export class Desk {
  private window: BrowserWindow | undefined;
  private line: { readonly number: number; readonly carried: EngineLine } | undefined;
  private lines = 0;
  /** Undefined until the page listens: commands before that wait. */
  private listening: WebContents | undefined;
  private waiting: HostCommand[] = [];
  private state: ShellState;

  constructor(
    private readonly engine: EngineProcess,
    private readonly memory: Memory,
  ) {
    this.state = { language: memory.current.language ?? "en", theme: "system", unsaved: false, disabled: [] };
    this.answer();
  }

  show(): void {
    if (this.window) {
      if (this.window.isMinimized()) this.window.restore();
      return this.window.focus();
    }
    const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
    const window = new BrowserWindow({
      ...FIRST_SIZE,
      ...visibleBounds(this.memory.current.bounds, screens),
      ...SMALLEST,
      show: false,
      title: "Secateur",
      webPreferences: { ...WEB_PREFERENCES, preload: PRELOAD },
    });
    this.window = window;
    if (this.memory.current.maximised) window.maximize();
    window.once("ready-to-show", () => window.show());
    window.on("close", () => this.memory.keep({ bounds: window.getNormalBounds(), maximised: window.isMaximized() }));
    window.on("closed", () => this.closed());
    window.webContents.on("will-prevent-unload", (event) => {
      if (this.mayLeave(window)) event.preventDefault();
    });
    // A page that is loaded again begins anew.
    // A step of the page's own history leaves the page as it is, and listening.
    window.webContents.on("did-start-navigation", (_event, _url, isInPlace, isMainFrame) => {
      if (isMainFrame && !isInPlace) this.listening = undefined;
    });
    this.drawMenu();
    void window.loadURL(`${ORIGIN}/`);
  }

  /** Opens a file that was named outside the page: on the command line, by the system, in the menu. */
  open(path: string): void {
    try {
      this.command({ do: "open", file: readPicked(path) });
      this.noteOpened(path);
    } catch (error) {
      const message = this.t("menu.unreadable");
      const detail = error instanceof Error ? error.message : String(error);
      const options = { type: "error" as const, message, detail };
      void (this.window ? dialog.showMessageBox(this.window, options) : dialog.showMessageBox(options));
    }
  }

  private get t() {
    return wordsOf(this.state.language);
  }

  private command(command: HostCommand): void {
    if (this.listening) this.listening.send(CHANNELS.command, command);
    else this.waiting.push(command);
  }

  private answer(): void {
    const { engine, memory } = this;
    answerCalls(ipcMain, CHANNELS.openLine, z.tuple([]), (page) => this.openLine(page));
    answerCalls(ipcMain, CHANNELS.engineReport, z.tuple([]), () => engine.report);
    answerCalls(ipcMain, CHANNELS.restartEngine, z.tuple([]), () => engine.start());
    answerCalls(ipcMain, CHANNELS.pickFile, z.tuple([z.array(z.string())]), async (_page, endings) => {
      const picked = await pickFile(this.window!, memory, endings);
      this.drawMenu();
      return picked;
    });
    answerCalls(ipcMain, CHANNELS.saveFile, z.tuple([z.string(), z.instanceof(ArrayBuffer)]), (_page, name, bytes) =>
      saveFile(this.window!, memory, name, bytes),
    );
    answerCalls(ipcMain, CHANNELS.noteOpened, z.tuple([z.string()]), (_page, path) => {
      if (isOurFile(path)) this.noteOpened(path);
    });
    answerCalls(ipcMain, CHANNELS.showState, z.tuple([SHELL_STATE]), (_page, state) => this.showState(state));
    answerCalls(ipcMain, CHANNELS.listening, z.tuple([]), (page) => {
      this.listening = page;
      for (const command of this.waiting.splice(0)) this.command(command);
    });
  }

  /** A page has one line at a time. */
  private openLine(page: WebContents): OpenedLine {
    this.line?.carried.close();
    this.line = undefined;
    const number = ++this.lines;
    const { port1, port2 } = new MessageChannelMain();
    const carried = joinPort(this.engine, port1, ({ reason }) => {
      this.line = undefined;
      if (!page.isDestroyed()) page.send(CHANNELS.lineEnded, number, reason);
    });
    if (!carried) return { reason: this.engine.report?.reason ?? "" };
    this.line = { number, carried };
    page.postMessage(CHANNELS.linePort, number, [port2]);
    return { line: number };
  }

  private showState(state: ShellState): void {
    this.state = state;
    if (state.language !== this.memory.current.language) this.memory.keep({ language: state.language });
    this.window?.setDocumentEdited(state.unsaved);
    this.drawMenu();
  }

  private noteOpened(path: string): void {
    this.memory.noteOpened(path);
    app.addRecentDocument(path);
    this.drawMenu();
  }

  private drawMenu(): void {
    const { recent } = this.memory.current;
    const state = { ...this.state, recent, isMac: process.platform === "darwin" };
    const template = menuTemplate(state, {
      command: (command) => this.command(command),
      openRecent: (path) => this.open(path),
      forgetRecent: () => {
        this.memory.keep({ recent: [] });
        app.clearRecentDocuments();
        this.drawMenu();
      },
      about: () => this.about(),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  private about(): void {
    const { electron, chrome, node } = process.versions;
    const detail = `Electron ${electron}, Chromium ${chrome}, Node ${node}`;
    void dialog.showMessageBox(this.window!, { type: "info", message: `Secateur ${app.getVersion()}`, detail });
  }

  private mayLeave(window: BrowserWindow): boolean {
    const chosen = dialog.showMessageBoxSync(window, {
      type: "question",
      message: this.t("menu.leave"),
      detail: this.t("menu.leaveDetail"),
      buttons: [this.t("menu.leaveYes"), this.t("menu.leaveNo")],
      defaultId: 1,
      cancelId: 1,
    });
    return chosen === 0;
  }

  private closed(): void {
    this.window = undefined;
    this.listening = undefined;
    this.line?.carried.close();
    this.line = undefined;
  }
}
