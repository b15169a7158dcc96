/** A recording's text as a session. */
import { readRecords } from "../../model/readRecords.ts";
import { Session } from "../../model/session.ts";
import type { OpenedRecording } from "./appStore.ts";

export function openText(text: string): OpenedRecording {
  const { records, notices } = readRecords(text);
  const session = new Session();
  session.append(records);
  return { session, problems: notices };
}
