// The guided first run: five steps from a task to a picture of its circuit, each of which the window can do for the reader.
export const GUIDE_STEPS = ["task", "search", "scrub", "ablate", "picture"] as const;
export type GuideStep = (typeof GUIDE_STEPS)[number];

/** Index of a step; "closed" once the reader has closed it. */
export type GuideState = number | "closed";

export function isGuideState(value: unknown): value is GuideState {
  return (
    value === "closed" || (Number.isInteger(value) && (value as number) >= 0 && (value as number) < GUIDE_STEPS.length)
  );
}

export function stepOf(state: GuideState): GuideStep | undefined {
  return state === "closed" ? undefined : GUIDE_STEPS[state];
}
