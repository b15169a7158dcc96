import { describe, expect, it } from "@jest/globals";
import { protocolSupport, publicUrl, readFirmwareUri, type Scheme } from "../../services/firmware/schemes.ts";
import { attempt } from "./support/attempt.ts";

const served: readonly Scheme[] = ["https:", "http:", "coap:"];

describe("package URIs", () => {
  const accepted = [
    "https://host/fw.bin",
    "http://192.0.2.1:8080/a/b?c=d",
    "coap://[2001:db8::1]/fw",
    "HTTPS://Host/x",
  ];
  for (const uri of accepted) {
    it(`accepts ${uri}`, () => expect(readFirmwareUri(uri, served).kind).toBe("uri"));
  }

  const refused: [string, string][] = [
    ["", "invalidUri"],
    ["fw.bin", "invalidUri"],
    ["https:host/fw", "invalidUri"],
    ["https://", "invalidUri"],
    ["https://host:99999/", "invalidUri"],
    ["https://ho st/", "invalidUri"],
    ["https://host/\u00e4", "invalidUri"],
    ["https://host/a\nb", "invalidUri"],
    ["https://user:secret@host/fw", "invalidUri"],
    ["coap://host/fw#part", "invalidUri"],
    [`https://host/${"x".repeat(2048)}`, "invalidUri"],
    ["ftp://host/fw", "unsupportedScheme"],
    ["coaps://host/fw", "unsupportedScheme"],
    ["coap+tcp://host/fw", "unsupportedScheme"],
    ["file:///etc/passwd", "unsupportedScheme"],
  ];
  for (const [uri, reason] of refused) {
    it(`refuses ${JSON.stringify(uri.slice(0, 40))} as ${reason}`, async () => {
      const outcome = readFirmwareUri(uri, served);
      expect(outcome).toMatchObject({ kind: "refused", reason });
      expect(JSON.stringify(outcome)).not.toContain("secret");
      expect(await attempt({ uri, schemes: served }).outcome).toEqual(outcome);
    });
  }

  it("are shown without query and fragment", () => {
    expect(publicUrl(new URL("https://host:8443/a/b?token=1#c"))).toBe("https://host:8443/a/b");
    expect(publicUrl(new URL("coap://host/fw?k=v"))).toBe("coap://host/fw");
  });

  it("tell 5/0/8 what is served", () => {
    expect(protocolSupport(served)).toEqual([0, 2, 3]);
    expect(protocolSupport(["coaps:", "coap:"])).toEqual([0, 1]);
  });
});
