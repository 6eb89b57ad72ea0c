// `secateur doctor`: what this machine has, and whether the embedded model runs on it.
import { accessSync, constants, existsSync } from "node:fs";
import { makeFolder } from "../../engine/base/make-folder.ts";
import { availableParallelism, freemem, totalmem } from "node:os";
import type { Command } from "commander";
import { Executor } from "../../engine/activations/executor.ts";
import { capture } from "../../engine/activations/capture.ts";
import { Packing, takeRows } from "../../engine/activations/packing.ts";
import { hubCacheFolder } from "../../engine/model/hub-cache.ts";
import { modelCacheFolder, SMOLLM2, smollm2Path } from "../../engine/model/model-cache.ts";
import { openModel } from "../../engine/model/open.ts";
import { topTokens } from "../../engine/readout/logits.ts";
import { runtimeVersion } from "../../engine/runtime/ort.ts";
import { runsFolder } from "../../engine/session/run-store.ts";
import { version } from "../../engine/session/version.ts";
import { columns } from "../circuit-table.ts";
import { EXIT } from "../failure.ts";
import { printData, printJson } from "../output.ts";

interface Check {
  readonly what: string;
  readonly found: string;
  readonly good: boolean;
}

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("Prints versions and folders, and tries a run of the embedded model.")
    .option("--json", "Prints it as JSON.")
    .action(async (flags: { json?: boolean }) => {
      const checks = [...facts(), await testRun()];
      if (flags.json) printJson(checks);
      else printData(columns(checks.map(({ what, found, good }) => [good ? "ok " : "BAD", what, found])));
      process.exitCode = checks.every(({ good }) => good) ? EXIT.ok : EXIT.failed;
    });
}

function facts(): Check[] {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  return [
    { what: "secateur", found: version, good: true },
    {
      what: "node",
      found: `${process.version} ${process.platform} ${process.arch}`,
      good: Number(process.versions.node.split(".")[0]) >= 20,
    },
    { what: "onnxruntime", found: `${runtimeVersion}, cpu`, good: true },
    { what: "cores", found: String(availableParallelism()), good: true },
    { what: "memory", found: `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`, good: true },
    writable("run journals", runsFolder()),
    writable("model cache", modelCacheFolder()),
    {
      what: "Hugging Face cache",
      found: `${hubCacheFolder()}${existsSync(hubCacheFolder()) ? "" : " (absent)"}`,
      good: true,
    },
    {
      what: SMOLLM2.name,
      found: existsSync(smollm2Path()) ? smollm2Path() : "not fetched (npm run fetch:smollm2)",
      good: true,
    },
  ];
}

function writable(what: string, folder: string): Check {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return { what, found: folder, good: true };
  } catch (error) {
    return { what, found: `${folder}: ${error instanceof Error ? error.message : String(error)}`, good: false };
  }
}

const prompt = "When Mary and John went to the store, John gave a drink to";
const answer = " Mary";

async function testRun(): Promise<Check> {
  const what = "embedded model";
  try {
    const model = openModel("sprig");
    const executor = new Executor(model);
    const ids = model.tokenizer.encode(prompt);
    const packing = Packing.ofLengths([ids.length]);
    const { residual } = await capture(executor, packing, executor.embed(ids, packing.positions), { sites: [] });
    const end = takeRows(residual, model.config.dModel, packing.endRows);
    const said = model.tokenizer.decode([...(await topTokens(executor, end))]);
    const { sha256 } = model;
    await executor.dispose();
    model.close();
    return { what, found: `sha256 ${sha256.slice(0, 12)}…; "${prompt}" → "${said}"`, good: said === answer };
  } catch (error) {
    return { what, found: error instanceof Error ? error.message : String(error), good: false };
  }
}
