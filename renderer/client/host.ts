// What the page needs of where it runs: a transport, files and the shell; the desktop app brings its own, a browser has one here.
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

export interface Host {
  readonly kind: "browser" | "desktop";
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
  };
}

declare global {
  interface Window {
    /** Set by the desktop app's preload script. */
    readonly workbenchHost?: Host;
  }
}
