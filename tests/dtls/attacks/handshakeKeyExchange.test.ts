/** Key exchanges that are missing, unsigned, signed by the wrong key, or of points that are none. */
import { describe, expect, it } from "@jest/globals";
import { concat } from "../../../services/dtls/bytes.ts";
import { encodeCertificateChain } from "../../../services/dtls/messages/certificate.ts";
import { encodeClientKeyExchange } from "../../../services/dtls/messages/clientKeyExchange.ts";
import {
  decodeServerKeyExchange,
  encodeEcParameters,
  encodeServerKeyExchange,
} from "../../../services/dtls/messages/serverKeyExchange.ts";
import { BAD_POINTS, type Change, cut, extended, flipped, replaced, signedExchange } from "../support/changes.ts";
import { ClientDuel } from "../support/duel.ts";
import { IDENTITY, KINDS, SERVER, STRANGER } from "../support/kinds.ts";
import { completes, refuses } from "../support/outcomes.ts";
import { alter, inFrontOf, omit, twice } from "../support/script.ts";

/** Throw when they are decoded; the others when a secret is to be made of them. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "at infinity",
  "that is compressed",
  "of the hybrid form",
  "that is empty",
]);

/** What a ServerKeyExchange holds besides its signature. */
function parametersOf(body: Uint8Array): Uint8Array {
  return decodeServerKeyExchange("ecdheEcdsa", body).parameters!;
}

for (const kind of [KINDS.certificateCcm, KINDS.rawKeyGcm, KINDS.certificateCbc]) {
  describe(`B13 the server's key exchange by ${kind.name}`, () => {
    const point = (body: Uint8Array) => decodeServerKeyExchange("ecdheEcdsa", body).point!;

    it.each(["certificate", "serverKeyExchange"] as const)("does not go on without a %s", (what) => {
      const { twin } = refuses("client", { kind, fault: omit(what) }, { dropped: "unexpected" });
      expect(twin.heard).not.toContain("clientKeyExchange");
    });

    it("does not go on without a serverHelloDone", () => {
      const { twin } = refuses("client", { kind, fault: omit("serverHelloDone") }, {});
      expect(twin.heard).not.toContain("clientKeyExchange");
    });

    it("is refused without a signature", () => {
      const fault = alter("serverKeyExchange", parametersOf);
      refuses("client", { kind, fault }, { alert: "decode_error" });
    });

    it("is refused with an empty signature", () => {
      const fault = alter("serverKeyExchange", (body) => concat([parametersOf(body), Uint8Array.of(4, 3, 0, 0)]));
      refuses("client", { kind, fault }, { alert: "decrypt_error", code: "peerCredential" });
    });

    it("is refused when another key signed it", () => {
      const change: Change = (body, twin) => signedExchange(point(body), { key: STRANGER.privateKey })(body, twin);
      refuses(
        "client",
        { kind, fault: alter("serverKeyExchange", change) },
        { alert: "decrypt_error", code: "peerCredential" },
      );
    });

    it.each([
      [
        "the client's random of another handshake",
        (client: Uint8Array, server: Uint8Array) => [flipped(0)(client, null!), server],
      ],
      [
        "the server's random of another handshake",
        (client: Uint8Array, server: Uint8Array) => [client, flipped(0)(server, null!)],
      ],
      ["both randoms the wrong way round", (client: Uint8Array, server: Uint8Array) => [server, client]],
      ["no randoms", () => []],
    ])("is refused when it was signed over %s", (_, randoms) => {
      const change: Change = (body, twin) =>
        signedExchange(point(body), { randoms: (it) => randoms(it.clientRandom, it.serverRandom) })(body, twin);
      refuses(
        "client",
        { kind, fault: alter("serverKeyExchange", change) },
        { alert: "decrypt_error", code: "peerCredential" },
      );
    });

    it("is refused when its point was changed after it was signed", () => {
      refuses(
        "client",
        { kind, fault: alter("serverKeyExchange", flipped(20)) },
        { alert: "decrypt_error", code: "peerCredential" },
      );
    });

    it("is refused by an algorithm that was not offered", () => {
      const change: Change = (body) => {
        const { parameters, signature } = decodeServerKeyExchange("ecdheEcdsa", body);
        return encodeServerKeyExchange("ecdheEcdsa", {
          parameters: parameters!,
          signature: { algorithm: 0x0401, value: signature!.value },
        });
      };
      refuses("client", { kind, fault: alter("serverKeyExchange", change) }, { alert: "illegal_parameter" });
    });

    it.each([
      ["another named curve", Uint8Array.of(3, 0, 24)],
      ["explicit curves", Uint8Array.of(1, 0, 23)],
    ])("is refused with %s", (_, head) => {
      const change: Change = (body) => concat([head, body.subarray(3)]);
      refuses("client", { kind, fault: alter("serverKeyExchange", change) }, { alert: "decode_error" });
    });

    it.each(Object.entries(BAD_POINTS))("is refused with a point %s, though well signed", (name, bad) => {
      const alert = UNREADABLE.has(name) ? "decode_error" : "illegal_parameter";
      refuses("client", { kind, fault: alter("serverKeyExchange", signedExchange(bad)) }, { alert });
    });

    it("is refused with octets behind it", () => {
      refuses("client", { kind, fault: alter("serverKeyExchange", extended(0)) }, { alert: "decode_error" });
    });

    it("is refused when it comes twice", () => {
      refuses("client", { kind, fault: twice("serverKeyExchange") }, { dropped: "unexpected" });
    });

    it("does not show a client that trusts no empty Certificate its keys", () => {
      const empty = alter("certificate", replaced(encodeCertificateChain([])));
      const { twin } = refuses("client", { kind, fault: empty }, { alert: "decode_error" });
      expect(twin.heard).not.toContain("clientKeyExchange");
    });
  });
}

describe("B13 the server's Certificate", () => {
  it("of somebody else is refused, though the key exchange is signed by its key", () => {
    const fault = (script: Parameters<ReturnType<typeof alter>>[0]) =>
      alter("serverKeyExchange", (body, twin) =>
        signedExchange(decodeServerKeyExchange("ecdheEcdsa", body).point!, { key: STRANGER.privateKey })(body, twin),
      )(alter("certificate", replaced(encodeCertificateChain([STRANGER.der])))(script));
    refuses("client", { kind: KINDS.certificateCcm, fault }, { alert: "certificate_unknown", code: "peerCredential" });
  });

  it("that is truncated is refused at every length", () => {
    const kind = KINDS.certificateCcm;
    for (let length = 0; length < SERVER.der.length + 6; length += 7) {
      const attacked = new ClientDuel({ kind, fault: alter("certificate", cut(length)) }).run();
      expect(attacked.closed).toMatchObject({ error: { alert: "decode_error" } });
    }
  });
});

describe("B13 messages of the server's flight", () => {
  it.each([
    ["chain of certificates", alter("certificate", extended(0)), KINDS.certificateCcm],
    ["raw public key", alter("certificate", extended(0)), KINDS.rawKeyCcm],
    ["CertificateRequest", alter("certificateRequest", extended(0)), KINDS.certificateCcm],
    ["hint", inFrontOf("serverHelloDone", { what: "serverKeyExchange", body: () => new Uint8Array(3) }), KINDS.pskCcm],
  ] as const)("are refused with octets behind a %s", (_, fault, kind) => {
    refuses("client", { kind, fault }, { alert: "decode_error" });
  });
});

describe("B13 the key exchange of ECDHE_PSK", () => {
  const kind = KINDS.ecdhePsk;
  const hint = Uint8Array.of(0, 0);

  it("is refused by a client when the server's is missing", () => {
    refuses("client", { kind, fault: omit("serverKeyExchange") }, { dropped: "unexpected" });
  });

  it("is refused by a client at every length that it is cut to", () => {
    const whole = new ClientDuel({ kind });
    const { length } = concat([hint, encodeEcParameters(new Uint8Array(65))]);
    for (let octets = 0; octets < length; octets++) {
      const attacked = new ClientDuel({ kind, fault: alter("serverKeyExchange", cut(octets)) }).run();
      expect(attacked.closed).toMatchObject({ error: { alert: "decode_error" } });
      expect(attacked.timer).toBeNull();
    }
    expect(whole.run().connected).toBe(true);
  });

  it.each(Object.entries(BAD_POINTS))("is refused by a client with a point %s", (name, bad) => {
    const fault = alter("serverKeyExchange", replaced(concat([hint, encodeEcParameters(bad)])));
    refuses("client", { kind, fault }, { alert: UNREADABLE.has(name) ? "decode_error" : "illegal_parameter" });
  });

  it.each(Object.entries(BAD_POINTS))("is refused by a server with a point %s", (name, bad) => {
    const fault = alter("clientKeyExchange", replaced(encodeClientKeyExchange({ identity: IDENTITY, point: bad })));
    refuses("server", { kind, fault }, { alert: UNREADABLE.has(name) ? "decode_error" : "illegal_parameter" });
  });

  it.each([0, 1, 5, 9, 10, 11, 40, 75])("is refused by a server when the client's is cut to %d octets", (length) => {
    refuses("server", { kind, fault: alter("clientKeyExchange", cut(length)) }, { alert: "decode_error" });
  });
});

describe("B13 the key exchange of a PSK", () => {
  const kind = KINDS.pskCcm;

  it("may have a hint", () => {
    completes("client", {
      kind,
      fault: inFrontOf("serverHelloDone", { what: "serverKeyExchange", body: () => Uint8Array.of(0, 2, 1, 2) }),
    });
  });

  it("is refused with a hint that is cut short", () => {
    const fault = inFrontOf("serverHelloDone", { what: "serverKeyExchange", body: () => Uint8Array.of(0, 3, 1, 2) });
    refuses("client", { kind, fault }, { alert: "decode_error" });
  });

  it("is refused with two hints", () => {
    const item = { what: "serverKeyExchange", body: () => Uint8Array.of(0, 2, 1, 2) } as const;
    refuses("client", { kind, fault: inFrontOf("serverHelloDone", item, item) }, { dropped: "unexpected" });
  });

  it("is refused with a Certificate", () => {
    const fault = inFrontOf("serverHelloDone", {
      what: "certificate",
      body: () => encodeCertificateChain([SERVER.der]),
    });
    refuses("client", { kind, fault }, { dropped: "unexpected" });
  });

  it("is refused by a server without a ClientKeyExchange", () => {
    refuses("server", { kind, fault: omit("clientKeyExchange") }, { dropped: "unexpected" });
  });

  it("is refused by a server for an identity that it does not know", () => {
    const fault = alter("clientKeyExchange", replaced(encodeClientKeyExchange({ identity: Uint8Array.of(1) })));
    refuses("server", { kind, fault }, { alert: "unknown_psk_identity", code: "peerCredential" });
  });

  it("is refused by a server for an identity of more than 128 octets", () => {
    const fault = alter("clientKeyExchange", replaced(encodeClientKeyExchange({ identity: new Uint8Array(129) })));
    refuses("server", { kind, fault }, { alert: "decode_error" });
  });

  it("is refused by a server with octets behind it", () => {
    refuses("server", { kind, fault: alter("clientKeyExchange", extended(0)) }, { alert: "decode_error" });
  });
});
