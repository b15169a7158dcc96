import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { formatAddress, parseAddress } from "../../services/pki/ipAddress.ts";
import { createCa, type IssueOptions, issue } from "../support/certificateAuthority.ts";
import { sequence, text, tlv } from "./support/derWriter.ts";
import { verdict } from "./support/judge.ts";

const root = createCa({ name: "Root" });

function isFor(name: string, names: Pick<IssueOptions, "san"> & { readonly cn?: string }): boolean {
  const { cn = "device", san } = names;
  const leaf = issue({ ca: root, subject: cn, ...(san && { san }) });
  const found = verdict([leaf], [root], { name });
  expect(found).toMatch(/^ok$|^certificate_unknown: .* is not for the host/);
  return found === "ok";
}

describe("a certificate is for a host", () => {
  it.each<[host: string, names: { cn?: string; san?: string[] }]>([
    ["host.example", { san: ["DNS:other.example", "DNS:host.example"] }],
    ["HOST.Example", { san: ["DNS:host.eXAMPLE"] }],
    ["host.example.", { san: ["DNS:host.example"] }],
    ["a.host.example", { san: ["DNS:*.host.example"] }],
    ["host.example", { cn: "host.example" }],
    ["host.example", { cn: "host.example", san: ["URI:urn:dev:os:1"] }],
    ["localhost", { cn: "localhost" }],
    ["192.0.2.1", { san: ["DNS:host.example", "IP:192.0.2.1"] }],
    ["2001:db8::1", { san: ["IP:2001:DB8:0:0::1"] }],
    ["192.0.2.1", { san: ["URI:coaps://192.0.2.1:5684"] }],
    ["2001:db8::1", { san: ["URI:coaps://[2001:DB8::0:1]"] }],
    ["192.0.2.1", { cn: "192.0.2.1" }],
    ["2001:db8::1", { cn: "2001:0db8::1" }],
  ])("%s with %j", (host, names) => expect(isFor(host, names)).toBe(true));
});

describe("a certificate is not for a host", () => {
  it.each<[host: string, names: { cn?: string; san?: string[] }]>([
    ["host.example", { san: ["DNS:other.example"] }],
    ["host.example", { cn: "host.example", san: ["DNS:other.example"] }],
    ["host.example", { san: ["DNS:host.example.evil.example", "DNS:xhost.example"] }],
    ["host.example", { san: ["DNS:*.host.example"] }],
    ["a.b.host.example", { san: ["DNS:*.host.example"] }],
    ["host.example", { san: ["DNS:*.example"] }],
    ["host.example", { san: ["DNS:*"] }],
    ["host.example", { san: ["DNS:h*.example", "DNS:*st.example", "DNS:host.*"] }],
    [".host.example", { san: ["DNS:*.host.example"] }],
    ["*.host.example", { san: ["DNS:*.host.example"] }],
    ["host.example", { san: ["URI:coaps://host.example"] }],
    ["host.example", { san: ["email:host.example"] }],
    ["host.example", { cn: "host.example\0.evil.example" }],
    ["bank.example", { cn: "ban\u212a.example" }],
    ["host.example", { cn: "\ufeffhost.example" }],
    ["", { cn: "" }],
    [".", { cn: "." }],
    ["192.0.2.1", { san: ["DNS:192.0.2.1"] }],
    ["192.0.2.1", { san: ["IP:192.0.2.2"] }],
    ["192.0.2.1", { cn: "192.0.2.1", san: ["IP:192.0.2.2"] }],
    ["192.0.2.1", { cn: "192.000.2.1" }],
    ["192.0.2.1", { san: ["IP:::ffff:192.0.2.1"] }],
    ["2001:db8::1", { san: ["IP:2001:db8::2", "IP:32.1.13.184"] }],
    ["fe80::1%eth0", { san: ["IP:fe80::1"] }],
  ])("%j with %j", (host, names) => expect(isFor(host, names)).toBe(false));

  it("whose address in the certificate has a length of its own", () => {
    const value = sequence(tlv(0x87, Uint8Array.of(192, 0, 2)), tlv(0x87, Uint8Array.of(192, 0, 2, 1, 0)));
    const leaf = issue({ ca: root, subject: "192.0.2.1", extensions: [{ id: "2.5.29.17", value }] });
    expect(verdict([leaf], [root], { name: "192.0.2.1" })).toMatch(/^certificate_unknown/);
  });
});

describe("of several common names", () => {
  it("the last is the one that counts", () => {
    // biome-ignore format: one name
    const subject = [["CN", "host.example"], ["O", "Acme"], ["CN", "other.example"]] as const;
    const leaf = issue({ ca: root, subject });
    expect(verdict([leaf], [root], { name: "other.example" })).toBe("ok");
    expect(verdict([leaf], [root], { name: "host.example" })).toMatch(/^certificate_unknown/);
  });
});

describe("the name constraints of a CA", () => {
  const under = (
    nameConstraints: IssueOptions["nameConstraints"],
    leaf: Partial<IssueOptions>,
    name?: string,
  ): string => {
    const ca = createCa({ name: "Bound", ca: root, ...(nameConstraints && { nameConstraints }) });
    const endEntity = issue({ ca, subject: "device", ...leaf });
    return verdict([endEntity, ca], [root], name === undefined ? {} : { name });
  };

  it.each<[IssueOptions["nameConstraints"], string[], "allow" | "forbid"]>([
    [{ permitted: ["DNS:example.com"] }, ["DNS:example.com", "DNS:a.b.EXAMPLE.com", "IP:192.0.2.1"], "allow"],
    [{ permitted: ["DNS:example.com"] }, ["DNS:a.example.com", "DNS:badexample.com"], "forbid"],
    [{ permitted: ["DNS:.example.com"] }, ["DNS:a.example.com"], "allow"],
    [{ permitted: ["DNS:.example.com"] }, ["DNS:example.com"], "forbid"],
    [{ permitted: ["DNS:a.example", "DNS:b.example"] }, ["DNS:x.b.example"], "allow"],
    [{ permitted: ["DNS:"] }, ["DNS:anything.example"], "allow"],
    [{ excluded: ["DNS:example.com"] }, ["DNS:example.org"], "allow"],
    [{ excluded: ["DNS:example.com"] }, ["DNS:a.example.com"], "forbid"],
    [{ excluded: ["DNS:"] }, ["DNS:a.example"], "forbid"],
    [{ permitted: ["DNS:example.com"], excluded: ["DNS:a.example.com"] }, ["DNS:x.a.example.com"], "forbid"],
    [{ permitted: ["IP:192.0.2.0/25"] }, ["IP:192.0.2.127", "DNS:host.example"], "allow"],
    [{ permitted: ["IP:192.0.2.0/25"] }, ["IP:192.0.2.128"], "forbid"],
    [{ permitted: ["IP:192.0.2.0/24"] }, ["IP:2001:db8::1"], "forbid"],
    [{ excluded: ["IP:2001:db8::/33"] }, ["IP:2001:db8:8000::1", "IP:192.0.2.1"], "allow"],
    [{ excluded: ["IP:2001:db8::/33"] }, ["IP:2001:db8:7fff::1"], "forbid"],
  ])("%j: %j is as it says: %s", (constraints, san, expected) => {
    const found = under(constraints, { san });
    if (expected === "allow") expect(found).toBe("ok");
    else expect(found).toMatch(/^certificate_unknown: CN=Bound does not allow the name ".+" below it/);
  });

  it("bind the name asked for, so that wildcards and common names do not slip through", () => {
    const excluded = { excluded: ["DNS:secret.example.com"] };
    const wildcard = { san: ["DNS:*.example.com"] };
    expect(under(excluded, wildcard, "open.example.com")).toBe("ok");
    expect(under(excluded, wildcard, "secret.example.com")).toMatch(/does not allow the name "secret.example.com"/);
    expect(under({ permitted: ["DNS:example.com"] }, { subject: "evil.example" }, "evil.example")).toMatch(
      /"evil.example"/,
    );
    expect(under({ permitted: ["IP:10.0.0.0/8"] }, { subject: "192.0.2.1" }, "192.0.2.1")).toMatch(/"192.0.2.1"/);
  });

  it("bind all that is below, CAs too, but no self-issued ones", () => {
    const top = createCa({ name: "Top", nameConstraints: { permitted: ["DNS:example.com"] } });
    const lower = (name: string, host: string) => createCa({ name, ca: top, san: [`DNS:${host}`] });
    const below = (ca: ReturnType<typeof lower>) =>
      verdict([issue({ ca, subject: "device", san: ["DNS:a.example.com"] }), ca], [top]);
    expect(below(lower("Lower", "ca.example.com"))).toBe("ok");
    expect(below(lower("Lower", "ca.example.org"))).toMatch(/CN=Top does not allow the name "ca.example.org"/);
    expect(below(lower("Top", "ca.example.org"))).toBe("ok");
    const far = lower("Lower", "ca.example.com");
    expect(verdict([issue({ ca: far, subject: "device", san: ["DNS:b.example.org"] }), far], [top])).toMatch(/CN=Top/);
  });

  it("of a form that is not processed are refused as an unknown critical extension", () => {
    const email = { permitted: ["email:example.com"] };
    expect(under(email, { san: ["DNS:a.example"] })).toBe(
      "certificate_unknown: CN=Bound has a critical extension that is not understood (2.5.29.30)",
    );
    expect(under({ permitted: ["DNS:a.example", "URI:a.example"] }, {})).toMatch(/2\.5\.29\.30/);
    const subtree = (...more: Uint8Array[]) => sequence(tlv(0xa0, sequence(text(0x82, "a.example"), ...more)));
    const minimum = tlv(0x80, Uint8Array.of(1));
    const withMinimum = { extensions: [{ id: "2.5.29.30", critical: true, value: subtree(minimum) }] };
    const ca = createCa({ name: "Bound", ca: root, ...withMinimum });
    expect(verdict([issue({ ca, subject: "device" }), ca], [root])).toMatch(/2\.5\.29\.30/);
  });

  it("are refused when there are too many to compare", () => {
    const permitted = Array.from({ length: 100 }, (_, at) => `DNS:n${at}.example`);
    const san = Array.from({ length: 50 }, () => "DNS:n99.example");
    expect(under({ permitted }, { san: san.slice(0, 40) })).toBe("ok");
    expect(under({ permitted }, { san })).toMatch(
      /^certificate_unknown: CN=Bound has more name constraints than are checked/,
    );
  });
});

describe("an IP literal", () => {
  it.each([
    "192.0.2.1",
    "::",
    "::1",
    "2001:db8::1",
    "1:2:3:4:5:6:7:8",
    "1::8",
    "fe80::",
    "::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33",
  ])("%s has the octets that OpenSSL finds", (literal) => {
    const octets = parseAddress(literal)!;
    const certificate = issue({ subject: "x", extensions: [{ id: "2.5.29.17", value: sequence(tlv(0x87, octets)) }] });
    expect(new X509Certificate(certificate.der).checkIP(literal)).toBe(literal);
    expect(parseAddress(formatAddress(octets))).toEqual(octets);
  });

  it.each([
    "",
    "host",
    "192.0.2",
    "192.0.2.256",
    "1.2.3.4.5",
    "::1::",
    "[::1]",
    "fe80::1%lo",
    ":1",
    "0x7f.1",
    "1:2:3:4:5:6:7",
  ])("%j is none", (text) => expect(parseAddress(text)).toBeUndefined());
});
