// A reporter that names every skipped test with its reason and ends the run with one line: "N passed, N failed".
import type { Reporter, TestCase, TestModule } from "vitest/node";

export default class TestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = cases.filter((test) => test.result().state === "passed").length;
    const failedCases = cases.filter((test) => test.result().state === "failed").length;
    const skipped = cases.filter((test) => test.result().state === "skipped");
    for (const test of skipped) console.log(`skipped: ${describe(test)}`);
    console.log(`${passed} passed, ${failedCases + brokenModules(modules) + unhandled.length} failed`);
  }
}

/** Files that could not be loaded have no tests that could fail. */
function brokenModules(modules: readonly TestModule[]): number {
  return modules.filter((module) => module.errors().length > 0).length;
}

function describe(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return `${test.module.relativeModuleId}: ${test.fullName}${note === undefined ? "" : ` (${note})`}`;
}
