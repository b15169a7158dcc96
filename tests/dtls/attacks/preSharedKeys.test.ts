import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { concat } from "../../../services/dtls/bytes.ts";
import type { ClientOptions, Role, ServerOptions } from "../../../services/dtls/types.ts";
import { IDENTITY, KEY, PSK } from "./support/credentials.ts";
import { Pair } from "./support/pair.ts";
import { expectAlive } from "./support/untouched.ts";
import { handshake, record, text } from "./support/wire.ts";

const ROLES: readonly Role[] = ["client", "server"];

function pskPair(client: NonNullable<ClientOptions["psk"]>, psk: NonNullable<ServerOptions["psk"]>): Pair {
  return new Pair({ client: { psk: client }, server: { psk } }).connect();
}

/** Lets the timer of one end fire until it gives up. */
function giveUp(pair: Pair, role: Role): void {
  for (let turns = 0; pair.end(role).state === "handshaking"; turns++) {
    if (turns > 30) throw new Error(`the ${role} does not give up`);
    pair.timeout(role);
    pair.carry();
  }
}

describe("E25 pre-shared keys", () => {
  it("another key: neither side connects, both drop what they cannot read and name the likely reason", () => {
    const pair = pskPair({ identity: IDENTITY, key: KEY }, () => new Uint8Array(16).fill(9));
    expect(pair.association!.dropped.unauthentic).toBe(1);
    expect(pair.association!.state).toBe("handshaking");
    giveUp(pair, "client");
    giveUp(pair, "server");
    for (const role of ROLES) {
      expect(pair.closed(role).error).toMatchObject({
        code: "timeout",
        message: expect.stringMatching(/most likely .*(key|identity)/),
      });
      expect(pair.events[role]).toHaveLength(1);
    }
    expect(pair.server.associations).toBe(0);
  });

  it("an identity that the server does not know: it says unknown_psk_identity, which the client tells when nothing better comes", () => {
    const pair = pskPair({ identity: text("stranger"), key: KEY }, PSK.server.psk!);
    expect(pair.closed("server").error).toMatchObject({ code: "peerCredential", alert: "unknown_psk_identity" });
    expect(pair.client.state).toBe("handshaking");
    pair.timeout("client");
    expect(pair.closed("client")).toMatchObject({
      by: "peer",
      error: { code: "alert", alert: "unknown_psk_identity" },
    });
  });

  it.each([
    { what: "of 128 octets", identity: new Uint8Array(128).fill(0x61), key: KEY },
    { what: "empty", identity: new Uint8Array(0), key: KEY },
    { what: "with NUL octets", identity: text("dev\0ice\0"), key: KEY },
    { what: "that is no UTF-8", identity: Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0x80), key: KEY },
    { what: "with a key of 64 octets", identity: IDENTITY, key: new Uint8Array(64).fill(7) },
    { what: "with a key of one octet", identity: IDENTITY, key: Uint8Array.of(7) },
    { what: "with a key of zeros", identity: IDENTITY, key: new Uint8Array(16) },
    { what: "with a key object", identity: IDENTITY, key: createSecretKey(KEY) },
  ])("an identity $what is taken octet for octet", ({ identity, key }) => {
    const asked: Uint8Array[] = [];
    const pair = pskPair({ identity, key }, (of) => {
      asked.push(of);
      return key;
    });
    expect(asked.map((of) => Buffer.from(of).toString("hex"))).toEqual([Buffer.from(identity).toString("hex")]);
    for (const role of ROLES)
      expect(pair.end(role).info!.peer).toMatchObject({ kind: "psk", identity: { length: identity.length } });
    expectAlive(pair);
  });

  it("identities that differ in a NUL octet, or in case, are not the same", () => {
    for (const identity of ["urn:dev:1\0", "urn:dev:1 ", "URN:DEV:1", "urn:dev:"]) {
      const pair = pskPair({ identity: text(identity), key: KEY }, PSK.server.psk!);
      expect(pair.closed("server").error?.alert).toBe("unknown_psk_identity");
    }
  });

  it("an identity of 129 octets from a peer is refused with decode_error, and the key is not asked for", () => {
    const pair = new Pair(PSK);
    pair.start();
    pair.carry(({ from, bytes }) => {
      if (from === "server" || bytes[13] !== 16) return [bytes];
      const body = concat([Uint8Array.of(0, 129), new Uint8Array(129)]);
      return [record({ type: 22, sequence: 9, fragment: handshake("clientKeyExchange", 2, body) })];
    });
    expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "decode_error" });
  });

  it("the suites of ECDHE_PSK need the key too", () => {
    const suites = ["TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256"] as const;
    const good = new Pair({ client: { ...PSK.client, suites }, server: PSK.server }).connect();
    expectAlive(good);
    const client = { psk: { identity: IDENTITY, key: new Uint8Array(16) }, suites };
    const pair = new Pair({ client, server: PSK.server }).connect();
    giveUp(pair, "client");
    expect(pair.closed("client").error?.code).toBe("timeout");
  });
});
