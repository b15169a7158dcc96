import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import type { AlertName } from "../../../services/dtls/alerts.ts";
import { concat } from "../../../services/dtls/bytes.ts";
import { DtlsClient } from "../../../services/dtls/client.ts";
import type { Role } from "../../../services/dtls/types.ts";
import { createCa, type Issued, issue } from "../../support/certificateAuthority.ts";
import { CA, DEVICE, IDENTITY, OTHER_KEYS, PSK, RPK, SERVER, TRUST, X509 } from "./support/credentials.ts";
import { other, Pair } from "./support/pair.ts";
import { expectAlive } from "./support/untouched.ts";
import { handshake, record, records } from "./support/wire.ts";

const ROLES: readonly Role[] = ["client", "server"];

interface BadChain {
  readonly what: string;
  readonly alert: AlertName;
  /** What the peer shows, and its key. */
  readonly make: (purpose: "serverAuth" | "clientAuth") => {
    chain: readonly Uint8Array[];
    privateKey: Issued["privateKey"];
  };
}

const DAY_MS = 86_400_000;
const SAN = ["DNS:lwm2m.example"];
const leaf = (options: Partial<Parameters<typeof issue>[0]>): Issued =>
  issue({ ca: CA, subject: "leaf", san: SAN, ...options });
const shown = ({ der, privateKey }: Issued, ...more: readonly Issued[]) => ({
  chain: [der, ...more.map((one) => one.der)],
  privateKey,
});
const below = (ca: Issued, ...more: readonly Issued[]) => shown(leaf({ ca }), ca, ...more);

const BAD_CHAINS: readonly BadChain[] = [
  {
    what: "an expired certificate",
    alert: "certificate_expired",
    make: () => shown(leaf({ notBefore: Date.now() - 2 * DAY_MS, notAfter: Date.now() - DAY_MS })),
  },
  {
    what: "a certificate that is not valid yet",
    alert: "certificate_expired",
    make: () => shown(leaf({ notBefore: Date.now() + DAY_MS })),
  },
  {
    what: "a certificate of an issuer that is no CA",
    alert: "certificate_unknown",
    make: () => below(leaf({ isCa: false, keyUsage: ["keyCertSign"] })),
  },
  {
    what: "a path longer than a CA allows",
    alert: "certificate_unknown",
    make: () => {
      const upper = createCa({ name: "Upper", ca: CA, pathLength: 0 });
      return below(createCa({ name: "Lower", ca: upper }), upper);
    },
  },
  {
    what: "an issuer that may not sign certificates",
    alert: "certificate_unknown",
    make: () => below(createCa({ name: "No signer", ca: CA, keyUsage: ["cRLSign"] })),
  },
  {
    what: "a certificate for the other side's purpose only",
    alert: "unsupported_certificate",
    make: (purpose) => shown(leaf({ extendedKeyUsage: [purpose === "serverAuth" ? "clientAuth" : "serverAuth"] })),
  },
  {
    what: "a critical extension that nobody knows",
    alert: "certificate_unknown",
    make: () => shown(leaf({ extensions: [{ id: "1.2.3.4.5", critical: true, value: Uint8Array.of(5, 0) }] })),
  },
  {
    what: "a certificate that signs itself",
    alert: "unknown_ca",
    make: () => shown(issue({ subject: "leaf", san: SAN })),
  },
  {
    what: "a certificate of a stranger's CA",
    alert: "unknown_ca",
    make: () => below(createCa({ name: "Stranger" })),
  },
  {
    what: "a certificate of a CA that only has the name of the trusted one",
    alert: "bad_certificate",
    make: () => below(createCa({ name: "Test CA", keyIdentifiers: false })),
  },
  {
    what: "a key that may not sign",
    alert: "unsupported_certificate",
    make: () => shown(leaf({ keyUsage: ["keyAgreement"] })),
  },
  {
    what: "a signature with SHA-1 above",
    alert: "bad_certificate",
    make: () => shown(leaf({ hash: "sha1" })),
  },
];

describe.each(ROLES)("E26 X.509, shown to a %s", (judge) => {
  const shower = other(judge);
  const purpose = judge === "client" ? "serverAuth" : "clientAuth";
  const options = (certificate: { chain: readonly Uint8Array[]; privateKey: Issued["privateKey"] }) => ({
    ...X509,
    [shower]: { ...X509[shower], certificate },
  });

  it.each(BAD_CHAINS)("$what is refused with $alert", ({ make, alert }) => {
    const pair = new Pair(options(make(purpose))).connect();
    const { by, error } = pair.closed(judge);
    expect({ by, code: error?.code, alert: error?.alert }).toEqual({ by: "local", code: "peerCredential", alert });
    expect(pair.events[judge]).toHaveLength(1);
    // The other side hears of it, and believes it when nothing else comes.
    pair.timeout(shower);
    expect(pair.closed(shower).error).toMatchObject({ code: "alert", alert });
    expect(pair.server.associations).toBe(0);
  });

  it("a chain in any order, with the root in it, is taken", () => {
    const upper = createCa({ name: "Upper", ca: CA });
    const lower = createCa({ name: "Lower", ca: upper });
    const good = leaf({ ca: lower });
    for (const rest of [
      [lower, upper],
      [upper, lower],
      [lower, upper, CA],
      [CA, upper, lower],
    ]) {
      const pair = new Pair(options(shown(good, ...rest))).connect();
      expectAlive(pair);
      expect(pair.end(judge).info!.peer).toMatchObject({
        kind: "certificate",
        certificate: { length: good.der.length },
      });
    }
  });

  it("a chain without its intermediate is refused with unknown_ca", () => {
    const pair = new Pair(options(shown(leaf({ ca: createCa({ name: "Between", ca: CA }) })))).connect();
    expect(pair.closed(judge).error).toMatchObject({ code: "peerCredential", alert: "unknown_ca" });
  });

  it.each([
    { what: "an RSA key", key: OTHER_KEYS.rsa },
    { what: "a key on P-384", key: OTHER_KEYS.p384 },
  ])("$what in the certificate is refused with unsupported_certificate", ({ key }) => {
    // Nothing here would show such a certificate: its octets are put into the place of a good one.
    const bad = leaf({ key });
    const pair = new Pair(X509);
    pair.start();
    pair.carry(({ from, bytes }) => (from === shower ? [replaceCertificate(bytes, bad.der)] : [bytes]));
    expect(pair.closed(judge).error).toMatchObject({ code: "peerCredential", alert: "unsupported_certificate" });
  });

  it("the certificate of somebody else is of no use without its key", () => {
    const pair = new Pair(X509);
    const stolen = leaf({});
    pair.start();
    pair.carry(({ from, bytes }) => (from === shower ? [replaceCertificate(bytes, stolen.der)] : [bytes]));
    const { error } = pair.closed(judge);
    expect(error).toMatchObject({ code: "peerCredential", alert: "decrypt_error" });
    expect(pair.data(judge)).toEqual([]);
  });
});

describe("E26 names", () => {
  const asking = (serverName: string) => new Pair({ ...X509, client: { ...X509.client, serverName } }).connect();

  it.each(["lwm2m.example", "LWM2M.Example", "192.0.2.1"])("a server is who it says it is: %s", (name) => {
    expectAlive(asking(name));
  });

  it.each(["other.example", "example", "sub.lwm2m.example", "192.0.2.2", "2001:db8::1"])(
    "a server of another name or address is refused: %s",
    (name) => {
      const pair = asking(name);
      expect(pair.closed("client").error).toMatchObject({
        code: "peerCredential",
        alert: "certificate_unknown",
        message: expect.stringContaining(name),
      });
    },
  );

  it("an IP literal is checked, and not sent as SNI", () => {
    expect(asking("192.0.2.1").association!.info).not.toHaveProperty("serverName");
    expect(asking("lwm2m.example").association!.info).toMatchObject({ serverName: "lwm2m.example" });
  });

  it("the time of day is the one that is given", () => {
    const now = () => Date.now() + 3 * 365 * DAY_MS;
    const pair = new Pair({ ...X509, client: { ...X509.client, now } }).connect();
    expect(pair.closed("client").error?.alert).toBe("certificate_expired");
  });
});

describe.each(ROLES)("E26 raw public keys, shown to a %s", (judge) => {
  const shower = other(judge);
  const showing = (body: Uint8Array) => {
    const pair = new Pair(RPK);
    pair.start();
    pair.carry(({ from, bytes }) => (from === shower ? [replaceBody(bytes, 11, body)] : [bytes]));
    return pair;
  };
  const vector24 = (bytes: Uint8Array) => concat([Uint8Array.of(0, bytes.length >> 8, bytes.length), bytes]);
  const [spki] = [judge === "client" ? SERVER.spki : DEVICE.spki];

  it("the key that is expected is taken", () => {
    const pair = new Pair(RPK).connect();
    expectAlive(pair);
    expect(pair.end(judge).info!.peer).toMatchObject({ kind: "rawPublicKey", publicKey: { length: 91 } });
  });

  it("another key is refused with certificate_unknown", () => {
    const options = { ...RPK, [shower]: { ...RPK[shower], rawPublicKey: { privateKey: OTHER_KEYS.p256 } } };
    const pair = new Pair(options).connect();
    expect(pair.closed(judge).error).toMatchObject({ code: "peerCredential", alert: "certificate_unknown" });
  });

  it.each([
    { what: "an X.509 certificate", body: () => vector24((judge === "client" ? SERVER : DEVICE).der) },
    { what: "a chain of X.509", body: () => vector24(vector24((judge === "client" ? SERVER : DEVICE).der)) },
    { what: "the expected key with an octet behind it", body: () => vector24(concat([spki, Uint8Array.of(0)])) },
    { what: "the expected key but its last octet", body: () => vector24(spki.subarray(0, -1)) },
    { what: "a key on P-384", body: () => vector24(spkiOf(OTHER_KEYS.p384)) },
    { what: "an RSA key", body: () => vector24(spkiOf(OTHER_KEYS.rsa)) },
    { what: "one octet", body: () => vector24(Uint8Array.of(0x30)) },
  ])("$what under the type RawPublicKey is refused with unsupported_certificate", ({ body }) => {
    const pair = showing(body());
    expect(pair.closed(judge).error).toMatchObject({ code: "peerCredential", alert: "unsupported_certificate" });
  });

  it("the key of somebody else is of no use without its private half", () => {
    const pair = new Pair({
      ...RPK,
      [shower]: { ...RPK[shower], rawPublicKey: { privateKey: OTHER_KEYS.p256 } },
    });
    pair.start();
    pair.carry(({ from, bytes }) => (from === shower ? [replaceBody(bytes, 11, vector24(spki))] : [bytes]));
    expect(pair.closed(judge).error).toMatchObject({ code: "peerCredential", alert: "decrypt_error" });
  });

  it("an empty Certificate is refused", () => {
    const pair = showing(Uint8Array.of(0, 0, 0));
    const alert = judge === "client" ? "decode_error" : "handshake_failure";
    expect(pair.closed(judge).error).toMatchObject({ alert });
  });
});

describe("E26 kinds of credentials", () => {
  it("a server with X.509 alone has no suite for a client that takes raw public keys alone", () => {
    const client = { peerPublicKeys: [SERVER.spki] };
    const pair = new Pair({ client, server: { ...X509.server, clientAuthentication: "none" } }).connect();
    expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("a client without a credential is refused where one is required, and is nobody where it is asked for", () => {
    const client = { trust: TRUST };
    const required = new Pair({ client, server: X509.server }).connect();
    expect(required.closed("server").error).toMatchObject({ code: "peerCredential", alert: "handshake_failure" });
    const asked = new Pair({ client, server: { ...X509.server, clientAuthentication: "request" } }).connect();
    expect(asked.association!.info!.peer).toEqual({ kind: "none" });
    expectAlive(asked);
  });

  it("a client that shows a bad certificate is refused even where none is required", () => {
    const stranger = issue({ subject: "stranger" });
    const client = { trust: TRUST, certificate: { chain: [stranger.der], privateKey: stranger.privateKey } };
    const pair = new Pair({ client, server: { ...X509.server, clientAuthentication: "request" } }).connect();
    expect(pair.closed("server").error).toMatchObject({ code: "peerCredential", alert: "unknown_ca" });
  });

  it("a pinned certificate is the only one that is taken (LwM2M certificate usage 3)", () => {
    const trust = { anchors: [], pin: { usage: 3, matching: 0, data: SERVER.der } } as const;
    expectAlive(new Pair({ ...X509, client: { ...X509.client, trust } }).connect());
    const wrong = { ...trust, pin: { ...trust.pin, data: DEVICE.der } };
    const pair = new Pair({ ...X509, client: { ...X509.client, trust: wrong } }).connect();
    expect(pair.closed("client").error).toMatchObject({ code: "peerCredential", alert: "certificate_unknown" });
  });

  it("a session of other credentials is not offered", () => {
    const resume = new Pair(PSK).connect().client.resumption()!;
    const client = new DtlsClient({ psk: { identity: IDENTITY, key: new Uint8Array(16) }, resume });
    const [hello] = client.start().datagrams;
    // Octet 13 + 12 + 2 + 32 is the length of the session id.
    expect(hello![59]).toBe(0);
  });
});

function spkiOf(privateKey: Issued["privateKey"]): Uint8Array {
  return new Uint8Array(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
}

/** A datagram whose one Certificate message has another certificate in it. */
function replaceCertificate(datagram: Uint8Array, der: Uint8Array): Uint8Array {
  const u24 = (length: number) => Uint8Array.of(length >> 16, length >> 8, length);
  return replaceBody(datagram, 11, concat([u24(der.length + 3), u24(der.length), der]));
}

/** A datagram in which the message of a type has another body. */
function replaceBody(datagram: Uint8Array, type: number, body: Uint8Array): Uint8Array {
  return concat(
    records(datagram).map(({ bytes, epoch, sequence, fragment, type: content }) => {
      if (content !== 22 || epoch !== 0 || fragment[0] !== type) return bytes;
      const number = (fragment[4]! << 8) | fragment[5]!;
      return record({ type: 22, sequence, fragment: handshake(type, number, body) });
    }),
  );
}
