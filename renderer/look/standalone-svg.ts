// A drawing of the page as a file of its own.

/** The element's text with the name space that files need and the size that its view box has. */
export function standalone(drawing: SVGElement): string {
  const copy = drawing.cloneNode(true) as SVGElement;
  const [, , width = "0", height = "0"] = (drawing.getAttribute("viewBox") ?? "").split(" ");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  return copy.outerHTML;
}
