import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";

/** A call takes some ten thousand arguments; a list from a file has any number. */
const NO_SPREAD_LISTS = {
  selector:
    "CallExpression[callee.property.name=/^(push|unshift|splice|concat|max|min|fromCharCode|fromCodePoint|assign)$/] > SpreadElement.arguments[argument.type!='ArrayExpression']",
  message:
    "A list may be too long for a call: append (base/append.ts), greatest or least (base/greatest.ts), or a loop.",
};

export default tseslint.config(
  {
    ignores: [
      ".cache/",
      "dist/**",
      "node_modules/**",
      "engine/onnx/onnx_pb.ts",
      "engine/kernels/assembly/",
      "build/*.cjs",
    ],
  },
  ...tseslint.configs.recommended,
  ...svelte.configs["flat/recommended"],
  {
    languageOptions: { parserOptions: { projectService: true, extraFileExtensions: [".svelte"] } },
    rules: {
      "no-console": "error",
      eqeqeq: "error",
      "prefer-const": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      // These need types; they find forgotten awaits and forgotten cases.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ["renderer/**/*.svelte", "renderer/**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    // State is replaced, never changed in place; sets and dates inside it are values.
    rules: { "svelte/prefer-svelte-reactivity": "off" },
  },
  { files: ["build/**", "bench/**"], rules: { "no-console": "off" } },
  {
    files: ["cli/**", "electron/**", "engine/**", "renderer/**", "server/**"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", NO_SPREAD_LISTS] },
  },
  {
    // What opens a model gives it back: one file of the rooms over the engine's does both.
    files: ["engine/session/**", "engine/verbs/**", "engine/sweep/**", "engine/service/**"],
    ignores: ["**/*.test.ts", "engine/session/open-model.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        NO_SPREAD_LISTS,
        {
          selector: "NewExpression[callee.name='Executor']",
          message: "Open a model through withTask or withModel (engine/session), which give it back.",
        },
      ],
    },
  },
  {
    // Text from other people's files is made visible in one place before a terminal gets it.
    files: ["cli/**"],
    ignores: ["cli/output.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        NO_SPREAD_LISTS,
        {
          selector: "CallExpression[callee.object.object.name='process'][callee.property.name='write']",
          message: "Print through cli/output.ts.",
        },
      ],
    },
  },
);
