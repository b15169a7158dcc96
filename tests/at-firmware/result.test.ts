import { expect, it } from "@jest/globals";
import { parseNotification } from "../../modem/at/commands/text.ts";
import { firmwareResult } from "../../modem/at/firmwareResult.ts";

const VERSION = "mfw_nrf91x1_2.0.3";

it.each([
  ["#XFOTA: 5,0", { kind: "updated", firmwareVersion: VERSION }],
  ["#XFOTA: 5,1,71303171", { kind: "updateFailed", firmwareVersion: VERSION, code: 0x04400003 }],
  ["#XFOTA: 4,1,71303173", { kind: "updateFailed", firmwareVersion: VERSION, code: 0x04400005 }],
  ["#XFOTA: 4,0", undefined],
  ["#XFOTA: 1,0,20", undefined],
  ["#XFOTA: 1,1,1", undefined],
])("reads of %s what the restart's update came to", (line, result) => {
  const notification = parseNotification(line);
  if (notification.key !== "xfota") throw new Error(`${line} is no #XFOTA notification`);
  expect(firmwareResult(notification.values, VERSION)).toEqual(result);
});
