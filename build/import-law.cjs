// The import law: which room of the engine may import which, checked by dependency-cruiser.

/** Room to the rooms it may import; in the order of the data flow, so that nothing imports what stands below it. */
const ROOMS = {
  base: [],
  choices: ["base"],
  formats: ["base"],
  onnx: ["base"],
  runtime: ["base", "onnx"],
  tokens: ["base", "choices", "formats"],
  corpus: ["base", "tokens"],
  model: ["base", "formats", "tokens"],
  circuit: ["base", "choices"],
  task: ["base", "choices", "tokens"],
  transformer: ["base", "choices", "onnx", "model"],
  activations: ["base", "choices", "onnx", "runtime", "model", "circuit", "task", "transformer"],
  readout: ["base", "onnx", "runtime", "model", "transformer", "activations"],
  metric: ["base", "task", "readout"],
  evaluate: [
    "base",
    "choices",
    "runtime",
    "model",
    "circuit",
    "task",
    "transformer",
    "activations",
    "readout",
    "metric",
  ],
  score: [
    "base",
    "choices",
    "onnx",
    "runtime",
    "model",
    "circuit",
    "task",
    "transformer",
    "activations",
    "readout",
    "metric",
    "evaluate",
  ],
  prune: ["base", "choices", "circuit", "metric", "evaluate", "score"],
  reading: ["base", "circuit", "task", "activations", "readout", "metric", "evaluate", "score"],
  relation: [
    "base",
    "choices",
    "formats",
    "onnx",
    "runtime",
    "model",
    "tokens",
    "task",
    "transformer",
    "activations",
    "readout",
    "metric",
    "evaluate",
  ],
  lens: [
    "base",
    "choices",
    "formats",
    "onnx",
    "runtime",
    "tokens",
    "model",
    "circuit",
    "task",
    "transformer",
    "activations",
    "readout",
    "metric",
    "evaluate",
  ],
  neuron: [
    "base",
    "choices",
    "corpus",
    "onnx",
    "runtime",
    "tokens",
    "model",
    "circuit",
    "task",
    "transformer",
    "activations",
    "readout",
    "metric",
    "evaluate",
  ],
  dictionary: ["base", "choices", "formats", "onnx", "runtime", "model", "transformer", "activations"],
  generation: ["base", "choices", "runtime", "tokens", "model", "transformer", "activations", "readout"],
  train: [
    "base",
    "formats",
    "onnx",
    "runtime",
    "model",
    "tokens",
    "circuit",
    "task",
    "transformer",
    "activations",
    "readout",
    "metric",
    "evaluate",
  ],
};

/** Parts of the repository that the engine knows nothing of. */
const OUTSIDE = "^(cli|bench|build|test|server|electron|renderer)/";
const TEST = "\\.test\\.ts$";
const NODE_BUILTIN =
  "^(node:)?(assert|buffer|child_process|crypto|events|fs|http|https|module|net|os|path|perf_hooks|process|readline|stream|timers|tls|url|util|v8|vm|worker_threads|zlib)(/|$)";

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-imports-upwards-only`,
  comment: `engine/${room} may import ${allowed.join(", ") || "no other room"}`,
  severity: "error",
  from: { path: `^engine/${room}/`, pathNot: TEST },
  to: { path: "^engine/", pathNot: `^engine/(${[room, ...allowed].join("|")})/` },
}));

/** What stands over the rooms, with what each may import; `session`, `verbs` and `service` put all rooms together. */
const COMPOSERS = {
  contract: ["base", "choices", "circuit"],
  wire: ["base", "choices", "circuit", "contract"],
  session: [...Object.keys(ROOMS), "contract"],
  verbs: [...Object.keys(ROOMS), "contract", "session"],
  service: [...Object.keys(ROOMS), "contract", "wire", "session", "verbs"],
  main: ["contract", "wire", "service"],
};
const COMPOSER_NAMES = Object.keys(COMPOSERS).join("|");

const composerRules = Object.entries(COMPOSERS).map(([composer, allowed]) => ({
  name: `${composer}-imports-what-stands-under-it`,
  comment: `engine/${composer} may import ${allowed.join(", ")}`,
  severity: "error",
  from: { path: `^engine/${composer}(/|\\.ts$)`, pathNot: TEST },
  to: { path: "^engine/", pathNot: `^engine/(${[composer, ...allowed].join("|")})(/|\\.ts$)` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...composerRules,
    {
      name: "every-file-has-a-room",
      comment: "a file of the engine lies in a room of the table, or is one of its composers",
      severity: "error",
      from: { path: "^engine/", pathNot: `^engine/(${Object.keys(ROOMS).join("|")}|${COMPOSER_NAMES})(/|\\.ts$)` },
      to: {},
    },
    {
      name: "engine-knows-no-user-of-it",
      severity: "error",
      from: { path: "^engine/", pathNot: TEST },
      to: { path: OUTSIDE },
    },
    {
      name: "nothing-imports-the-command-line",
      severity: "error",
      from: { pathNot: "^(cli/|test/)" },
      to: { path: "^cli/" },
    },
    {
      name: "only-what-starts-the-workbench-imports-the-server",
      severity: "error",
      from: { pathNot: "^(server/|cli/|electron/|test/|build/(start|.*\\.test)\\.ts$)" },
      to: { path: "^server/" },
    },
    {
      name: "electron-shares-the-policy-and-the-supervisor",
      comment:
        "of the server all but its socket; of the page what it says of its host, its words and its list of instruments; of the engine what is free of ONNX",
      severity: "error",
      from: { path: "^electron/" },
      to: {
        path: "^(engine|cli|server|renderer)/",
        pathNot: [
          "^server/(content-policy|engine-process|node-launcher|page-files)\\.ts$",
          "^renderer/(client|words)/",
          "^renderer/state/instruments\\.ts$",
          "^engine/(contract(\\.ts|/)|base/|choices/|circuit/|wire/)",
        ],
      },
    },
    {
      name: "nothing-imports-the-desktop-app",
      severity: "error",
      from: { pathNot: "^(electron/|test/|build/(start|.*\\.test)\\.ts$)" },
      to: { path: "^electron/" },
    },
    {
      name: "only-the-desktop-app-imports-electron",
      severity: "error",
      from: { pathNot: "^(electron/|build/default-app\\.cjs$)" },
      to: { path: "node_modules/electron/" },
    },
    {
      name: "renderer-knows-the-engine-by-its-contract",
      comment: "the page shares what is free of Node: the contract and the circuits",
      severity: "error",
      from: { path: "^renderer/" },
      to: { path: "^(engine|cli|server)/", pathNot: "^engine/(contract(\\.ts|/)|circuit/|choices/|base/)" },
    },
    {
      name: "one-file-imports-onnxruntime",
      severity: "error",
      from: { pathNot: "^engine/runtime/ort\\.ts$" },
      to: { path: "onnxruntime-(node|common)" },
    },
    {
      name: "circuit-is-free-of-node",
      comment: "the renderer shares engine/choices, engine/circuit and engine/contract",
      severity: "error",
      from: { path: "^engine/(choices/|circuit/|contract)", pathNot: TEST },
      to: { path: NODE_BUILTIN, reachable: true },
    },
    {
      name: "no-cycles",
      comment: "imports of types alone are gone when the code runs and may go round",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "nothing-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-development-dependency-in-the-product",
      severity: "error",
      from: { path: "^(engine|cli|server)/", pathNot: TEST },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { conditionNames: ["node", "import", "types", "default"], exportsFields: ["exports"] },
  },
};
