/** The driver's firmware area on a line whose other end plays a transcript, in time that stands still. */
import { afterEach, expect } from "@jest/globals";
import type { Dialect } from "../../../modem/at/commands/dialect.ts";
import { AtFirmwareArea } from "../../../modem/at/firmwareArea.ts";
import { AtChannel } from "../../../modem/at/line/atChannel.ts";
import { duplexPair } from "../../support/duplexPair.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { type Line, ScriptedModem } from "./scriptedModem.ts";

const open: { channel: AtChannel; modem: ScriptedModem }[] = [];

/** Every transcript is played to its end, and nothing else was heard. */
afterEach(() => {
  for (const { channel, modem } of open.splice(0)) {
    channel.close();
    expect(modem.surprises).toEqual([]);
    expect(modem.left).toEqual([]);
  }
});

export function scripted(
  script: readonly Line[],
  { dialect = "serialModem", downloads = "host" }: { dialect?: Dialect; downloads?: "host" | "modem" } = {},
) {
  const clock = new VirtualClock();
  const [host, device] = duplexPair();
  const modem = new ScriptedModem(device, script);
  const channel = new AtChannel({ stream: host, clock, dialect });
  const line = { dialect, execute: channel.execute.bind(channel) };
  const area = new AtFirmwareArea({ line, clock, downloads });
  channel.subscribe((notification) => area.take(notification));
  open.push({ channel, modem });
  return { clock, modem, area };
}

export const OK = "\r\nOK\r\n";
export const ERROR = "\r\nERROR\r\n";
/** Where an image of nobody begins: 294912 is the size in Nordic's own examples. */
export const EMPTY: Line = ["AT#XFOTA=7", `\r\n#XFOTA: 294912,0\r\n${OK}`];
