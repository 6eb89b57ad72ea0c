// The npm package: packed, installed from its tarball into an empty folder, and used from there.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const isBuilt = existsSync("dist/cli.mjs") && existsSync("dist/renderer/index.html");
const isReachable = isBuilt && spawnSync("npm", ["ping", "--fetch-retries=0", "--fetch-timeout=5000"]).status === 0;

const folder = mkdtempSync(join(tmpdir(), "secateur-npm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { cwd: join(folder, "empty"), encoding: "utf8", env: environment });
/** As on a machine of someone else: nothing of the npm that started the tests, no data folder. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name))),
  // The processor's library is in the package; those of graphics cards would be fetched.
  ONNXRUNTIME_NODE_INSTALL: "skip",
  SECATEUR_HOME: join(folder, "home"),
  NO_COLOR: "1",
};

describe.skipIf(!isReachable)("the package, where it is built and npm's registry can be reached", () => {
  const tarball = () =>
    join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(".tgz"))!,
    );
  const program = join(folder, "prefix", "bin", "secateur");

  beforeAll(() => {
    mkdirSync(join(folder, "empty"));
    // The bundles are there already; without ignoring scripts it would build them anew.
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { stdio: "ignore" });
    const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    run("npm", ["install", "--global", "--prefix", join(folder, "prefix"), ...quick, tarball()]);
  });

  test("runs the embedded model from an empty folder", () => {
    expect(run(program, ["doctor"])).toMatch(/embedded model +sha256 .* → " Mary"/);
  });

  test("lists the tasks that ship by paths that work from there, and prunes one", () => {
    const listed = JSON.parse(run(program, ["tasks", "list", "--json"])) as { file: string }[];
    const ioi = listed.find(({ file }) => file.endsWith("ioi.yaml"))!.file;
    run(program, [
      "prune",
      ioi,
      ...["--examples", "8", "--held-out", "8", "--validation", "8", "--random", "0", "--no-parts", "--quiet"],
    ]);
    expect(readdirSync(join(folder, "empty"))).toEqual(["ioi.circuit.json"]);
    expect(run(program, ["validate", "ioi.circuit.json"])).toContain("a circuit of ioi on sprig");
  });

  test("runs under npx from its tarball", () => {
    const words = ["--yes", "--prefer-offline", "--package", tarball(), "--", "secateur", "--version"];
    expect(run("npx", words)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.skipIf(process.platform === "win32")("serves the workbench with its page", async () => {
    const server = spawn(program, ["serve"], { cwd: join(folder, "empty"), env: environment });
    try {
      const [address] = await new Promise<string[]>((resolve) =>
        createInterface(server.stdout).once("line", (line) => resolve([line])),
      );
      const page = await fetch(address!, { redirect: "manual" });
      const cookie = page.headers
        .getSetCookie()
        .map((line) => line.split(";")[0])
        .join("; ");
      const whole = page.status === 200 ? page : await fetch(new URL("/", address), { headers: { cookie } });
      expect([whole.status, await whole.text()]).toEqual([200, expect.stringContaining("<title>Secateur")]);
    } finally {
      server.kill();
    }
  });
});
