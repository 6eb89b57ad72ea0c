// Names of the channels between the main process and the preload script.

export const CHANNELS = {
  openLine: "line:open",
  linePort: "line:port",
  lineEnded: "line:ended",
  engineReport: "engine:report",
  restartEngine: "engine:restart",
  pickFile: "file:pick",
  saveFile: "file:save",
  noteOpened: "file:note",
  showState: "shell:state",
  listening: "shell:listening",
  command: "shell:command",
} as const;
