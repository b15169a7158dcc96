/** A client that shows a certificate has to prove that it is its own. */
import { describe, expect, it } from "@jest/globals";
import { concat } from "../../../services/dtls/bytes.ts";
import { signEcdsa } from "../../../services/dtls/handshake/ecdsa.ts";
import { encodeCertificateChain, encodeRawPublicKey } from "../../../services/dtls/messages/certificate.ts";
import { encodeSignature } from "../../../services/dtls/messages/signature.ts";
import { cut, extended, replaced } from "../support/changes.ts";
import { ServerDuel } from "../support/duel.ts";
import { CLIENT, KINDS, STRANGER } from "../support/kinds.ts";
import { completes, expectOver, expectUsable, refuses } from "../support/outcomes.ts";
import { all, alter, behind, inFrontOf, move, omit, twice } from "../support/script.ts";

const NO_CERTIFICATE = replaced(encodeCertificateChain([]));
const WRONG = { alert: "decrypt_error", code: "peerCredential" } as const;

for (const kind of [KINDS.certificateCcm, KINDS.certificateGcm, KINDS.rawKeyCcm]) {
  describe(`B14 the client's proof by ${kind.name}`, () => {
    const signed = (bytes: Uint8Array, key = CLIENT.privateKey) => encodeSignature(signEcdsa(key, bytes));

    it("is demanded: a Certificate without CertificateVerify leads nowhere", () => {
      refuses("server", { kind, fault: omit("certificateVerify") }, { dropped: "unexpected" });
    });

    it("is not taken before the ClientKeyExchange", () => {
      refuses("server", { kind, fault: move("certificateVerify", "clientKeyExchange") }, { dropped: "unexpected" });
    });

    it("is checked too when ChangeCipherSpec overtook it", () => {
      const late = behind("changeCipherSpec", {
        what: "certificateVerify",
        body: (_, twin) => signed(twin.transcript.bytes(), STRANGER.privateKey),
      });
      const attacked = new ServerDuel({ kind, fault: all(omit("certificateVerify"), late) }).run().settle();
      expect(attacked.connected).toBe(false);
      expect(attacked.closed?.error?.code).toMatch(/^(timeout|peerCredential)$/);
      expectOver(attacked);
    });

    it("is refused by another key", () => {
      const fault = alter("certificateVerify", (_, twin) => signed(twin.transcript.bytes(), STRANGER.privateKey));
      refuses("server", { kind, fault }, WRONG);
    });

    it.each<[string, (transcript: Uint8Array) => Uint8Array]>([
      ["one octet more", (transcript) => concat([transcript, Uint8Array.of(0)])],
      ["one octet fewer", (transcript) => transcript.subarray(0, -1)],
      ["nothing", () => new Uint8Array(0)],
    ])("is refused over %s than was said", (_, change) => {
      const fault = alter("certificateVerify", (_body, twin) => signed(change(twin.transcript.bytes())));
      refuses("server", { kind, fault }, WRONG);
    });

    it("is refused by an algorithm that was not asked for", () => {
      const fault = alter("certificateVerify", (_, twin) =>
        encodeSignature({ ...signEcdsa(CLIENT.privateKey, twin.transcript.bytes()), algorithm: 0x0503 }),
      );
      refuses("server", { kind, fault }, { alert: "illegal_parameter" });
    });

    it.each([
      ["cut short", cut(20)],
      ["with octets behind it", extended(0)],
      ["empty", cut(0)],
    ])("is refused %s", (_, change) => {
      refuses("server", { kind, fault: alter("certificateVerify", change) }, { alert: "decode_error" });
    });

    it("counts once: a second one has no place", () => {
      refuses("server", { kind, fault: twice("certificateVerify") }, { dropped: "unexpected" });
    });

    it("is for the one Certificate: a second one has no place", () => {
      refuses("server", { kind, fault: twice("certificate") }, { dropped: "unexpected" });
    });

    it("does not come without a Certificate", () => {
      refuses("server", { kind, fault: omit("certificate") }, { dropped: "unexpected" });
    });

    it("cannot be left out with an empty Certificate", () => {
      const fault = all(alter("certificate", NO_CERTIFICATE), omit("certificateVerify"));
      refuses("server", { kind, fault }, { alert: "handshake_failure", code: "peerCredential" });
    });

    it("does not help somebody with the Certificate of another", () => {
      const shown =
        kind.credential === "rawPublicKey" ? encodeRawPublicKey(CLIENT.spki) : encodeCertificateChain([CLIENT.der]);
      const fault = all(
        alter("certificate", replaced(shown)),
        alter("certificateVerify", (_, twin) => signed(twin.transcript.bytes(), STRANGER.privateKey)),
      );
      refuses("server", { kind, fault }, WRONG);
    });

    it("of a client that is not asked has no place", () => {
      const attacked = new ServerDuel({ kind, options: { clientAuthentication: "none" } }).run();
      expect(attacked.connected).toBe(false);
      expect(attacked.dropped.unexpected).toBeGreaterThan(0);
      expect(attacked.settle().closed).toMatchObject({ error: { code: "timeout" } });
      expectOver(attacked);
    });
  });
}

describe("B14 a server that only asks", () => {
  const kind = KINDS.certificateCcm;
  const options = { clientAuthentication: "request" } as const;
  const anonymous = all(alter("certificate", NO_CERTIFICATE), omit("certificateVerify"));

  it("takes a client that has none, and says so", () => {
    const { info } = completes("server", { kind, options, fault: anonymous });
    expect(info?.peer).toEqual({ kind: "none" });
  });

  it("takes no proof of a client that has none", () => {
    const fault = alter("certificate", NO_CERTIFICATE);
    refuses("server", { kind, options, fault }, { dropped: "unexpected" });
  });

  it("demands the proof of a client that has one", () => {
    refuses("server", { kind, options, fault: omit("certificateVerify") }, { dropped: "unexpected" });
  });

  it("does not take the Certificate after the keys", () => {
    const fault = all(
      alter("certificate", NO_CERTIFICATE),
      omit("certificateVerify"),
      inFrontOf("changeCipherSpec", { what: "certificate" }),
    );
    refuses("server", { kind, options, fault }, { dropped: "unexpected" });
  });
});

describe("B14 a raw public key", () => {
  it("that is not expected is refused, though its proof is good", () => {
    const fault = all(
      alter("certificate", replaced(encodeRawPublicKey(STRANGER.spki))),
      alter("certificateVerify", (_, twin) => encodeSignature(signEcdsa(STRANGER.privateKey, twin.transcript.bytes()))),
    );
    refuses("server", { kind: KINDS.rawKeyCcm, fault }, { alert: "certificate_unknown", code: "peerCredential" });
  });

  it("is not taken for a certificate, nor a certificate for it", () => {
    const key = alter("certificate", replaced(encodeRawPublicKey(CLIENT.spki)));
    const chain = alter("certificate", replaced(encodeCertificateChain([CLIENT.der])));
    for (const [kind, fault] of [
      [KINDS.certificateCcm, key],
      [KINDS.rawKeyCcm, chain],
    ] as const) {
      const attacked = new ServerDuel({ kind, fault }).run();
      expect(attacked.closed?.error?.alert).toMatch(/decode_error|bad_certificate|unsupported_certificate/);
      expect(attacked.associations).toBe(0);
      expectUsable(attacked.again());
    }
  });
});
