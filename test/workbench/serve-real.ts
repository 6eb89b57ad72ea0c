// Serves the built page with the built engine behind it, in a home of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchOnNode } from "../../server/node-launcher.ts";
import { serve, type Served } from "../../server/server.ts";

export interface RealServer extends Served {
  /** Folder that is gone after `close`. */
  readonly home: string;
}

export async function serveReal(): Promise<RealServer> {
  const home = mkdtempSync(join(tmpdir(), "secateur-test-"));
  const environment = { ...process.env, SECATEUR_HOME: home, SECATEUR_THREADS: "1" };
  const launch = launchOnNode({ entry: "dist/engine.cjs", options: [], environment });
  const served = await serve({ page: "dist/renderer", launch });
  const close = async () => {
    await served.close();
    rmSync(home, { recursive: true, force: true });
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
