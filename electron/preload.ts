// Runs in the page's window before the page, sandboxed and apart from it: hands it the bridge, and the ports that come.
import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { DesktopBridge, LineArrival } from "../renderer/client/desktop-bridge.ts";
import { CHANNELS } from "./channels.ts";

/** Electron before 32 has no webUtils and gives the file a path of its own. */
function pathOf(file: File): string {
  return webUtils?.getPathForFile(file) ?? (file as { path?: string }).path ?? "";
}

const bridge: DesktopBridge = {
  openLine: () => ipcRenderer.invoke(CHANNELS.openLine),
  onLineEnded: (listener) => {
    ipcRenderer.on(CHANNELS.lineEnded, (_event, line: number, reason: string) => listener(line, reason));
  },
  engineReport: () => ipcRenderer.invoke(CHANNELS.engineReport),
  restartEngine: () => ipcRenderer.invoke(CHANNELS.restartEngine),
  pickFile: (endings) => ipcRenderer.invoke(CHANNELS.pickFile, endings),
  pathOf,
  noteOpened: (file) => ipcRenderer.invoke(CHANNELS.noteOpened, pathOf(file)),
  saveFile: (name, bytes) => ipcRenderer.invoke(CHANNELS.saveFile, name, bytes),
  showState: (state) => ipcRenderer.invoke(CHANNELS.showState, state),
  onCommand: (listener) => {
    ipcRenderer.on(CHANNELS.command, (_event, command: Parameters<typeof listener>[0]) => listener(command));
    void ipcRenderer.invoke(CHANNELS.listening);
  },
};

// A bridge carries no ports; a message of the window to itself does.
ipcRenderer.on(CHANNELS.linePort, ({ ports }, line: number) => {
  const arrival: LineArrival = { secateurLine: line };
  window.postMessage(arrival, window.location.origin, [...ports]);
});
contextBridge.exposeInMainWorld("workbenchHost", bridge);
