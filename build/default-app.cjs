// Stands in for Electron's default app, which a repackaged Electron lacks: starts the app in the folder that is named,
// after the scripts given by -r, as Playwright's.
"use strict";
const { readFileSync } = require("node:fs");
const { join, resolve } = require("node:path");
const { app } = require("electron");

const words = process.argv;
let at = 1;
while (at < words.length && words[at].startsWith("-")) {
  if (words[at] !== "-r") {
    at++;
    continue;
  }
  const before = words.length;
  require(resolve(words[at + 1]));
  // Playwright's script takes its own words out.
  at = words.length < before ? 1 : at + 2;
}
const folder = resolve(words[at]);
const { name, version, main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
words.splice(1, at - 1);
app.setName(name);
app.setVersion(version);
app.setAppPath(folder);
require(join(folder, main));
