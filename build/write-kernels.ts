// Writes engine/kernels/module.ts: the kernels as they are compiled now.
import { writeFileSync } from "node:fs";
import { compileKernels, moduleSource } from "./compile-kernels.ts";

writeFileSync("engine/kernels/module.ts", moduleSource(await compileKernels()));
