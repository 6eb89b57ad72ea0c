// Compiles the kernels from AssemblyScript to WebAssembly.
import { main } from "assemblyscript/asc";

const SOURCE = "engine/kernels/assembly/index.ts";
/** No garbage collector, no memory of its own: whoever starts the module gives it the memory that its arrays lie in. */
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--enable", "simd"];

export async function compileKernels(): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await main([SOURCE, "--outFile", "kernels.wasm", ...OPTIONS], {
    writeFile: (_, contents) => void (bytes = contents as Uint8Array),
  });
  if (error || !bytes) throw new Error(`The kernels do not compile: ${stderr.toString()}`, { cause: error });
  return bytes;
}

/** The module as the source file that the engine imports: bundles and tests need no compiler. */
export function moduleSource(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64");
  const lines = text.match(/.{1,110}/g)!.map((line) => `  "${line}",`);
  return [
    "// The kernels compiled by `npm run kernels`; generated and not edited.",
    "",
    "/** WebAssembly in base64. */",
    "export const MODULE = [",
    ...lines,
    '].join("");',
    "",
  ].join("\n");
}
