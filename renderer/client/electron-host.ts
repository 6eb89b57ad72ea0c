// The host in the desktop app: a port to the engine, the system's file dialogs, its menu and its recent files.
import type { DesktopBridge } from "./desktop-bridge.ts";
import type { Host, PickedFile } from "./host.ts";
import { PortTransport } from "./port-transport.ts";

export function electronHost(bridge: DesktopBridge): Host {
  return {
    kind: "desktop",
    address: "",
    transport: new PortTransport(bridge),
    files: {
      pick: (endings) => bridge.pickFile(endings),
      read: (file) => read(bridge, file),
      save: async (name, content) => bridge.saveFile(name, await content.arrayBuffer()),
    },
    shell: {
      engineReport: () => bridge.engineReport(),
      restartEngine: async () => {
        await bridge.restartEngine();
        return true;
      },
      showState: (state) => void bridge.showState(state),
      onCommand: (listener) => bridge.onCommand(listener),
    },
  };
}

async function read(bridge: DesktopBridge, file: File): Promise<PickedFile> {
  const path = bridge.pathOf(file);
  const text = await file.text();
  if (path === "") return { name: file.name, text };
  await bridge.noteOpened(file);
  return { name: file.name, text, path };
}
