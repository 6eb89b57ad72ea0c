// `secateur models`: which models there are and whether they are ready.
import type { Command } from "commander";
import { type ListedModel, listModels } from "../../engine/model/listing.ts";
import { SMOLLM2 } from "../../engine/model/model-cache.ts";
import { addOwnModel, forgetOwnModel } from "../../engine/model/own-models.ts";
import { openModel } from "../../engine/model/open.ts";
import { columns } from "../circuit-table.ts";
import { fetchModel } from "../fetch-model.ts";
import { interruptible } from "../interrupt.ts";
import { typed } from "../invocation.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";

export function addModels(program: Command): void {
  const models = program.command("models").description("Lists, shows and fetches models.");
  models
    .command("list")
    .description("Lists the models: embedded, fetched, in the Hugging Face cache, and added by you.")
    .option("--json", "Prints it as JSON.")
    .action((flags: { json?: boolean }) => {
      const listed = listModels();
      if (flags.json) return printJson(listed);
      printData(columns([["name", "where", "family", "size", "state"], ...listed.map(rowOf)]));
    });
  models
    .command("show")
    .argument("<name>", "The model's name, its folder or its .gguf file.")
    .description("Shows the sizes, variants and hash of one model.")
    .option("--json", "Prints it as JSON.")
    .action((name: string, flags: { json?: boolean }) => {
      const model = openModel(name);
      const shown = { name: model.name, precision: model.precision, sha256: model.sha256, ...model.config };
      model.close();
      if (flags.json) return printJson(shown);
      printData(
        columns(
          Object.entries(shown).map(([key, value]) => [
            key,
            typeof value === "object" ? describe(value) : String(value),
          ]),
        ),
      );
    });
  models
    .command("add")
    .argument("<path>", "A folder in Hugging Face's layout, or a .gguf file.")
    .description("Puts a model of your own on the list, where the command line and the workbench find it.")
    .action((path: string) => printMessage(`${addOwnModel(path)} is on the list.`));
  models
    .command("forget")
    .argument("<path>", "The model's path as it is listed.")
    .description("Takes a model off the list; its files stay.")
    .action((path: string) => {
      forgetOwnModel(path);
      printMessage(`${path} is off the list; its files stay.`);
    });
  models
    .command("get")
    .argument(
      "<name>",
      `This model: "${SMOLLM2.name}", or a name on the Hugging Face Hub such as EleutherAI/pythia-70m.`,
    )
    .description("Fetches a model; it resumes where it broke off, and checks what came.")
    .option("--revision <name>", "Fetches this commit, branch or tag (default: main).")
    .option("--file <name>", "Fetches this .gguf file of a repository that has several.")
    .option("--quiet", "Shows no progress.")
    .addHelpText(
      "after",
      "\nIt goes into the Hugging Face cache. HF_ENDPOINT names a mirror, HF_TOKEN opens private and gated models.",
    )
    .action(get);
}

function rowOf({ name, where, family, nLayers, nHeads, bytes, precision, ready, reason }: ListedModel): string[] {
  const size = bytes === undefined ? "" : `${(bytes / 1e6).toFixed(0)} MB `;
  const shape = nLayers === undefined ? "" : ` ${nLayers} x ${nHeads}`;
  return [
    name,
    where.replace("-", " "),
    `${family ?? ""}${shape}`,
    `${size}${precision ?? ""}`,
    ready ? "ready" : (reason ?? ""),
  ];
}

interface GetFlags {
  readonly revision?: string;
  readonly file?: string;
  readonly quiet?: boolean;
}

async function get(name: string, { quiet, ...flags }: GetFlags): Promise<void> {
  const bar = progressBar({ quiet });
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const onProgress = (done: number, total: number, file: string) =>
    bar.on("fetching", megabytes(done), megabytes(total), `MB ${file}`);
  const fetched = await interruptible(
    (signal) => fetchModel(name, { ...flags, signal, onProgress }).finally(bar.stop),
    `Stopped. Go on with: ${typed(`models get ${name}`)}`,
  );
  if (fetched) printMessage(`${fetched.folder} is ready; use it as --model ${fetched.model}.`);
}

function describe(value: object): string {
  return Object.entries(value)
    .filter(([, inner]) => !ArrayBuffer.isView(inner))
    .map(([key, inner]) => `${key} ${String(inner)}`)
    .join(", ");
}
