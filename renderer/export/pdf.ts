// A drawing as a PDF page of its size: lines and Latin text stay vectors, other text is drawn as the page draws it.
//
// A PDF's own fonts know Latin letters only, and a Chinese font to embed weighs ten megabytes.
import { jsPDF } from "jspdf";
import { svg2pdf } from "svg2pdf.js";
import { sizeOf } from "./sheet.ts";
import { isPlain, plainest } from "./plain-text.ts";

/** Dots to a point of text that is drawn as pixels: 600 to an inch. */
const FINE = 600 / 72;

/** @param scale of the drawing on paper */
export async function pdfOf(svg: string, scale: number): Promise<Blob> {
  const size = sizeOf(svg);
  const [width, height] = [size.width * scale, size.height * scale];
  const holder = document.createElement("div");
  holder.innerHTML = svg;
  holder.className = "hidden";
  document.body.append(holder);
  try {
    const root = holder.querySelector("svg")!;
    for (const line of root.querySelectorAll("text")) draw(line);
    const orientation = width > height ? "landscape" : "portrait";
    const page = new jsPDF({ unit: "pt", format: [width, height], orientation, compress: true });
    await svg2pdf(root, page, { x: 0, y: 0, width, height });
    return page.output("blob");
  } finally {
    holder.remove();
  }
}

function draw(line: SVGTextElement): void {
  const content = plainest(line.textContent);
  if (isPlain(content)) line.textContent = content;
  else line.replaceWith(pictureOf(line, content));
}

/** The text as an image in its place. */
function pictureOf(line: SVGTextElement, content: string): SVGImageElement {
  const said = (name: string) => line.closest(`[${name}]`)?.getAttribute(name);
  const size = Number(said("font-size") ?? 8);
  const font = `${line.getAttribute("font-weight") ?? 400} ${size * FINE}px ${said("font-family") ?? "sans-serif"}`;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d")!;
  pen.font = font;
  canvas.width = Math.ceil(pen.measureText(content).width) + 2;
  canvas.height = Math.ceil(size * FINE * 1.4);
  pen.font = font;
  pen.fillStyle = line.getAttribute("fill") ?? "#000000";
  pen.fillText(content, 1, size * FINE * 1.05);
  const width = canvas.width / FINE;
  const shift = { start: 0, middle: width / 2, end: width }[line.getAttribute("text-anchor") ?? "start"] ?? 0;
  const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
  const place = {
    x: Number(line.getAttribute("x") ?? 0) - shift,
    y: Number(line.getAttribute("y") ?? 0) - size * 1.05,
    width,
    height: canvas.height / FINE,
    href: canvas.toDataURL("image/png"),
  };
  for (const [name, value] of Object.entries(place)) image.setAttribute(name, String(value));
  const turn = line.getAttribute("transform");
  if (turn !== null) image.setAttribute("transform", turn);
  return image;
}
