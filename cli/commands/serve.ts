// `secateur serve`: the workbench in a browser.
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { serve } from "../../server/server.ts";
import { parseCount } from "../options.ts";
import { printData, printMessage } from "../output.ts";

const PAGE = fileURLToPath(new URL("../../dist/renderer", import.meta.url));

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("open the workbench to a browser: prints its address, with a token")
    .option("--port <n>", "0 takes a free one", parseCount, 0)
    .option("--host <name>", "address to listen on", "127.0.0.1")
    .addHelpText(
      "after",
      "\nFrom another machine: ssh -L 8765:127.0.0.1:8765 THIS_MACHINE, and here: secateur serve --port 8765",
    )
    .action(async ({ port, host }: { port: number; host: string }) => {
      const { address, close } = await serve({ page: PAGE, port, host });
      printData(address);
      printMessage("Ctrl-C ends it.");
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
    });
}
