// What the desktop app's preload script gives the page: a few functions over plain data, and nothing of Electron's own.
import type { EngineReport, HostCommand, PickedFile, ShellState } from "./host.ts";

export type OpenedLine = { readonly line: number } | { readonly reason: string };

/** What the window hears when a line's port has come: the port is in the message's `ports`. */
export interface LineArrival {
  readonly secateurLine: number;
}

export interface DesktopBridge {
  /** Asks for a line to the engine; its port comes as a message to the window. */
  openLine(): Promise<OpenedLine>;
  onLineEnded(listener: (line: number, reason: string) => void): void;
  engineReport(): Promise<EngineReport | undefined>;
  restartEngine(): Promise<void>;
  pickFile(endings: readonly string[]): Promise<PickedFile | undefined>;
  /** Where a file that was dropped on the window lies; empty for one that is on no disk. */
  pathOf(file: File): string;
  /** Puts a file that the user gave the window among those that were opened lately; of a path alone it knows nothing. */
  noteOpened(file: File): Promise<void>;
  /** Asks for a place and writes the file there. */
  saveFile(name: string, bytes: ArrayBuffer): Promise<void>;
  showState(state: ShellState): Promise<void>;
  /** Commands that were given before the page listened come at once. */
  onCommand(listener: (command: HostCommand) => void): void;
}

declare global {
  interface Window {
    /** Set by the desktop app's preload script. */
    readonly workbenchHost?: DesktopBridge;
  }
}
