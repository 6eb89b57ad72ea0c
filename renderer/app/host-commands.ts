// What the shell around the page, the desktop app's menu, may ask of it, and what it must know for that.
import type { HostCommand, ShellState } from "../client/host.ts";
import type { Workbench } from "../state/workbench.svelte.ts";
import { type Action, isEnabled } from "./actions.ts";
import { saveCircuit } from "./save.ts";

type Actions = Readonly<Record<string, Action>>;

export async function obey(command: HostCommand, bench: Workbench, actions: Actions): Promise<void> {
  switch (command.do) {
    case "action": {
      const action = actions[command.id];
      if (action && isEnabled(action)) await action.run();
      return;
    }
    case "export":
      return saveCircuit(bench, command.format);
    case "theme":
      return bench.settings.setTheme(command.theme);
    case "language":
      return bench.settings.setLanguage(command.language);
    case "open":
      return bench.openWhenReady(command.file);
  }
}

export function shellStateOf(bench: Workbench, actions: Actions): ShellState {
  const { language, theme } = bench.settings;
  const disabled = Object.entries(actions).filter(([, action]) => !isEnabled(action));
  return { language, theme, unsaved: bench.hasEdits, disabled: disabled.map(([id]) => id) };
}
