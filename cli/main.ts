// The command line: `secateur COMMAND`, every command over the engine in this process.
import { CommanderError } from "commander";
import { enterCallerFolder } from "../engine/base/caller-folder.ts";
import { allowStandardInput } from "../engine/base/standard-input.ts";
import { EXIT, exitCodeOf, failureText } from "./failure.ts";
import { SCRIPTS } from "./invocation.ts";
import { printMessage } from "./output.ts";
import { buildProgram } from "./program.ts";

// A reader that has seen enough, such as head, ends the program without a word.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") printMessage(failureText(Object.assign(error, { path: "standard output" })));
  process.exit(EXIT.failed);
});
// Words that nobody reads are no reason to end.
process.stderr.on("error", () => undefined);

try {
  enterCallerFolder(SCRIPTS);
  allowStandardInput();
  const program = await buildProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its own sentence; help and version end well.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    printMessage(failureText(error));
    process.exitCode = exitCodeOf(error);
  }
}
