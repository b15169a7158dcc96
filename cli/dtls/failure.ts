/** What went wrong in DTLS, in words and for programs. */
import { ALERTS, alertOfCode } from "../../services/dtls/alerts.ts";
import { DtlsError } from "../../services/dtls/errors.ts";
import { failure, usageError } from "../errors.ts";

/** For the command to end with; anything but a `DtlsError` as it was. */
export function endingOf(error: unknown): unknown {
  if (!(error instanceof DtlsError)) return error;
  if (error.code === "option") return usageError(error.message, undefined, error);
  return failure(messageOf(error), hintOf(error), error);
}

export function messageOf(error: DtlsError): string {
  const alert = alertOf(error);
  return error.code === "alert" && alert !== undefined
    ? `the peer ended the connection with alert ${alert.code}${alert.name === undefined ? "" : `, ${alert.name}`}: ${alert.meaning}`
    : error.message;
}

/** The alert that was sent and what it means, or what to look at. */
export function hintOf(error: DtlsError): string | undefined {
  const alert = alertOf(error);
  if (error.code === "alert" || alert === undefined) return HINTS[error.code];
  return `The peer was sent alert ${alert.code}, ${alert.name}: ${alert.meaning}.`;
}

export function plainError(error: DtlsError): object {
  const alert = alertOf(error);
  return { code: error.code, message: error.message, ...(alert !== undefined && { alert }) };
}

const HINTS: Readonly<Partial<Record<DtlsError["code"], string>>> = {
  noAnswer: "Is the port right, does a firewall lie between, does the server speak DTLS 1.2?",
};

function alertOf({ alertCode: code }: DtlsError) {
  if (code === undefined) return undefined;
  const name = alertOfCode(code);
  return {
    code,
    ...(name !== undefined && { name }),
    meaning: name === undefined ? "not known" : ALERTS[name].meaning,
  };
}
