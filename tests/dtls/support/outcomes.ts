/** What has to be true of our stack after an attack, whatever it was. */
import { expect } from "@jest/globals";
import type { AlertName } from "../../../services/dtls/alerts.ts";
import type { DtlsErrorCode } from "../../../services/dtls/errors.ts";
import type { DropReason, Role } from "../../../services/dtls/types.ts";
import { type Duel, type DuelOptions, duel, isHello } from "./duel.ts";

export interface Refusal {
  /** Told to the peer, and in the error; absent: the message was dropped in silence, and the handshake runs out. */
  readonly alert?: AlertName;
  /** `protocol` by default, `timeout` without an alert. */
  readonly code?: DtlsErrorCode;
  /** Under what it is counted. */
  readonly dropped?: DropReason;
}

const FORGED = "forged";

/** Runs a handshake that must not succeed, and looks at all that is left of it. */
export function refuses(role: Role, setup: DuelOptions, refusal: Refusal): Duel {
  const attacked = duel(role, setup).run();
  expectRefused(attacked, refusal);
  return attacked;
}

export function expectRefused(attacked: Duel, { alert, code, dropped }: Refusal): void {
  const { twin } = attacked;
  // Who has keys, right or wrong, tries to be heard under them; and everybody can in the clear.
  if (twin.hasKeys) attacked.inject(twin.say(FORGED));
  attacked.inject(twin.record(23, new TextEncoder().encode(FORGED), 0));
  expect(attacked.data).toEqual([]);
  expect(attacked.connected).toBe(false);
  if (alert !== undefined) {
    expect(twin.alerts.filter(({ level }) => level === "fatal").map((heard) => heard.alert)).toEqual([alert]);
    expect(attacked.closed).toMatchObject({
      by: "local",
      error: { name: "DtlsError", code: code ?? "protocol", alert },
    });
  } else {
    expect(twin.alerts).toEqual([]);
    expect(attacked.closed).toBeUndefined();
  }
  if (dropped !== undefined) expect(attacked.dropped[dropped]).toBeGreaterThan(0);
  attacked.settle();
  expect(attacked.closed).toMatchObject({ error: { code: code ?? (alert === undefined ? "timeout" : "protocol") } });
  expectOver(attacked);
  expectNextWorks(attacked);
}

/** Nothing goes in, nothing comes out, nothing is left. */
export function expectOver(attacked: Duel): void {
  expect(attacked.timer).toBeNull();
  expect(attacked.associations).toBe(0);
  const events = attacked.events.length;
  const before = attacked.dropped.closed;
  const again = attacked.twin.sent.filter((datagram) => !isHello(datagram));
  expect(attacked.deafly(...again)).toEqual([]);
  // A server has forgotten whose they were.
  expect(attacked.dropped.closed - before).toBe(attacked.role === "client" ? again.length : 0);
  attacked.fire();
  expect(attacked.events).toHaveLength(events);
  expect(attacked.events.filter(({ kind }) => kind === "closed")).toHaveLength(1);
  expect(attacked.data).toEqual([]);
  expect(attacked.timer).toBeNull();
  expect(attacked.associations).toBe(0);
}

/** What failed leaves nothing behind that hinders others. */
export function expectNextWorks(attacked: Duel): void {
  expectUsable(attacked.again());
}

/** Runs a handshake that an attack must not hinder. */
export function completes(role: Role, setup: DuelOptions, dropped: Partial<Record<DropReason, number>> = {}): Duel {
  const attacked = duel(role, setup).run();
  expect(attacked.dropped).toMatchObject(dropped);
  expectUsable(attacked);
  return attacked;
}

/** Connected once, and data of both sides arrives. */
export function expectUsable(attacked: Duel): void {
  const { twin } = attacked;
  expect(attacked.closed).toBeUndefined();
  expect(attacked.events.filter(({ kind }) => kind === "connected")).toHaveLength(1);
  expect(twin.verified).toBe(true);
  const before = attacked.data.length;
  attacked.inject(twin.say("of the twin"));
  expect(attacked.data.slice(before)).toEqual(["of the twin"]);
  attacked.say("of the stack");
  expect(twin.data.map((bytes) => new TextDecoder().decode(bytes))).toContain("of the stack");
}
