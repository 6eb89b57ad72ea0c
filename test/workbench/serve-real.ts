// Serves the built page with the built engine behind it, in a home of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchOnNode } from "../../server/node-launcher.ts";
import { serve, type Served } from "../../server/server.ts";

export interface RealServer extends Served {
  /** Folder of what the engine keeps. */
  readonly home: string;
}

/** @param kept folder that stays; without one a new one is gone after `close` */
export async function serveReal(kept?: string): Promise<RealServer> {
  const home = kept ?? mkdtempSync(join(tmpdir(), "secateur-test-"));
  const environment = { ...process.env, SECATEUR_HOME: home, SECATEUR_THREADS: "1" };
  const launch = launchOnNode({ entry: "dist/engine.cjs", options: [], environment });
  const served = await serve({ page: "dist/renderer", launch });
  const close = async () => {
    await served.close();
    if (kept === undefined) rmSync(home, { recursive: true, force: true });
  };
  return {
    get address() {
      return served.address;
    },
    engine: served.engine,
    home,
    close,
  };
}
