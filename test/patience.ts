// How long a test waits for what a window shows; ms. Nothing is timed by it: it only ends a wait without hope, on a busy machine too, a
// little before the test's own limit, so that the failure says what was waited for.
export const PATIENCE = 280_000;
export const TEST_LIMIT = 300_000;
