// What the page needs of where it runs: a transport, files and the shell; the desktop app brings its own, a browser has one here.
import type { ExportFormatName } from "../../engine/circuit/exports/format-names.ts";
import type { ThemeChoice } from "../state/theme-choice.ts";
import type { Language } from "../words/language.ts";
import type { Transport } from "./transport.ts";

export interface PickedFile {
  readonly name: string;
  readonly text: string;
  /** Where the engine can read it itself; unknown in a browser. */
  readonly path?: string;
}

export interface EngineReport {
  readonly reason: string;
  /** The last lines that the engine wrote. */
  readonly log: readonly string[];
}

/** What the shell asks the page to do, out of its menu or because a file was opened from outside. */
export type HostCommand =
  | { readonly do: "action"; readonly id: string }
  | { readonly do: "export"; readonly format: ExportFormatName }
  | { readonly do: "theme"; readonly theme: ThemeChoice }
  | { readonly do: "language"; readonly language: Language }
  | { readonly do: "open"; readonly file: PickedFile };

/** What the shell shows of the page. */
export interface ShellState {
  readonly language: Language;
  readonly theme: ThemeChoice;
  /** Whether closing the window would lose something. */
  readonly unsaved: boolean;
  /** Actions that cannot be done now. */
  readonly disabled: readonly string[];
}

export interface Host {
  readonly kind: "browser" | "desktop";
  /** Host of the page's address; "" where it comes with the program. */
  readonly address: string;
  readonly transport: Transport;
  readonly files: {
    /** Asks the user for one file; undefined when they think better of it. */
    pick(endings: readonly string[]): Promise<PickedFile | undefined>;
    read(file: File): Promise<PickedFile>;
    save(name: string, content: Blob): Promise<void>;
  };
  readonly shell: {
    /** Why the engine is not there, where the host knows. */
    engineReport(): Promise<EngineReport | undefined>;
    /** Starts the engine anew; false where that is not the host's to do. */
    restartEngine(): Promise<boolean>;
    showState(state: ShellState): void;
    onCommand(listener: (command: HostCommand) => void): void;
  };
}
