/** The management server's composites, attributes and Send against a device of this project, over UDP. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import { CODE, CoapEndpoint, createUdpTransport } from "../../services/coap/index.ts";
import { findCompositeFormat, senmlPayload } from "../../services/lwm2m/composite.ts";
import { CONTENT_FORMAT, instanceValues, PORTFOLIO, parsePath } from "../../services/lwm2m/index.ts";
import type { ReadAnswer } from "../../testbed/deviceRequests.ts";
import { startManagementServer } from "../../testbed/managementServer.ts";
import { makeDevice, serve } from "../lwm2m-device/support/device.ts";

const { senmlJson, senmlCbor, senmlEtchJson, senmlEtchCbor, json } = CONTENT_FORMAT;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function registered() {
  const clock = new SystemClock();
  const server = await startManagementServer({ clock });
  const device = makeDevice();
  const { management } = serve(device, { clock });
  const transport = createUdpTransport();
  const outcome = await transport.open({ uri: server.uri });
  if (outcome.kind !== "open") throw new Error(outcome.kind);
  const endpoint = new CoapEndpoint({ session: outcome.session, clock, random: seededRandom(3), handler: management });
  open.push(
    () => server.close(),
    async () => {
      management.close();
      endpoint.close();
      await transport.close();
    },
  );
  const request = {
    method: CODE.POST,
    contentFormat: CONTENT_FORMAT.link,
    payload: new TextEncoder().encode("</3/0>"),
  };
  await endpoint.request({ ...request, path: ["rd"], query: ["ep=dev", "lwm2m=1.1", "lt=300"] });
  management.attach(endpoint);
  return { server, device, endpoint };
}

/** Resolves with the next thing that `take` is given. */
function awaited<T>() {
  const waiting: ((value: T) => void)[] = [];
  const come: T[] = [];
  return {
    take: (value: T) => {
      const next = waiting.shift();
      if (next === undefined) come.push(value);
      else next(value);
    },
    next: () => {
      const value = come.shift();
      return value !== undefined ? Promise.resolve(value) : new Promise<T>((resolve) => waiting.push(resolve));
    },
  };
}

describe("the management server", () => {
  it.each([senmlJson, senmlCbor, senmlEtchJson, senmlEtchCbor])("reads several places at once (%d)", async (format) => {
    const { server } = await registered();
    const answer = await server.readComposite("dev", ["/3/0/0", "/1/0/1", "/3/0/99"], { contentFormat: format });
    expect(answer.code).toBe("2.05");
    expect(answer.values).toEqual([
      { path: "/3/0/0", value: "Acme" },
      { path: "/1/0/1", value: 300 },
    ]);
  });

  it("takes the answer in the format that it accepts, and of several blocks", async () => {
    const { server, device } = await registered();
    const long = new Map(Array.from({ length: 200 }, (_, id) => [id, `identity ${id} of this device`]));
    device.tree.create(PORTFOLIO.id, 0, instanceValues(PORTFOLIO, { 0: long }));
    const answer = await server.readComposite("dev", ["/16/0/0", "/3/0/0"], { accept: senmlCbor });
    expect(answer.contentFormat).toBe(senmlCbor);
    expect(answer.values).toHaveLength(201);
  });

  it("writes several places at once, and nothing when one is refused", async () => {
    const { server, device } = await registered();
    device.tree.create(PORTFOLIO.id, 0, instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) }));
    expect((await server.writeComposite("dev", { "/1/0/1": 60, "/3/0/0": "Other" })).code).toBe("4.05");
    expect(device.tree.get(1, 0, 1)).toBe(300);
    const { code } = await server.writeComposite("dev", { "/1/0/1": 60, "/16/0/0/4": "b", "/16/0/0/0": null });
    expect(code).toBe("2.04");
    expect([device.tree.get(1, 0, 1), device.tree.get(16, 0, 0)]).toEqual([60, new Map([[4, "b"]])]);
  });

  it("observes several places as one, and ends it", async () => {
    const { server, device } = await registered();
    const told = awaited<ReadAnswer>();
    const paths = ["/3/0/14", "/3/0/0"];
    const observation = await server.observeComposite("dev", paths, told.take, { contentFormat: senmlCbor });
    expect(observation.accepted).toBe(true);
    expect(observation.answer.values).toEqual([{ path: "/3/0/0", value: "Acme" }]);
    device.tree.set(3, 0, 14, "+01:00");
    expect((await told.next()).values).toEqual([
      { path: "/3/0/14", value: "+01:00" },
      { path: "/3/0/0", value: "Acme" },
    ]);
    expect((await observation.cancel()).code).toBe("2.05");
    const operations = server.events.entries.flatMap((entry) => (entry.type === "operation" ? [entry.operation] : []));
    expect(operations).toEqual(["observeComposite", "cancelComposite"]);
  });

  it.each([CONTENT_FORMAT.tlv, senmlJson, senmlCbor, json])("creates an instance (%d)", async (contentFormat) => {
    const { server, device } = await registered();
    const values = instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) });
    expect((await server.create("dev", "/16", values, 7, { contentFormat })).code).toBe("2.01");
    expect(device.tree.get(16, 7, 0)).toEqual(new Map([[0, "a"]]));
  });

  it("leaves the id to the device in TLV alone", async () => {
    const { server, device } = await registered();
    const values = instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) });
    const chosen = server.create("dev", "/16", values, undefined, { contentFormat: senmlCbor });
    await expect(chosen).rejects.toMatchObject({ code: "badOption" });
    expect((await server.create("dev", "/16", values)).code).toBe("2.01");
    expect(device.tree.instanceIds(16)).toEqual([0]);
  });

  it("sets notification attributes and takes them away again", async () => {
    const { server } = await registered();
    expect((await server.writeAttributes("dev", "/1/0/1", { pmin: 5, gt: 10.5 })).code).toBe("2.04");
    expect((await server.discover("dev", "/1/0/1")).links[0]?.attributes).toEqual({ pmin: "5", gt: "10.5" });
    await server.writeAttributes("dev", "/1/0/1", { gt: null });
    expect((await server.discover("dev", "/1/0/1")).links[0]?.attributes).toEqual({ pmin: "5" });
    expect((await server.writeAttributes("dev", "/3/0/0", { gt: 1 })).code).toBe("4.00");
  });

  it.each([senmlJson, senmlCbor] as const)("reads what a device sends, with its times (%d)", async (format) => {
    const { server, endpoint } = await registered();
    const records = [1_700_000_000, 1_700_000_060].map((time, at) => ({
      path: parsePath("/3/0/9"),
      value: 80 + at,
      time,
    }));
    const payload = senmlPayload(format, records);
    await endpoint.request({ method: CODE.POST, path: ["dp"], contentFormat: format, payload });
    const sent = await server.events.until("sent");
    expect(sent.values).toEqual([
      { path: "/3/0/9", value: 80, time: 1_700_000_000 },
      { path: "/3/0/9", value: 81, time: 1_700_000_060 },
    ]);
  });

  it("refuses a Send that is torn, and takes one whose objects it does not know as it is", async () => {
    const { server, endpoint } = await registered();
    const send = (text: string, contentFormat: number) =>
      endpoint.request({ method: CODE.POST, path: ["dp"], contentFormat, payload: new TextEncoder().encode(text) });
    expect(await send("[{", senmlJson)).toMatchObject({ response: { code: CODE.BAD_REQUEST } });
    expect(await send('[{"n":"/42000/0/0","v":1}]', senmlJson)).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(await send("{}", json)).toMatchObject({ response: { code: CODE.CHANGED } });
    const sent = server.events.entries.filter(({ type }) => type === "sent");
    expect(sent.map((entry) => "values" in entry)).toEqual([false, false]);
  });

  it("says that a format is none of a composite's", async () => {
    const { server } = await registered();
    await expect(server.readComposite("dev", ["/3"], { contentFormat: 0 })).rejects.toMatchObject({
      code: "badOption",
    });
    expect(findCompositeFormat(0)).toBeUndefined();
  });
});
