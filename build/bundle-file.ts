// Bundles one source file with all that it imports, but for what is native and what few ever start.
import { build } from "vite";

export interface BundleFile {
  readonly source: string;
  /** Folder and name of the file that is made. */
  readonly folder: string;
  readonly name: string;
  readonly format: "cjs" | "es";
  /** Goes before everything else. */
  readonly banner?: string;
  /** Names in the source that stand for something known only while bundling. */
  readonly define?: Record<string, string>;
}

export async function bundleFile({ source, folder, name, format, banner, define }: BundleFile): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    define,
    ssr: { noExternal: true, external: ["electron", "onnxruntime-node", "bullmq", "ioredis", "highs"] },
    build: {
      ssr: true,
      target: "es2022",
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: { [name]: source },
        output: { format, banner, entryFileNames: name, codeSplitting: false },
      },
    },
  });
}
