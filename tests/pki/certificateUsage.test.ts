/** LwM2M's Certificate Usage and Matching Type, in every combination (RFC 6698 §2.1, RFC 7671 §5). */
import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import type { CertificateUsage, MatchingType, TrustPolicy } from "../../services/pki/validatePath.ts";
import { createCa, type Issued, type IssueOptions, issue } from "../support/certificateAuthority.ts";
import { verdict } from "./support/judge.ts";

const DAY_MS = 86_400_000;
const MATCHING: readonly MatchingType[] = [0, 1, 2, 3];
const root = createCa({ name: "Root" });
const middle = createCa({ name: "Middle", ca: root });
const stranger = createCa({ name: "Stranger" });
const leafOf = (more: Partial<IssueOptions> = {}) =>
  issue({ ca: middle, subject: "device", san: ["DNS:host.example"], ...more });
const leaf = leafOf();
const chain = [leaf, middle];

function pinOf(usage: CertificateUsage, matching: MatchingType, { der }: Issued): NonNullable<TrustPolicy["pin"]> {
  const digests = { 1: "sha256", 2: "sha384", 3: "sha512" } as const;
  const data = matching === 0 ? der : new Uint8Array(createHash(digests[matching]).update(der).digest());
  return { usage, matching, data };
}

describe.each(MATCHING)("with matching type %s", (matching) => {
  const pin = (usage: CertificateUsage, certificate: Issued) => ({ pin: pinOf(usage, matching, certificate) });

  describe("a CA constraint (0)", () => {
    it.each([
      ["an intermediate", middle],
      ["the trusted root", root],
    ])("accepts a path through %s when it is pinned", (_, ca) => {
      expect(verdict(chain, [root], pin(0, ca))).toBe("ok");
    });

    it("refuses a good path that does not lead through the pinned CA", () => {
      expect(verdict(chain, [root, stranger], pin(0, stranger))).toBe(
        "certificate_unknown: the path of CN=device does not lead through the pinned CA",
      );
    });

    it("does not take the end entity for the CA", () => {
      expect(verdict(chain, [root], pin(0, leaf))).toMatch(/^certificate_unknown/);
      expect(verdict(chain, [leaf], pin(0, leaf))).toMatch(/^certificate_unknown/);
    });

    it("takes the path through the pinned CA when the end entity is trusted itself", () => {
      expect(verdict(chain, [leaf, root], pin(0, middle))).toBe("ok");
    });

    it("still needs a path to a trusted root", () => {
      expect(verdict(chain, [stranger], pin(0, middle))).toMatch(/^unknown_ca/);
    });

    it("takes the path through the pinned CA when there is a shorter one", () => {
      expect(verdict(chain, [middle, root], pin(0, root))).toBe("ok");
    });
  });

  describe("a service certificate constraint (1)", () => {
    it("accepts the pinned end entity on a path to a trusted root", () => {
      expect(verdict(chain, [root], { ...pin(1, leaf), name: "host.example" })).toBe("ok");
    });

    it("refuses another end entity of the same CA", () => {
      expect(verdict([leafOf(), middle], [root], pin(1, leaf))).toBe(
        "certificate_unknown: CN=device is not the pinned certificate",
      );
    });

    it("still needs a path, and the name", () => {
      expect(verdict(chain, [stranger], pin(1, leaf))).toMatch(/^unknown_ca/);
      expect(verdict(chain, [root], { ...pin(1, leaf), name: "other.example" })).toMatch(/^certificate_unknown/);
    });
  });

  describe("a trust anchor assertion (2)", () => {
    it("makes the pinned certificate the anchor, and no other", () => {
      expect(verdict(chain, [], { ...pin(2, middle), name: "host.example" })).toBe("ok");
      expect(verdict(chain, [root], pin(2, stranger))).toMatch(/^unknown_ca/);
    });

    it("needs a root in the peer's chain only when a digest stands for it", () => {
      expect(verdict([...chain, root], [], pin(2, root))).toBe("ok");
      expect(verdict(chain, [], pin(2, root))).toMatch(matching === 0 ? /^ok/ : /^unknown_ca/);
    });

    it("holds the path to names and times", () => {
      expect(verdict(chain, [], { ...pin(2, middle), name: "other.example" })).toMatch(/^certificate_unknown/);
      expect(verdict(chain, [], { ...pin(2, middle), now: Date.now() + 400 * DAY_MS })).toMatch(/^certificate_expired/);
    });

    it("does not accept that the pinned CA is sent beside an end entity of another", () => {
      const other = issue({ ca: stranger, subject: "device" });
      expect(verdict([other, middle], [root], pin(2, middle))).toMatch(/^unknown_ca/);
    });
  });

  describe("a domain-issued certificate (3)", () => {
    it("accepts the pinned end entity with nothing else: no anchor, name, time or usage", () => {
      expect(verdict([leaf], [], pin(3, leaf))).toBe("ok");
      expect(verdict([leaf], [], { ...pin(3, leaf), name: "other.example", now: 0, purpose: "clientAuth" })).toBe("ok");
      const odd = leafOf({ keyUsage: ["cRLSign"], extendedKeyUsage: ["codeSigning"], hash: "sha1" });
      expect(verdict([odd], [], pin(3, odd))).toBe("ok");
    });

    it("refuses every other certificate, a trusted one too", () => {
      expect(verdict([leafOf(), middle], [root], pin(3, leaf))).toMatch(/^certificate_unknown/);
      expect(verdict(chain, [root], pin(3, middle))).toMatch(/^certificate_unknown/);
    });

    it("refuses a key that the cipher suites cannot use", () => {
      const wide = leafOf({ key: "P-384" });
      expect(verdict([wide], [], pin(3, wide))).toMatch(/^unsupported_certificate/);
    });
  });
});

describe("a pin", () => {
  it.each([0, 1, 2, 3] as const)(
    "of usage %s matches nothing when it is empty, cut short or of another digest",
    (usage) => {
      const pinned = { 0: middle, 1: leaf, 2: middle, 3: leaf }[usage];
      const { data } = pinOf(usage, 1, pinned);
      for (const wrong of [
        new Uint8Array(),
        data.subarray(0, 16),
        pinOf(usage, 2, pinned).data,
        Uint8Array.of(...data, 0),
      ]) {
        expect(verdict(chain, [root], { pin: { usage, matching: 1, data: wrong } })).not.toBe("ok");
      }
    },
  );

  it("of a usage or matching type that does not exist refuses every certificate", () => {
    const pin = { ...pinOf(3, 0, leaf), usage: 4 as CertificateUsage };
    expect(verdict(chain, [root], { pin })).toMatch(/^bad_certificate/);
    expect(verdict(chain, [root], { pin: { ...pin, usage: 3, matching: 4 as MatchingType } })).toMatch(
      /^bad_certificate/,
    );
  });
});
