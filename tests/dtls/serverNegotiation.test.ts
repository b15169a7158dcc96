import { describe, expect, it } from "@jest/globals";
import { concat } from "../../services/dtls/bytes.ts";
import { decodeClientHello, encodeClientHello, RENEGOTIATION_SCSV } from "../../services/dtls/messages/clientHello.ts";
import { EXTENSION, type Extensions } from "../../services/dtls/messages/extensions.ts";
import { decodeServerHello, encodeServerHello } from "../../services/dtls/messages/serverHello.ts";
import { type SuiteName, suiteOfId } from "../../services/dtls/suites.ts";
import type { ClientOptions, ServerOptions } from "../../services/dtls/types.ts";
import { CA, DEVICE, PSK, SERVER, X509 } from "./attacks/support/credentials.ts";
import { Pair, type PairOptions, type Sent } from "./attacks/support/pair.ts";
import { expectAlive } from "./attacks/support/untouched.ts";
import { fragmentOf, handshake, hex, record, records } from "./attacks/support/wire.ts";

const CCM = "TLS_PSK_WITH_AES_128_CCM_8";
const GCM = "TLS_PSK_WITH_AES_128_GCM_SHA256";
const CBC = "TLS_PSK_WITH_AES_128_CBC_SHA256";
const ECDHE_PSK = "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256";

function connect(client: Partial<ClientOptions>, server: Partial<ServerOptions>, kind = PSK): Pair {
  return new Pair({ client: { ...kind.client, ...client }, server: { ...kind.server, ...server } }).connect();
}

type Edit = (extensions: Map<number, Uint8Array>) => void;

/** Connects while the extensions of one hello are changed on their way; Finished would not verify after that. */
function withHello(type: "clientHello" | "serverHello", edit: Edit, options: PairOptions = PSK): Pair {
  const pair = new Pair(options);
  pair.start();
  pair.carry(({ bytes }) => [editHello(bytes, type, edit)]);
  return pair;
}

function editHello(datagram: Uint8Array, type: "clientHello" | "serverHello", edit: Edit): Uint8Array {
  if (datagram[0] !== 22 || datagram[13] !== (type === "clientHello" ? 1 : 2)) return datagram;
  const [first, ...rest] = records(datagram);
  const { sequence, bytes } = fragmentOf(first!);
  const edited = (before: Extensions) => {
    const extensions = new Map(before);
    edit(extensions);
    return extensions;
  };
  const body =
    type === "clientHello"
      ? encodeClientHello({ ...decodeClientHello(bytes), extensions: edited(decodeClientHello(bytes).extensions) })
      : encodeServerHello({ ...decodeServerHello(bytes), extensions: edited(decodeServerHello(bytes).extensions) });
  const changed = record({ type: 22, sequence: first!.sequence, fragment: handshake(type, sequence, body) });
  return concat([changed, ...rest.map((one) => one.bytes)]);
}

/** The extensions of the newest hello of one side. */
function extensionsOf({ history }: Pair, from: Sent["from"]): Extensions {
  const type = from === "client" ? 1 : 2;
  const { bytes } = history.findLast((sent) => sent.from === from && sent.bytes[0] === 22 && sent.bytes[13] === type)!;
  const body = fragmentOf(records(bytes)[0]!).bytes;
  return from === "client" ? decodeClientHello(body).extensions : decodeServerHello(body).extensions;
}

describe("the suite", () => {
  it.each<{ server: SuiteName[]; client: SuiteName[]; chosen: SuiteName }>([
    { server: [GCM, CCM], client: [CCM, GCM], chosen: GCM },
    { server: [CCM, GCM], client: [GCM, CCM], chosen: CCM },
    { server: [GCM, CCM], client: [CCM], chosen: CCM },
    { server: [ECDHE_PSK, CCM], client: [CCM, ECDHE_PSK], chosen: ECDHE_PSK },
  ])("is the server's first that the client has: $server over $client", ({ server, client, chosen }) => {
    const pair = connect({ suites: client }, { suites: server });
    expect(pair.client.info?.suite).toBe(chosen);
    expect(pair.association!.info?.suite).toBe(chosen);
    expectAlive(pair);
  });

  it("is offered in the client's order, with no more than its credentials serve", () => {
    const offered = (pair: Pair) =>
      decodeClientHello(fragmentOf(records(pair.history[0]!.bytes)[0]!).bytes).suites.map((id) => suiteOfId(id)?.name);
    expect(offered(connect({ suites: [GCM, CCM] }, {}))).toEqual([GCM, CCM]);
    expect(offered(connect({}, {}))).toEqual([CCM, ECDHE_PSK, GCM]);
    expect(offered(connect({}, {}, X509))).toEqual([
      "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    ]);
  });

  it("that both sides have is needed: without one the server says handshake_failure, and the client tells it", () => {
    const pair = connect({ suites: [GCM] }, { suites: [CCM] });
    expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
    pair.timeout("client");
    expect(pair.closed("client").error).toMatchObject({ code: "alert", alert: "handshake_failure" });
  });

  it("of ECDHE is not chosen for a client without the curve, its points or its signatures", () => {
    const drop =
      (...extension: number[]) =>
      (extensions: Map<number, Uint8Array>) => {
        for (const one of extension)
          extensions.set(one, one === EXTENSION.ecPointFormats ? hex("0101") : hex("00020019"));
      };
    for (const missing of [EXTENSION.supportedGroups, EXTENSION.signatureAlgorithms]) {
      const pair = withHello("clientHello", drop(missing), X509);
      expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
    }
    const options = { ...PSK, server: { ...PSK.server, suites: [ECDHE_PSK, CCM] } } as const;
    const pair = withHello("clientHello", drop(EXTENSION.supportedGroups), options);
    expect(decodeServerHello(fragmentOf(records(pair.history.find(isServerHello)!.bytes)[0]!).bytes).suite).toBe(
      0xc0a8,
    );
  });
});

const isServerHello = ({ from, bytes }: Sent) => from === "server" && bytes[13] === 2;

describe("the extended master secret (RFC 7627)", () => {
  it("is agreed on where both sides have it", () => {
    const pair = connect({}, {});
    expect(pair.client.info?.extendedMasterSecret).toBe(true);
    expect(pair.association!.info?.extendedMasterSecret).toBe(true);
  });

  it("is missed by a server that requires it", () => {
    const options = { ...PSK, server: { ...PSK.server, extendedMasterSecret: "require" } } as const;
    const pair = withHello("clientHello", (extensions) => extensions.delete(EXTENSION.extendedMasterSecret), options);
    expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("is missed by a client that requires it", () => {
    const options = { ...PSK, client: { ...PSK.client, extendedMasterSecret: "require" } } as const;
    const pair = withHello("serverHello", (extensions) => extensions.delete(EXTENSION.extendedMasterSecret), options);
    expect(pair.closed("client").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("cannot be taken out on the way: the two sides have other keys then", () => {
    const pair = withHello("serverHello", (extensions) => extensions.delete(EXTENSION.extendedMasterSecret));
    expect(pair.client.state).toBe("handshaking");
    expect(pair.association!.dropped.unauthentic).toBe(1);
  });
});

describe("the maximum fragment length (RFC 6066)", () => {
  it.each([512, 1024, 2048, 4096] as const)("of %d octets limits the records of both sides", (maxFragmentLength) => {
    const pair = connect({ maxFragmentLength, mtu: 16_384 }, { mtu: 16_384 });
    for (const role of ["client", "server"] as const) {
      expect(pair.end(role).info?.maxFragmentLength).toBe(maxFragmentLength);
      expect(pair.end(role).maxSend).toBe(maxFragmentLength);
      expect(() => pair.send(role, new Uint8Array(maxFragmentLength + 1))).toThrow(/do not fit a record/);
      pair.send(role, new Uint8Array(maxFragmentLength));
    }
    pair.carry();
    expect(pair.data("server").map(({ length }) => length)).toEqual([maxFragmentLength]);
    expect(pair.data("client").map(({ length }) => length)).toEqual([maxFragmentLength]);
  });

  it("cuts the messages of the handshake too, in both directions", () => {
    const withRoot = ({ der, privateKey }: typeof SERVER) => ({
      certificate: { chain: [der, CA.der], privateKey },
      mtu: 16_384,
    });
    const pair = connect({ ...withRoot(DEVICE), maxFragmentLength: 512 }, withRoot(SERVER), X509);
    expect(pair.client.state).toBe("connected");
    for (const role of ["client", "server"] as const) {
      const plain = pair.history
        .filter(({ from }) => from === role)
        .flatMap(({ bytes }) => records(bytes))
        .filter(({ epoch }) => epoch === 0);
      expect(Math.max(...plain.map(({ fragment }) => fragment.length))).toBe(512);
    }
    expectAlive(pair);
  });

  it("is refused with illegal_parameter when it is not defined, or another than what was asked for", () => {
    const set = (content: string) => (extensions: Map<number, Uint8Array>) =>
      extensions.set(EXTENSION.maxFragmentLength, hex(content));
    for (const content of ["00", "05", "ff"]) {
      expect(withHello("clientHello", set(content)).closed("server").error?.alert).toBe("illegal_parameter");
    }
    const asking = { ...PSK, client: { ...PSK.client, maxFragmentLength: 512 } } as const;
    for (const content of ["00", "02", "05"]) {
      expect(withHello("serverHello", set(content), asking).closed("client").error?.alert).toBe("illegal_parameter");
    }
  });
});

describe("encrypt-then-MAC (RFC 7366)", () => {
  const cbc = { suites: [CBC], allowCbc: true } as const;

  it("is agreed on with CBC, and asked for with nothing else", () => {
    const pair = connect(cbc, cbc);
    expect(extensionsOf(pair, "client").has(EXTENSION.encryptThenMac)).toBe(true);
    expect(extensionsOf(pair, "server").has(EXTENSION.encryptThenMac)).toBe(true);
    expectAlive(pair);
    const aead = connect({}, {});
    expect(extensionsOf(aead, "client").has(EXTENSION.encryptThenMac)).toBe(false);
  });

  it("is not answered when the suite that is chosen has no use for it", () => {
    const both = { suites: [CCM, CBC], allowCbc: true } as const;
    const pair = connect(both, both);
    expect(extensionsOf(pair, "client").has(EXTENSION.encryptThenMac)).toBe(true);
    expect(extensionsOf(pair, "server").has(EXTENSION.encryptThenMac)).toBe(false);
  });

  it("is refused with illegal_parameter when a server answers it for an AEAD suite", () => {
    const both = { suites: [CCM, CBC], allowCbc: true } as const;
    const options = { client: { ...PSK.client, ...both }, server: { ...PSK.server, ...both } };
    const pair = withHello("serverHello", (extensions) => extensions.set(EXTENSION.encryptThenMac, hex("")), options);
    expect(pair.closed("client").error).toMatchObject({ code: "protocol", alert: "illegal_parameter" });
  });
});

describe("Connection IDs (RFC 9146)", () => {
  it.each<{ client: number | false; server: number | false; agreed: { own: number; peer: number } | undefined }>([
    { client: 0, server: 6, agreed: { own: 0, peer: 6 } },
    { client: 4, server: 0, agreed: { own: 4, peer: 0 } },
    { client: 4, server: 32, agreed: { own: 4, peer: 32 } },
    { client: 0, server: 0, agreed: { own: 0, peer: 0 } },
    { client: false, server: 6, agreed: undefined },
    { client: 4, server: false, agreed: undefined },
    { client: false, server: false, agreed: undefined },
  ])("of $client and $server octets", ({ client, server, agreed }) => {
    const pair = connect({ connectionId: client }, { connectionId: server });
    const own = pair.client.info?.connectionId;
    expect(own && { own: own.own.length / 2, peer: own.peer.length / 2 }).toEqual(agreed);
    expect(pair.association!.info?.connectionId).toEqual(own && { own: own.peer, peer: own.own });
    const types = { client: pair.held("client", hex("01"))[0], server: pair.held("server", hex("01"))[0] };
    expect(types).toEqual({ client: (agreed?.peer ?? 0) > 0 ? 25 : 23, server: (agreed?.own ?? 0) > 0 ? 25 : 23 });
    expectAlive(pair);
  });

  it("are the defaults: an empty one for a client, six octets for a server", () => {
    expect(connect({}, {}).client.info?.connectionId).toEqual({
      own: "",
      peer: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });
});

describe("the server name (RFC 6066)", () => {
  it("reaches the server in lower case, and both sides tell it", () => {
    const pair = connect({ serverName: "LwM2M.Example" }, {});
    expect(pair.association!.info?.serverName).toBe("lwm2m.example");
    expect(pair.client.info?.serverName).toBe("LwM2M.Example");
  });

  it("is not sent for an address", () => {
    for (const serverName of ["192.0.2.1", "2001:db8::1"]) {
      expect(extensionsOf(connect({ serverName }, {}), "client").has(EXTENSION.serverName)).toBe(false);
    }
  });
});

describe("renegotiation info (RFC 5746)", () => {
  const without = (extensions: Map<number, Uint8Array>) => extensions.delete(EXTENSION.renegotiationInfo);

  it("is required of a server", () => {
    const pair = withHello("serverHello", without);
    expect(pair.closed("client").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("is done without where allowLegacyRenegotiation says so", () => {
    const pair = withHello("serverHello", without, {
      ...PSK,
      client: { ...PSK.client, allowLegacyRenegotiation: true },
    });
    // The hello was changed on its way, so that Finished does not verify: what matters is that the client went on.
    expect(pair.history.some(({ from, bytes }) => from === "client" && bytes[13] === 16)).toBe(true);
    expect(pair.events.client).not.toContainEqual(expect.objectContaining({ error: { alert: "handshake_failure" } }));
  });

  it("of another handshake is refused by both sides", () => {
    const renegotiating = (extensions: Map<number, Uint8Array>) =>
      extensions.set(EXTENSION.renegotiationInfo, hex(`0c ${"aa".repeat(12)}`));
    expect(withHello("serverHello", renegotiating).closed("client").error?.alert).toBe("handshake_failure");
    expect(withHello("clientHello", renegotiating).closed("server").error?.alert).toBe("handshake_failure");
  });

  it("is answered to the signalling suite value too", () => {
    const pair = new Pair(PSK);
    pair.start();
    pair.carry(({ from, bytes }) => {
      if (from === "server" || bytes[13] !== 1) return [bytes];
      const [first] = records(bytes);
      const { sequence, bytes: body } = fragmentOf(first!);
      const hello = decodeClientHello(body);
      const extensions = new Map(hello.extensions);
      extensions.delete(EXTENSION.renegotiationInfo);
      const changed = encodeClientHello({ ...hello, suites: [...hello.suites, RENEGOTIATION_SCSV], extensions });
      return [record({ type: 22, sequence: first!.sequence, fragment: handshake("clientHello", sequence, changed) })];
    });
    expect(extensionsOf(pair, "server").get(EXTENSION.renegotiationInfo)).toEqual(Uint8Array.of(0));
  });
});
