import { describe, expect, it } from "@jest/globals";
import type { OpenFailure } from "../../ports/transport.ts";
import { CODE, type CoapHandler, type IncomingRequest } from "../../services/coap/index.ts";
import type { OpenCoap } from "../../services/firmware/coapDownload.ts";
import { createPair, isFromServer, SERVER } from "../coap/support.ts";
import type { VirtualClock } from "../support/virtualClock.ts";
import { type Attempt, type AttemptOptions, attempt } from "./support/attempt.ts";
import { makeImage } from "./support/firmwareHost.ts";
import { MemoryArea } from "./support/memoryArea.ts";

const image = makeImage(20_000);
const URI = `coap://${SERVER}/fw/image%20one.bin?v=2&k`;
const etag = Uint8Array.of(0xca, 0xfe);

/** A host that serves an image, and a way to it over the network in memory. */
async function createHost(content: Uint8Array = image, handler?: CoapHandler) {
  const requests: IncomingRequest[] = [];
  const pair = await createPair({
    handler: handler ?? {
      onRequest: (request) => {
        requests.push(request);
        return { code: CODE.CONTENT, etag, payload: content };
      },
    },
    client: { parameters: { blockSize: 1024 } },
  });
  let released = 0;
  const openCoap: OpenCoap = async () => ({
    kind: "open",
    endpoint: pair.client,
    release: () => {
      released += 1;
    },
  });
  return { ...pair, requests, openCoap, released: () => released };
}

/** Moves the network's time until the download has ended. */
async function run({ outcome }: Attempt, clock: VirtualClock) {
  let ended = false;
  void outcome.finally(() => {
    ended = true;
  });
  for (let turn = 0; !ended && turn < 2_000; turn++) await clock.advanceAsync(turn < 200 ? 20 : 1_000);
  return outcome;
}

const start = (options: Omit<AttemptOptions, "uri"> & { readonly uri?: string }) => attempt({ uri: URI, ...options });

describe("downloading over CoAP", () => {
  it("streams the image block by block into the area", async () => {
    const { openCoap, clock, requests, released } = await createHost();
    const etags: string[] = [];
    const download = start({ openCoap, onEtag: (tag) => etags.push(tag) });
    expect(await run(download, clock)).toEqual({ kind: "complete", bytes: image.length, etag: "cafe" });
    expect(Buffer.compare(download.area.content, image)).toBe(0);
    expect(requests[0]).toMatchObject({ path: ["fw", "image one.bin"], query: ["v=2", "k"] });
    expect(etags).toEqual(["cafe"]);
    expect(released()).toBe(1);
    // The endpoint records its messages itself.
    expect(download.records).toEqual([]);
  });

  for (const already of [1, 1023, 1024, 1025, 12_345, 19_999, 20_000]) {
    it(`goes on behind ${already} octets that are there`, async () => {
      const { openCoap, clock } = await createHost();
      const area = new MemoryArea(100_000, image.slice(0, already));
      const download = start({ openCoap, area, etag: "cafe" });
      expect(await run(download, clock)).toEqual({ kind: "complete", bytes: image.length, etag: "cafe" });
      expect(Buffer.compare(area.content, image)).toBe(0);
    });
  }

  it("tells another image under the same name as changed, without writing any of it", async () => {
    const { openCoap, clock } = await createHost();
    const area = new MemoryArea(100_000, image.slice(0, 5_000));
    expect(await run(start({ openCoap, area, etag: "beef" }), clock)).toMatchObject({
      kind: "refused",
      reason: "changed",
    });
    expect(area.writes).toEqual([]);
  });

  it("keeps what came when the host falls silent, and goes on there", async () => {
    const { openCoap, clock, network } = await createHost();
    const area = new MemoryArea();
    const silence = network.lose({ name: "silence", when: (datagram, n) => isFromServer(datagram) && n >= 10 });
    const first = await run(start({ openCoap, area }), clock);
    expect(first).toMatchObject({ kind: "interrupted", etag: "cafe" });
    expect(await area.offset()).toBe(10 * 1024);
    silence.remove();
    expect(await run(start({ openCoap, area, etag: "cafe" }), clock)).toMatchObject({ kind: "complete" });
    expect(Buffer.compare(area.content, image)).toBe(0);
  });

  it("tells a host that never says anything as unreachable", async () => {
    const { openCoap, clock, network, released } = await createHost();
    network.lose({ name: "absent", when: isFromServer });
    expect(await run(start({ openCoap }), clock)).toMatchObject({ kind: "refused", reason: "unreachable" });
    expect(released()).toBe(1);
  });

  const answers: [number, object][] = [
    [CODE.NOT_FOUND, { kind: "refused", reason: "notFound", detail: "the host answers 4.04" }],
    [CODE.FORBIDDEN, { kind: "refused", reason: "protocol" }],
    [CODE.SERVICE_UNAVAILABLE, { kind: "interrupted", bytes: 0 }],
    [CODE.INTERNAL_SERVER_ERROR, { kind: "refused", reason: "protocol" }],
    [CODE.CHANGED, { kind: "refused", reason: "protocol" }],
  ];
  for (const [code, expected] of answers) {
    it(`takes the answer ${code >> 5}.${code & 31} as ${JSON.stringify(expected)}`, async () => {
      const { openCoap, clock } = await createHost(image, { onRequest: () => ({ code }) });
      expect(await run(start({ openCoap }), clock)).toMatchObject(expected);
    });
  }

  it("refuses an image larger than the area", async () => {
    const { openCoap, clock } = await createHost();
    const area = new MemoryArea(10_000);
    expect(await run(start({ openCoap, area }), clock)).toMatchObject({ kind: "refused", reason: "tooLarge" });
  });

  it("ends as aborted when its owner gives up", async () => {
    const { openCoap, clock } = await createHost();
    const download = start({ openCoap });
    await clock.advanceAsync(100);
    download.abort();
    expect(await run(download, clock)).toEqual({ kind: "aborted" });
  });

  const failures: [OpenFailure, string][] = [
    [{ kind: "noRoute", detail: "no such host" }, "unreachable"],
    [{ kind: "pdn", detail: "refused" }, "unreachable"],
    [{ kind: "credential", detail: "no such tag" }, "noValidTag"],
    [{ kind: "handshakeFailed", alert: 48, detail: "unknown_ca" }, "badCertificate"],
    [{ kind: "handshakeFailed", alert: 40, detail: "handshake_failure" }, "unreachable"],
    [{ kind: "handshakeFailed", detail: "no answer" }, "unreachable"],
  ];
  for (const [failure, reason] of failures) {
    it(`tells ${failure.kind} (${failure.detail}) as ${reason}`, async () => {
      const openCoap: OpenCoap = async () => failure;
      const { outcome } = start({ uri: "coaps://host/fw", schemes: ["coaps:"], openCoap });
      expect(await outcome).toEqual({ kind: "refused", reason, detail: failure.detail });
    });
  }

  it("refuses what CoAP cannot carry, and CoAP itself where there is no way to it", async () => {
    const { openCoap } = await createHost();
    for (const uri of [`coap://${SERVER}/%ff`, `coap://${SERVER}/${"x".repeat(300)}`]) {
      expect(await start({ uri, openCoap }).outcome).toMatchObject({ kind: "refused", reason: "invalidUri" });
    }
    expect(await start({}).outcome).toMatchObject({ kind: "refused", reason: "unsupportedScheme" });
    expect(await start({ schemes: ["coap:"] }).outcome).toMatchObject({ kind: "refused", reason: "unsupportedScheme" });
  });
});
