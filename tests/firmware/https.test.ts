import { readFile } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { OpenSsl } from "../pki/support/openssl.ts";
import { attempt } from "./support/attempt.ts";
import { FirmwareHost, type Handler, makeImage, serve } from "./support/firmwareHost.ts";
import { MemoryArea } from "./support/memoryArea.ts";
import { type Authority, type HostCertificate, issueHost, makeAuthority } from "./support/testPki.ts";

const image = makeImage(60_000);
let ours: Authority;
let another: Authority;
let certificate: HostCertificate;
const hosts: FirmwareHost[] = [];

beforeAll(() => {
  ours = makeAuthority("Firmware root");
  another = makeAuthority("Another root");
  certificate = issueHost(ours);
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function host(handler: Handler, presented: HostCertificate | undefined = certificate): Promise<FirmwareHost> {
  const started = await FirmwareHost.start(handler, presented);
  hosts.push(started);
  return started;
}

const same = (actual: Uint8Array) => Buffer.compare(actual, image) === 0;

describe("downloading over HTTPS", () => {
  it("trusts the CA certificates of the security tags", async () => {
    const { origin } = await host(serve(image));
    const { outcome, area, records } = attempt({ uri: `${origin}/fw.bin`, cas: { 411: another.pem, 412: ours.pem } });
    expect(await outcome).toEqual({ kind: "complete", bytes: image.length, etag: '"v2"' });
    expect(same(area.content)).toBe(true);
    expect(records[0]).toEqual({
      kind: "http",
      phase: "connect",
      url: `${origin}/fw.bin`,
      securityTags: [411, 412],
      from: "library",
      to: "firmwareHost",
    });
  });

  it("takes the answer, or the failure, once the run goes on", async () => {
    const { origin } = await host(serve(image));
    for (const [uri, kind] of [
      [`${origin}/fw.bin`, "complete"],
      ["https://127.0.0.1:1/fw.bin", "refused"],
    ] as const) {
      let goOn = () => {};
      const going = new Promise<void>((resolve) => (goOn = resolve));
      let settled: () => void = () => {};
      const arrived = new Promise<void>((resolve) => (settled = resolve));
      const held = async <T>(arrival: Promise<T>) => {
        await arrival.then(settled, settled);
        await going;
        return arrival;
      };
      const { outcome, area, records } = attempt({ uri, cas: { 411: ours.pem }, held });
      await arrived;
      await new Promise((resolve) => setImmediate(resolve));
      expect([area.content.length, records.map(({ phase }) => phase)]).toEqual([0, ["connect", "request"]]);
      goOn();
      expect(await outcome).toMatchObject({ kind });
    }
  });

  it("reaches a host by its name, which the certificate must bear", async () => {
    const { port } = await host(serve(image), issueHost(ours, { addresses: [] }));
    const cas = { 411: ours.pem };
    expect(await attempt({ uri: `https://localhost:${port}/fw.bin`, cas }).outcome).toMatchObject({ kind: "complete" });
    expect(await attempt({ uri: `https://127.0.0.1:${port}/fw.bin`, cas }).outcome).toMatchObject({
      kind: "refused",
      reason: "badCertificate",
    });
  });

  it("reaches a host whose CA and key are of elliptic curves, and takes several CAs from one tag", async () => {
    const openssl = new OpenSsl();
    const extensions = ["basicConstraints=critical,CA:TRUE"];
    const issuer = openssl.issue({ key: "ec", subject: "/CN=EC root", extensions });
    const leaf = openssl.issue({ key: "ec", subject: "/CN=h", issuer, extensions: ["subjectAltName=IP:127.0.0.1"] });
    openssl.remove();
    const { origin } = await host(serve(image), { cert: leaf.certificatePem, key: leaf.keyPem });
    const { outcome } = attempt({ uri: `${origin}/fw.bin`, cas: { 5: another.pem + issuer.certificatePem } });
    expect(await outcome).toMatchObject({ kind: "complete" });
  });

  it("resumes where the connection broke", async () => {
    const { origin, requests } = await host(serve(image, { breakAfter: 30_000 }));
    const area = new MemoryArea();
    const cas = { 411: ours.pem };
    const first = await attempt({ uri: `${origin}/fw.bin`, area, cas }).outcome;
    expect(first).toMatchObject({ kind: "interrupted", etag: '"v2"' });
    const offset = await area.offset();
    expect(offset).toBeGreaterThan(0);
    expect(await attempt({ uri: `${origin}/fw.bin`, area, cas, etag: '"v2"' }).outcome).toMatchObject({
      kind: "complete",
    });
    expect(same(area.content)).toBe(true);
    expect(requests[1]?.headers.range).toBe(`bytes=${offset}-`);
  });

  const certificates: { name: string; presented: () => HostCertificate; cas?: () => Record<number, string> }[] = [
    { name: "of a CA that no tag holds", presented: () => issueHost(another) },
    { name: "that has expired", presented: () => issueHost(ours, { fromDays: -30, toDays: -1 }) },
    { name: "that is not valid yet", presented: () => issueHost(ours, { fromDays: 1 }) },
    {
      name: "for another host",
      presented: () => issueHost(ours, { names: ["other.example"], addresses: ["192.0.2.1"] }),
    },
    { name: "when the tag's own content is damaged", presented: () => certificate, cas: () => ({ 411: "damaged" }) },
    {
      name: "when the tag holds a host's certificate in place of a CA's",
      presented: () => certificate,
      cas: () => ({ 411: issueHost(another).cert }),
    },
  ];
  for (const { name, presented, cas = () => ({ 411: ours.pem }) } of certificates) {
    it(`refuses a certificate ${name}, before anything is asked`, async () => {
      const { origin, requests } = await host(serve(image), presented());
      const { outcome, area, records } = attempt({ uri: `${origin}/fw.bin`, cas: cas() });
      expect(await outcome).toMatchObject({ kind: "refused", reason: "badCertificate" });
      expect(requests).toEqual([]);
      expect(area.writes).toEqual([]);
      expect(records[0]).toMatchObject({ phase: "connect", securityTags: [411] });
      expect(records.at(-1)).toMatchObject({ phase: "error" });
    });
  }

  it("refuses to go anywhere when no tag holds a CA certificate", async () => {
    const { origin, requests } = await host(serve(image));
    for (const options of [{ caTags: [] }, { caTags: [7, 8] }]) {
      const { outcome, records } = attempt({ uri: `${origin}/fw.bin`, ...options });
      expect(await outcome).toMatchObject({ kind: "refused", reason: "noValidTag" });
      expect(records.map(({ phase }) => phase)).toEqual(["error"]);
    }
    expect(requests).toEqual([]);
  });

  it("is not talked out of checking by the environment", async () => {
    const { origin } = await host(serve(image), issueHost(another));
    // Jest gives tests a copy of the environment that Node never looks at; a core function leads to the real one.
    const { env } = readFile.constructor("return process")() as NodeJS.Process;
    const before = env.NODE_TLS_REJECT_UNAUTHORIZED;
    env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      const { outcome } = attempt({ uri: `${origin}/fw.bin`, cas: { 411: ours.pem } });
      expect(await outcome).toMatchObject({ kind: "refused", reason: "badCertificate" });
    } finally {
      if (before === undefined) delete env.NODE_TLS_REJECT_UNAUTHORIZED;
      else env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it("tells a host that does not speak TLS as a protocol error", async () => {
    const plain = await FirmwareHost.start(serve(image));
    hosts.push(plain);
    const { outcome } = attempt({ uri: `https://127.0.0.1:${plain.port}/fw.bin`, cas: { 411: ours.pem } });
    expect(await outcome).toMatchObject({ kind: "refused", reason: "protocol" });
  });

  it("follows a redirection from HTTP to HTTPS, and never the other way", async () => {
    const secure = await host(serve(image));
    const up = await FirmwareHost.start((_, response) => {
      response.writeHead(308, { Location: `${secure.origin}/fw.bin` }).end();
    });
    const plain = await FirmwareHost.start(serve(image));
    const down = await host(
      (_, response) => void response.writeHead(308, { Location: `${plain.origin}/fw.bin` }).end(),
    );
    hosts.push(up, plain);
    const cas = { 411: ours.pem };
    expect(await attempt({ uri: `${up.origin}/fw.bin`, cas }).outcome).toMatchObject({ kind: "complete" });
    expect(await attempt({ uri: `${down.origin}/fw.bin`, cas }).outcome).toMatchObject({
      kind: "refused",
      reason: "protocol",
      detail: "a redirection from https to http",
    });
    expect(plain.requests).toEqual([]);
  });
});
