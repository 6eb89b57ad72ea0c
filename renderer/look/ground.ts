// Whether text on a coloured ground is to be light or dark.

/** @param colour as "rgb(1, 2, 3)" or "#010203" */
export function isDarkGround(colour: string): boolean {
  const [red, green, blue] = channels(colour).map((value) => linear(value / 255));
  // WCAG 2: below this luminance white has the higher contrast.
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! < 0.179;
}

function channels(colour: string): number[] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).map(Number);
}

function linear(share: number): number {
  return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
