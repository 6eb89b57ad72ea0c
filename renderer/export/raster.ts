// A drawing as pixels: SVG text to a PNG file of 300 dots to an inch.
import { sizeOf } from "./sheet.ts";

const DOTS = 300;
const POINTS_PER_INCH = 72;

/** @param scale of the drawing on paper */
export async function rasterised(svg: string, scale: number): Promise<Blob> {
  const { width, height } = sizeOf(svg);
  const pixels = (points: number) => Math.round((points * scale * DOTS) / POINTS_PER_INCH);
  const image = new Image(pixels(width), pixels(height));
  // The browser draws at the size that the root names.
  const sized = svg.replace(
    /(<svg [^>]*?) width="[^"]*" height="[^"]*"/,
    `$1 width="${pixels(width)}" height="${pixels(height)}"`,
  );
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("The picture is too large to be drawn."))));
  });
  return new Blob([withDots(new Uint8Array(await blob.arrayBuffer()), DOTS)], { type: "image/png" });
}

/** The PNG with its resolution said, so that it is placed at its size: a pHYs chunk behind the header. */
export function withDots(png: Uint8Array<ArrayBuffer>, dots: number): Uint8Array<ArrayBuffer> {
  const perMetre = Math.round(dots / 0.0254);
  const chunk = new Uint8Array(21);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 9);
  chunk.set([0x70, 0x48, 0x59, 0x73], 4);
  view.setUint32(8, perMetre);
  view.setUint32(12, perMetre);
  chunk[16] = 1;
  view.setUint32(17, crc32(chunk.subarray(4, 17)));
  const header = 33;
  const whole = new Uint8Array(png.length + chunk.length);
  whole.set(png.subarray(0, header));
  whole.set(chunk, header);
  whole.set(png.subarray(header), header + chunk.length);
  return whole;
}

/** As PNG and zip have it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
