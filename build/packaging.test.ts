// The configuration of the packages, and an engine put together as it says.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { selfTest } from "../electron/self-test.ts";
import { engineCalls } from "../renderer/client/engine-calls.ts";
import { openLine } from "../server/engine-line.ts";
import { EngineProcess } from "../server/engine-process.ts";
import { launchOnNode } from "../server/node-launcher.ts";

interface Copied {
  readonly from: string;
  readonly to: string;
  readonly filter?: readonly string[];
}

interface Configuration {
  readonly electronVersion: string;
  readonly files: readonly string[];
  readonly extraResources: readonly Copied[];
  readonly fileAssociations: readonly { readonly ext: string; readonly mimeType: string }[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly linux: { readonly extraResources: readonly Copied[] };
  readonly win: { readonly extraResources: readonly Copied[] };
  readonly mac: { readonly extraResources: readonly Copied[] };
}

const json = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
const configuration = parse(readFileSync("electron-builder.yml", "utf8")) as Configuration;
const PLATFORMS = { linux: "linux", win: "win32", mac: "darwin" } as const;
const BINARIES = "node_modules/onnxruntime-node/bin/napi-v6";
const bundle = "dist/engine.cjs";
const built = existsSync(bundle);
const folder = mkdtempSync(join(tmpdir(), "secateur-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("electron-builder takes the configuration", () => {
  const schema = json("test/reference/electron-builder/config.schema.json");
  const validate = new Ajv({ strict: false }).compile(schema);
  validate(configuration);
  expect(validate.errors).toBeNull();
});

test("the packages hold the Electron that the project names", () => {
  const { devDependencies } = json("package.json") as { devDependencies: Record<string, string> };
  expect(configuration.electronVersion).toBe(devDependencies.electron);
});

test("each platform gets its own ONNX Runtime and no other's", () => {
  const common = configuration.extraResources.find(({ from }) => from === "node_modules/onnxruntime-node")!;
  expect(common.filter).not.toContainEqual(expect.stringContaining("bin"));
  for (const [name, platform] of Object.entries(PLATFORMS) as [keyof typeof PLATFORMS, string][]) {
    const own = `${BINARIES}/${platform}/\${arch}`;
    expect(configuration[name].extraResources).toEqual([{ from: own, to: `engine/${own}` }]);
    for (const arch of readdirSync(join(BINARIES, platform)))
      expect(existsSync(join(BINARIES, platform, arch, "onnxruntime_binding.node"))).toBe(true);
  }
});

test("what is copied beside the archive is there", () => {
  const missing = configuration.extraResources.filter(({ from }) => from !== bundle && !existsSync(from));
  expect(missing).toEqual([]);
});

test("no modules go into the archive, and sessions and circuits belong to the app", () => {
  expect(configuration.files).toContain("!node_modules");
  expect(configuration.fileAssociations.map(({ ext, mimeType }) => [ext, mimeType])).toEqual([
    ["secateur", "application/x-secateur-session+json"],
    ["circuit.json", "application/x-secateur-circuit+json"],
  ]);
});

test("the program cannot be made to run as Node, or with another's options", () => {
  expect(configuration.electronFuses).toEqual({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  });
});

test.skipIf(!built)(
  `an engine put together as the configuration says runs the embedded model${built ? "" : ' (skipped: run "npm run build" first)'}`,
  async () => {
    const own = { linux: "linux", win32: "win", darwin: "mac" }[process.platform as "linux"] as keyof typeof PLATFORMS;
    for (const copied of [...configuration.extraResources, ...configuration[own].extraResources]) copy(copied);
    const entry = join(folder, "engine", bundle);
    const engine = new EngineProcess(launchOnNode({ entry, options: [] }));
    engine.start();
    expect(await selfTest(engineCalls(openLine(engine)), "packed")).toMatch(/^ok: secateur .*, packed, ONNX Runtime /);
    engine.stop();
  },
);

function copy({ from, to, filter }: Copied): void {
  const source = from.replaceAll("${arch}", process.arch);
  const target = join(folder, to.replaceAll("${arch}", process.arch));
  const wanted = filter?.map(
    (pattern) => new RegExp(`^${pattern.replaceAll(".", "\\.").replace(/\*\*\/?|\*/g, ".*")}$`),
  );
  for (const name of filesUnder(source)) {
    if (wanted && !wanted.some((pattern) => pattern.test(name))) continue;
    mkdirSync(dirname(join(target, name)), { recursive: true });
    cpSync(join(source, name), join(target, name));
  }
}

/** Paths below a folder; of a file the empty one. */
function filesUnder(path: string): string[] {
  if (statSync(path).isFile()) return [""];
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return entries.filter((name) => statSync(join(path, name)).isFile());
}
