// SVG text: elements with escaped attributes and text, numbers short.

type Attributes = Readonly<Record<string, string | number | undefined>>;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// Control characters that XML does not allow even when they are escaped.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

const escape = (text: string): string => text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"]/g, (each) => ESCAPES[each]!);
const short = (value: string | number): string =>
  typeof value === "number" ? String(Math.round(value * 100) / 100) : escape(value);

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${short(value)}"`],
  );
  const inside = children.join("");
  return inside === "" ? `<${name}${given.join("")}/>` : `<${name}${given.join("")}>${inside}</${name}>`;
}

export const text = (attributes: Attributes, content: string): string => element("text", attributes, escape(content));

/** What a viewer shows when the pointer rests on the element around it. */
export const title = (content: string): string => element("title", {}, escape(content));
