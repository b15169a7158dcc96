import { createPublicKey, createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { DtlsClient } from "../../services/dtls/client.ts";
import { DtlsError } from "../../services/dtls/errors.ts";
import { DtlsServer } from "../../services/dtls/server.ts";
import type { ClientOptions, CommonOptions, ServerOptions } from "../../services/dtls/types.ts";
import { issue } from "../support/certificateAuthority.ts";
import { CA, DEVICE, IDENTITY, KEY, OTHER_KEYS, PSK, SERVER, TRUST } from "./attacks/support/credentials.ts";

/** The message of the refusal; a test of its own that there is one, and that it is the caller's fault. */
function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(DtlsError);
    expect((error as DtlsError).code).toBe("option");
    expect((error as DtlsError).alert).toBeUndefined();
    return (error as DtlsError).message;
  }
  throw new Error("nothing was refused");
}

const asClient = (options: object) => () => new DtlsClient({ ...PSK.client, ...options } as ClientOptions);
const asServer = (options: object) => () => new DtlsServer({ ...PSK.server, ...options } as ServerOptions);
const psk = (identity: Uint8Array, key: Uint8Array) => asClient({ psk: { identity, key } });

describe("a pre-shared key", () => {
  it("of no octets is refused", () => {
    expect(refusal(psk(IDENTITY, new Uint8Array(0)))).toBe("psk.key is empty or no secret key");
  });

  it("of 65 octets is refused, of 64 taken", () => {
    expect(refusal(psk(IDENTITY, new Uint8Array(65)))).toBe("psk.key has 65 octets; at most 64 are allowed");
    expect(psk(IDENTITY, new Uint8Array(64))().state).toBe("handshaking");
    expect(refusal(asClient({ psk: { identity: IDENTITY, key: createSecretKey(new Uint8Array(65)) } }))).toMatch(/65/);
  });

  it("that is an asymmetric key object is refused", () => {
    expect(refusal(asClient({ psk: { identity: IDENTITY, key: DEVICE.privateKey } }))).toMatch(/no secret key/);
  });

  it("with an identity of 129 octets is refused, of 128 and of none taken", () => {
    expect(refusal(psk(new Uint8Array(129), KEY))).toBe("psk.identity has 129 octets; at most 128 are allowed");
    expect(psk(new Uint8Array(128), KEY)().state).toBe("handshaking");
    expect(psk(new Uint8Array(0), KEY)().state).toBe("handshaking");
  });

  it("hint of 129 octets is refused", () => {
    expect(refusal(asServer({ pskIdentityHint: new Uint8Array(129) }))).toMatch(/^pskIdentityHint .*128/);
    expect(asServer({ pskIdentityHint: new Uint8Array(128) })().associations).toBe(0);
  });

  it("is copied: what the caller does with its octets afterwards changes nothing", () => {
    const [identity, key] = [Uint8Array.from(IDENTITY), Uint8Array.from(KEY)];
    const client = new DtlsClient({ psk: { identity, key } });
    identity.fill(0);
    key.fill(0);
    const server = new DtlsServer(PSK.server);
    const from = { address: "192.0.2.1", port: 1 };
    let datagrams = client.start().datagrams;
    for (let turn = 0; turn < 3; turn++) {
      datagrams = datagrams.flatMap((one) => server.receive(one, from).step.datagrams);
      datagrams = datagrams.flatMap((one) => client.receive(one).datagrams);
    }
    expect(client.state).toBe("connected");
  });
});

describe.each([
  { side: "a client", make: asClient },
  { side: "a server", make: asServer },
])("a certificate of $side", ({ make }) => {
  const chain = [SERVER.der];
  const given = (certificate: object) => make({ certificate, trust: TRUST });

  it("with a key that is not its own is refused", () => {
    expect(refusal(given({ chain, privateKey: OTHER_KEYS.p256 }))).toBe(
      "certificate.privateKey does not belong to the first certificate of the chain",
    );
  });

  it.each([
    { what: "an RSA key", key: OTHER_KEYS.rsa },
    { what: "a key on P-384", key: OTHER_KEYS.p384 },
    { what: "a public key", key: createPublicKey(SERVER.privateKey) },
    { what: "a secret key", key: createSecretKey(KEY) },
  ])("with $what is refused", ({ key }) => {
    const { der } = key.type === "private" ? issue({ ca: CA, subject: "bad", key }) : SERVER;
    expect(refusal(given({ chain: [der], privateKey: key }))).toMatch(/^certificate.privateKey .*P-256/);
    expect(refusal(make({ rawPublicKey: { privateKey: key } }))).toMatch(/^rawPublicKey.privateKey .*P-256/);
  });

  it("that is none is refused", () => {
    const { privateKey } = SERVER;
    expect(refusal(given({ chain: [], privateKey }))).toBe("certificate.chain is empty");
    expect(refusal(given({ chain: [new Uint8Array(20)], privateKey }))).toMatch(/^certificate.chain\[0\] is no X.509/);
    expect(refusal(given({ chain: [SERVER.der.subarray(0, -1)], privateKey }))).toMatch(/^certificate.chain/);
    expect(refusal(given({ chain: [SERVER.der, new Uint8Array(20)], privateKey }))).toMatch(/^certificate.chain/);
  });

  it("to trust that is none is refused", () => {
    expect(refusal(make({ trust: { anchors: [CA.der, new Uint8Array(9)] } }))).toMatch(/^trust.anchors/);
  });

  it.each([
    { what: "an unknown usage", pin: { usage: 4, matching: 0, data: SERVER.der } },
    { what: "an unknown matching type", pin: { usage: 3, matching: 4, data: SERVER.der } },
    { what: "half a SHA-256", pin: { usage: 3, matching: 1, data: new Uint8Array(16) } },
    { what: "a SHA-512 that is called SHA-384", pin: { usage: 3, matching: 2, data: new Uint8Array(64) } },
    { what: "a certificate that is none", pin: { usage: 2, matching: 0, data: new Uint8Array(16) } },
  ])("to pin with $what is refused", ({ pin }) => {
    expect(refusal(make({ trust: { anchors: [CA.der], pin } }))).toMatch(/^trust.pin/);
  });

  it("as a raw public key of the peer is refused, as is any other key than one of P-256", () => {
    const spki = (key: typeof OTHER_KEYS.rsa) => createPublicKey(key).export({ type: "spki", format: "der" });
    const longer = Uint8Array.from([...SERVER.spki, 0]);
    for (const bad of [SERVER.der, spki(OTHER_KEYS.rsa), spki(OTHER_KEYS.p384), longer, new Uint8Array(91)]) {
      expect(refusal(make({ peerPublicKeys: [DEVICE.spki, bad] }))).toMatch(/^peerPublicKeys .*91 octets/);
    }
  });
});

describe("suites", () => {
  const client = (options: ClientOptions) => refusal(() => new DtlsClient(options));
  const server = (options: ServerOptions) => refusal(() => new DtlsServer(options));

  it("of CBC are refused without allowCbc, with the reason", () => {
    const suites = ["TLS_PSK_WITH_AES_128_CBC_SHA256"] as const;
    expect(refusal(asClient({ suites }))).toBe(
      "suites has TLS_PSK_WITH_AES_128_CBC_SHA256, which needs allowCbc: CBC cannot be checked in constant time in JavaScript",
    );
    expect(refusal(asServer({ suites }))).toMatch(/allowCbc/);
    expect(asClient({ suites, allowCbc: true })().state).toBe("handshaking");
  });

  it("that are not known are refused by name", () => {
    expect(refusal(asClient({ suites: ["TLS_NULL_WITH_NULL_NULL"] }))).toMatch(/TLS_NULL_WITH_NULL_NULL.*not known/);
  });

  it("that no credential can serve are refused", () => {
    expect(client({})).toMatch(/^suites nothing given here can serve/);
    expect(server({})).toMatch(/^suites nothing given here can serve/);
    expect(client({ ...PSK.client, suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"] })).toMatch(/ECDHE_ECDSA/);
    expect(client({ trust: TRUST, suites: ["TLS_PSK_WITH_AES_128_CCM_8"] })).toMatch(/PSK/);
    expect(server({ trust: TRUST })).toMatch(/missing/);
    expect(client({ ...PSK.client, suites: [] })).toMatch(/^suites/);
  });
});

describe("numbers out of their range", () => {
  const COMMON: readonly (readonly [keyof CommonOptions, readonly unknown[], readonly unknown[]])[] = [
    ["mtu", [227, 16_385, 0, -1, 1_000.5, Number.NaN, Number.POSITIVE_INFINITY], [228, 1_212, 16_384]],
    ["connectionId", [-1, 33, 1.5, Number.NaN], [0, 1, 32, false]],
    [
      "retransmission",
      [
        { initialMs: 0 },
        { initialMs: 600_001 },
        { initialMs: 1.5 },
        { initialMs: 2_000, maxMs: 1_999 },
        { initialMs: 60_001 },
        { maxMs: 0 },
        { maxMs: 600_001 },
        { max: -1 },
        { max: 21 },
        { max: 0.5 },
      ],
      [{ initialMs: 1 }, { max: 0 }, { max: 20 }, { initialMs: 600_000, maxMs: 600_000 }],
    ],
  ];
  const SERVERS: readonly (readonly [keyof ServerOptions, readonly unknown[], readonly unknown[]])[] = [
    ["sessions", [-1, 100_001, 0.5], [0, 100_000]],
    ["maxAssociations", [0, -1, 1_000_001, 2.5], [1, 1_000_000]],
    ["maxHandshakes", [0, -1, 1_000_001, 2.5], [1, 1_000_000]],
  ];
  const rows = [
    ...COMMON.map(([name, bad, good]) => ({ name, bad, good, make: asClient, side: "client" })),
    ...[...COMMON, ...SERVERS].map(([name, bad, good]) => ({ name, bad, good, make: asServer, side: "server" })),
    {
      name: "maxFragmentLength",
      bad: [0, 511, 513, 8_192, 16_384],
      good: [512, 4_096],
      make: asClient,
      side: "client",
    },
  ];

  it.each(rows)("are refused: $name of a $side", ({ name, bad, good, make }) => {
    for (const value of bad) expect(refusal(make({ [name]: value }))).toMatch(new RegExp(`^${name}[. ]`));
    for (const value of good) expect(make({ [name]: value })).toBeDefined();
  });
});

describe("names and duties", () => {
  it("a server name that is none is refused", () => {
    for (const serverName of ["", "two words", "a\0b", "h".repeat(256), "ümlaut.example"]) {
      expect(refusal(asClient({ serverName }))).toBe("serverName is no DNS name or IP address");
    }
  });

  it("client authentication needs something to know the clients by", () => {
    for (const clientAuthentication of ["request", "require"]) {
      expect(refusal(asServer({ clientAuthentication }))).toMatch(
        /^clientAuthentication needs trust or peerPublicKeys/,
      );
    }
  });

  it("octets that are no session are refused as such, those of other credentials are left aside", () => {
    for (const resume of ["", "{}", "null", "[]", "not JSON", '{"format":"other"}']) {
      expect(refusal(asClient({ resume: new TextEncoder().encode(resume) }))).toMatch(/^resume: what was stored/);
    }
  });
});
