import { describe, expect, it } from "@jest/globals";
import { isSecretPath, REDACTED, redact, redactConfiguration, withoutUserInformation } from "../../trace/index.ts";

describe("redaction", () => {
  it.each(["/0/0/3", "0/0/3", "/0/1/4", "/0/12/5", "/0/1/5/0", "/21/0", "/21/0/1", "21/3/2"])(
    "hides the value of %s",
    (path) => {
      expect(isSecretPath(path)).toBe(true);
      expect(redact(path, "secret")).toBe(REDACTED);
      expect(redact(path, Uint8Array.of(1))).toBe(REDACTED);
    },
  );

  it.each(["/0/0/0", "/0/1/10", "/1/0/3", "/3/0/5", "/0/3", "/10/0/5", "/210/0/1"])("shows the value of %s", (path) => {
    expect(isSecretPath(path)).toBe(false);
  });

  it.each(["/0/0/0", "/1/0/3", "/3/0/5", "/3", "/5/0"])("leaves what is at %s as it is", (path) => {
    expect(redact(path, "coaps://host")).toBe("coaps://host");
  });

  it("goes through objects and instances by their ids", () => {
    const security = { 0: "coaps://host", 3: "identity", 4: Uint8Array.of(4), 5: Uint8Array.of(5), 10: 123 };
    const shown = { 0: "coaps://host", 3: REDACTED, 4: REDACTED, 5: REDACTED, 10: 123 };
    expect(redact("/0/1", security)).toEqual(shown);
    expect(redact("/0", { 1: security })).toEqual({ 1: shown });
    expect(redact("/", { 0: { 1: security }, 3: { 0: { 5: "kept" } }, 21: { 0: { 1: "k" } } })).toEqual({
      0: { 1: shown },
      3: { 0: { 5: "kept" } },
      21: { 0: REDACTED },
    });
  });

  it("hides the encoded form of what may hold a secret", () => {
    expect(redact("/0/1", Uint8Array.of(0xc8))).toBe(REDACTED);
    expect(redact("/0", "0000")).toBe(REDACTED);
    expect(redact("/21", [1])).toBe(REDACTED);
    expect(redact("/0", undefined)).toBeUndefined();
  });

  it("hides keys and identities of a configuration at any depth, and nothing else", () => {
    const configuration = {
      endpoint: "urn:imei:1",
      bootstrap: { uri: "coaps://h", security: { mode: "psk", identity: "dev-1", key: "hex:00112233" } },
      servers: [{ uri: "coaps://s", security: { mode: "x509", privateKey: "./key.pem", certificate: "./cert.pem" } }],
      modem: { kind: "simulated", seed: 1 },
    };
    const before = structuredClone(configuration);
    expect(redactConfiguration(configuration)).toEqual({
      ...configuration,
      bootstrap: { uri: "coaps://h", security: { mode: "psk", identity: REDACTED, key: REDACTED } },
      servers: [{ uri: "coaps://s", security: { mode: "x509", privateKey: REDACTED, certificate: "./cert.pem" } }],
    });
    expect(configuration).toEqual(before);
    expect(JSON.stringify(redactConfiguration({ security: { key: { inner: "00112233" } } }))).not.toContain("0011");
  });

  it.each([
    ["https://user:password@host/image", `https://${REDACTED}@host/image`],
    ["https://token@host:1?a=b@c", `https://${REDACTED}@host:1?a=b@c`],
    ["https://user:p@ss,w:rd@host", `https://${REDACTED}@host`],
    ["of coap://a:b@h1 and coaps://c@h2.", `of coap://${REDACTED}@h1 and coaps://${REDACTED}@h2.`],
    ["https://host/a@b, mail@host", "https://host/a@b, mail@host"],
    ['{"uri":"coap://host","mail":"a@b"}', '{"uri":"coap://host","mail":"a@b"}'],
  ])("hides who opens the address in %s", (text, shown) => {
    expect(withoutUserInformation(text)).toBe(shown);
    expect(withoutUserInformation({ a: [1, { text }] })).toEqual({ a: [1, { text: shown }] });
  });

  it("of addresses leaves what holds none as it is, and never ends up in a circle", () => {
    const plain = { a: ["x", { b: 1 }], map: new Map([["k", "https://u:p@h"]]) };
    expect(withoutUserInformation(plain)).toBe(plain);
    const round: Record<string, unknown> = { uri: "coap://u@h" };
    round.self = round;
    expect((withoutUserInformation(round) as typeof round).uri).toBe(`coap://${REDACTED}@h`);
    const long = "://".repeat(50_000);
    expect(withoutUserInformation(`${long}@`)).toContain("@");
  });
});
