// From a key press to an action's keys.

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** The press in the spelling of the table of actions, such as "Mod+Shift+Z" or "?". */
export function pressed(event: Press, mac = isMac): string {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isLetter = /^[A-Z]$/.test(key);
  return [mod && "Mod", event.altKey && "Alt", event.shiftKey && isLetter && "Shift", key].filter(Boolean).join("+");
}

/** Keys as they are printed on the keyboard at hand. */
export function printed(keys: string, mac = isMac): readonly string[] {
  return keys.split("+").map((key) => (key === "Mod" ? (mac ? "⌘" : "Ctrl") : key === "Escape" ? "Esc" : key));
}

/** Whether a press in this element belongs to the element. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (element?.isContentEditable) return true;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? "");
}

/** Whether a press of Space or Enter works the element itself. */
export function isPressable(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(element?.closest?.("button, a, summary, [role=slider], [role=tab], [role=menuitem], [role=treeitem]"));
}
