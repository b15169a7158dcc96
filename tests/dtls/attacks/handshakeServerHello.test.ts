/** ServerHellos that choose what was not offered, or take back what a session had. */
import { describe, expect, it } from "@jest/globals";
import type { AlertName } from "../../../services/dtls/alerts.ts";
import { concat } from "../../../services/dtls/bytes.ts";
import { encodeCertificateRequest } from "../../../services/dtls/messages/certificateRequest.ts";
import { EXTENSION } from "../../../services/dtls/messages/extensions.ts";
import type { ServerHello } from "../../../services/dtls/messages/serverHello.ts";
import type { ClientOptions } from "../../../services/dtls/types.ts";
import {
  type Change,
  cut,
  extended,
  replaced,
  serverHello,
  withExtension,
  withoutExtension,
} from "../support/changes.ts";
import { ClientDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, refuses } from "../support/outcomes.ts";
import { alter, inFrontOf, send, twice } from "../support/script.ts";

const kind = KINDS.certificateCcm;

interface Row {
  readonly name: string;
  readonly change: (hello: ServerHello) => Partial<ServerHello>;
  readonly alert: AlertName;
  readonly options?: ClientOptions;
}

const ROWS: readonly Row[] = [
  {
    name: "a suite that was not offered",
    change: () => ({ suite: KINDS.certificateGcm.suite.id }),
    alert: "illegal_parameter",
  },
  {
    name: "a suite of another kind of credential",
    change: () => ({ suite: KINDS.pskCcm.suite.id }),
    alert: "illegal_parameter",
  },
  { name: "a suite that there is not", change: () => ({ suite: 0x1234 }), alert: "illegal_parameter" },
  { name: "TLS_NULL_WITH_NULL_NULL", change: () => ({ suite: 0 }), alert: "illegal_parameter" },
  { name: "a suite value that only signals", change: () => ({ suite: 0x00ff }), alert: "illegal_parameter" },
  { name: "a compression", change: () => ({ compression: 1 }), alert: "illegal_parameter" },
  { name: "DTLS 1.0", change: () => ({ version: 0xfeff }), alert: "protocol_version" },
  { name: "DTLS 1.3", change: () => ({ version: 0xfefc }), alert: "protocol_version" },
  { name: "TLS 1.2", change: () => ({ version: 0x0303 }), alert: "protocol_version" },
  {
    name: "an extension that was not offered",
    change: (hello) => withExtension(hello, 28, 0, 64),
    alert: "unsupported_extension",
  },
  {
    name: "an extension that nobody knows",
    change: (hello) => withExtension(hello, 0xfafa),
    alert: "unsupported_extension",
  },
  {
    name: "a session ticket that was not asked for",
    change: (hello) => withExtension(hello, 35),
    alert: "unsupported_extension",
  },
  {
    name: "encrypt-then-MAC for a suite that has no MAC",
    change: (hello) => withExtension(hello, EXTENSION.encryptThenMac),
    options: {
      suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"],
      allowCbc: true,
    },
    alert: "illegal_parameter",
  },
  {
    name: "a Connection ID that was not offered",
    change: (hello) => withExtension(hello, EXTENSION.connectionId, 1, 7),
    options: { connectionId: false },
    alert: "unsupported_extension",
  },
  {
    name: "a Connection ID that is cut short",
    change: (hello) => withExtension(hello, EXTENSION.connectionId, 4, 7),
    alert: "decode_error",
  },
  {
    name: "a fragment length that was not asked for",
    change: (hello) => withExtension(hello, EXTENSION.maxFragmentLength, 1),
    alert: "unsupported_extension",
  },
  {
    name: "another fragment length than was asked for",
    change: (hello) => withExtension(hello, EXTENSION.maxFragmentLength, 2),
    options: { maxFragmentLength: 512 },
    alert: "illegal_parameter",
  },
  {
    name: "a raw public key where none was offered",
    change: (hello) => withExtension(hello, EXTENSION.serverCertificateType, 2),
    alert: "unsupported_extension",
  },
  {
    name: "compressed points only",
    change: (hello) => withExtension(hello, EXTENSION.ecPointFormats, 1, 1),
    alert: "illegal_parameter",
  },
  {
    name: "no secure renegotiation",
    change: (hello) => withoutExtension(hello, EXTENSION.renegotiationInfo),
    alert: "handshake_failure",
  },
  {
    name: "the renegotiation of another handshake",
    change: (hello) => withExtension(hello, EXTENSION.renegotiationInfo, 2, 1, 2),
    alert: "handshake_failure",
  },
  {
    name: "no extended master secret where it is required",
    change: (hello) => withoutExtension(hello, EXTENSION.extendedMasterSecret),
    options: { extendedMasterSecret: "require" },
    alert: "handshake_failure",
  },
  { name: "a session id of 33 octets", change: () => ({ sessionId: new Uint8Array(33) }), alert: "decode_error" },
];

describe("B16 a ServerHello is refused", () => {
  it.each(ROWS)("with $name", ({ change, alert, options }) => {
    const { twin } = refuses(
      "client",
      { kind, fault: alter("serverHello", serverHello(change)), ...(options && { options }) },
      { alert },
    );
    expect(twin.heard).not.toContain("clientKeyExchange");
  });

  it("with a certificate type that was not among those offered", () => {
    const fault = alter(
      "serverHello",
      serverHello((hello) => withExtension(hello, EXTENSION.serverCertificateType, 0)),
    );
    refuses("client", { kind: KINDS.rawKeyCcm, fault }, { alert: "illegal_parameter" });
  });

  it("with an extension that comes twice", () => {
    const again: Change = (body) => {
      const at = body.indexOf(0xff, 38);
      const extension = body.subarray(at, at + 5);
      const lengthAt = 2 + 32 + 33 + 3;
      const length = (body[lengthAt]! << 8) + body[lengthAt + 1]! + extension.length;
      return concat([
        body.subarray(0, lengthAt),
        Uint8Array.of(length >> 8, length),
        body.subarray(lengthAt + 2),
        Uint8Array.of(0xff, 1, 0, 1, 0),
      ]);
    };
    refuses("client", { kind, fault: alter("serverHello", again) }, { alert: "decode_error" });
  });

  it("at every length that it is cut to, but for the one before the extensions", () => {
    const whole = new ClientDuel({ kind }).run();
    const { length } = whole.twin.sent[1]!;
    for (let octets = 0; octets < length - 25; octets++) {
      const { closed } = new ClientDuel({ kind, fault: alter("serverHello", cut(octets)) }).run();
      // Without extensions it can be read, and has no secure renegotiation.
      const alert = octets === 2 + 32 + 33 + 3 ? "handshake_failure" : "decode_error";
      expect(closed).toMatchObject({ error: { code: "protocol", alert } });
    }
  });

  it("with octets behind its extensions", () => {
    refuses("client", { kind, fault: alter("serverHello", extended(0)) }, { alert: "decode_error" });
  });

  it("that comes twice under numbers of its own has no place", () => {
    refuses("client", { kind, fault: twice("serverHello") }, { dropped: "unexpected" });
  });

  it("in a record of epoch 1 cannot be read", () => {
    refuses("client", { kind, fault: send("serverHello", { epoch: 1 }) }, {});
  });
});

describe("B16 a client", () => {
  it("takes a hint of a session as a new one, when it offered none", () => {
    completes("client", { kind });
  });

  it("goes on with a server that knows no RFC 5746 when it is told to", () => {
    const fault = alter(
      "serverHello",
      serverHello((hello) => withoutExtension(hello, EXTENSION.renegotiationInfo)),
    );
    completes("client", { kind, fault, options: { allowLegacyRenegotiation: true } });
  });

  it("that was never asked for a Certificate does not send one", () => {
    const { twin } = completes("client", {
      kind,
      fault: (script) => ({ ...script, 4: script[4]!.filter(({ what }) => what !== "certificateRequest") }),
    });
    expect(twin.heard).not.toContain("certificate");
    expect(twin.heard).not.toContain("certificateVerify");
  });

  it("sends no certificate of another kind than is asked for", () => {
    const request = encodeCertificateRequest({ types: Uint8Array.of(1), signatureAlgorithms: [0x0401] });
    const { twin } = completes("client", { kind, fault: alter("certificateRequest", replaced(request)) });
    expect(twin.heard).toContain("certificate");
    expect(twin.heard).not.toContain("certificateVerify");
  });

  it("drops messages of clients", () => {
    const items = ["clientKeyExchange", "certificateVerify", "clientHello"] as const;
    const fault = inFrontOf(
      "serverHelloDone",
      ...items.map((what) => ({ what, besides: true, body: () => new Uint8Array(60) }) as const),
    );
    completes("client", { kind, fault }, { unexpected: items.length });
  });
});
