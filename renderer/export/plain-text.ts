// Which text the fonts that every PDF reader has can show, and what is said otherwise where it means the same.

const SAME: Readonly<Record<string, string>> = { "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " " };

export const plainest = (text: string): string => text.replace(/[\u2212\u00a0\u202f\u2009]/g, (each) => SAME[each]!);

/** Latin-1, whose letters these fonts have. */
export const isPlain = (text: string): boolean => /^[\u0020-\u007e\u00a1-\u00ff]*$/.test(text);
