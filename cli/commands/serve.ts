// `secateur serve`: the workbench in a browser.
import type { Command } from "commander";
import { goOnAnswering } from "../../server/last-defence.ts";
import { installedPath } from "../../engine/base/installation.ts";
import { serve } from "../../server/server.ts";
import { parsePort } from "../options.ts";
import { print, printData, printMessage } from "../output.ts";

const PAGE = installedPath("dist", "renderer");

interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly allowRemote?: boolean;
}

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("Opens the workbench to a browser, and prints its address with a token.")
    .option("--port <n>", "Listens on this port; 0 takes a free one.", parsePort, 0)
    .option("--host <name>", "Listens on this address.", "127.0.0.1")
    .option("--allow-remote", "Lets other machines in: whoever has the address can read the files that you can read.")
    .addHelpText(
      "after",
      "\nThe token of the address lets one browser in, once; the next address is printed then." +
        "\nFrom another machine: ssh -L 8765:127.0.0.1:8765 THIS_MACHINE, and here: secateur serve --port 8765",
    )
    .action(async ({ port, host, allowRemote }: ServeFlags) => {
      const onEntered = (next: string) => printMessage(`A browser has come in. For another one: ${next}`);
      const { address, close } = await serve({ page: PAGE, port, host, allowRemote, onEntered });
      goOnAnswering((text) => print(process.stderr, text));
      printData(address);
      printMessage("Ctrl-C ends it.");
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
    });
}
