/** Register, Update, De-register over real endpoints (OMA LwM2M Core 1.1 §6.2). */
import { afterEach, describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import type { IncomingRequest, OutgoingResponse } from "../../services/coap/types.ts";
import { deregister, objectList, register, update } from "../../services/lwm2m/index.ts";
import { type CoapPair, coapPair } from "./support/coapPair.ts";
import { makeDevice } from "./support/device.ts";

const open: CoapPair[] = [];
afterEach(() => {
  for (const { device, server } of open.splice(0)) {
    device.close();
    server.close();
  }
});

function against(answer: (request: IncomingRequest) => OutgoingResponse): { pair: CoapPair; asked: string[] } {
  const asked: string[] = [];
  const pair = coapPair({
    server: {
      onRequest: (request) => {
        const { method, path, query, contentFormat, payload } = request;
        const body = payload.length === 0 ? "" : ` ${contentFormat}:${new TextDecoder().decode(payload)}`;
        asked.push(`${method} /${path.join("/")}?${query.join("&")}${body}`);
        return answer(request);
      },
    },
  });
  open.push(pair);
  return { pair, asked };
}

const parameters = { endpointName: "urn:imei:351358811124772", lifetimeSeconds: 300, objects: "</1/0>,</3/0>" };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("Register", () => {
  it("sends name, lifetime, version, binding and objects, and learns where the registration lives", async () => {
    const { pair, asked } = against(() => ({ code: CODE.CREATED, locationPath: ["rd", "5a3f"] }));
    expect(await register(pair.device, parameters)).toEqual({ kind: "created", location: ["rd", "5a3f"] });
    expect(asked).toEqual(["2 /rd?ep=urn:imei:351358811124772&lt=300&lwm2m=1.1&b=U 40:</1/0>,</3/0>"]);
  });

  it("says queue mode the way its version does, and the SMS number when there is one", async () => {
    const { pair, asked } = against(() => ({ code: CODE.CREATED, locationPath: ["rd", "1"] }));
    await register(pair.device, { ...parameters, objects: "", queueMode: true, smsNumber: "4712345678" });
    await register(pair.device, { ...parameters, objects: "", queueMode: true, version: "1.0" });
    expect(asked.map((line) => line.split("lt=300&")[1])).toEqual(["lwm2m=1.1&b=U&Q&sms=4712345678", "lwm2m=1.0&b=UQ"]);
  });

  it("lists the objects of the device, keys left out, one without instances too", () => {
    const { tree } = makeDevice();
    expect(objectList(tree, { contentFormats: [11542, 0] })).toBe(
      '</>;rt="oma.lwm2m";ct="11542 0",</1/0>,</3>;ver=1.2,</3/0>,</4>;ver=1.3,</4/0>,</5/0>,</6>,</7>,</16>',
    );
  });

  it("that is refused says with which code and why", async () => {
    const { pair } = against(() => ({ code: CODE.FORBIDDEN, payload: utf8("unknown endpoint") }));
    expect(await register(pair.device, parameters)).toEqual({
      kind: "refused",
      code: CODE.FORBIDDEN,
      detail: "unknown endpoint",
    });
  });

  it("that comes at a bad time says when to try again", async () => {
    const { pair } = against(() => ({ code: CODE.SERVICE_UNAVAILABLE, maxAge: 120 }));
    expect(await register(pair.device, parameters)).toEqual({ kind: "unavailable", retryAfterSeconds: 120 });
  });

  it("that is created nowhere is invalid", async () => {
    const { pair } = against(() => ({ code: CODE.CREATED }));
    expect(await register(pair.device, parameters)).toEqual({ kind: "invalid", detail: "2.01 without Location-Path" });
  });

  it("that nobody answers says whether the server was heard before", async () => {
    const { pair } = against(() => ({ code: CODE.CREATED, locationPath: ["rd", "1"] }));
    pair.serverSession.muted = true;
    const first = register(pair.device, parameters);
    await pair.clock.advanceAsync(300_000);
    expect(await first).toEqual({ kind: "noAnswer", heard: false });
    pair.serverSession.muted = false;
    await register(pair.device, parameters);
    pair.serverSession.muted = true;
    const second = register(pair.device, parameters);
    await pair.clock.advanceAsync(300_000);
    expect(await second).toEqual({ kind: "noAnswer", heard: true });
  });

  it("ends when the session does, or when it is given up", async () => {
    const { pair } = against(() => ({ code: CODE.CREATED, locationPath: ["rd", "1"] }));
    pair.serverSession.muted = true;
    const given = new AbortController();
    const aborted = register(pair.device, parameters, given.signal);
    given.abort();
    expect(await aborted).toEqual({ kind: "aborted" });
    const closed = register(pair.device, parameters);
    pair.deviceSession.end({ kind: "linkLost" });
    expect(await closed).toEqual({ kind: "closed", reason: { kind: "linkLost" } });
  });
});

describe("Update and De-register", () => {
  it("send what is new to where the registration lives", async () => {
    const { pair, asked } = against(({ method }) => ({ code: method === CODE.DELETE ? CODE.DELETED : CODE.CHANGED }));
    const location = ["rd", "5a3f"];
    expect(await update(pair.device, location)).toEqual({ kind: "changed" });
    expect(await update(pair.device, location, { lifetimeSeconds: 60, binding: "U", objects: "</1/0>" })).toEqual({
      kind: "changed",
    });
    expect(await deregister(pair.device, location)).toEqual({ kind: "deleted" });
    expect(asked).toEqual(["2 /rd/5a3f?", "2 /rd/5a3f?lt=60&b=U 40:</1/0>", "4 /rd/5a3f?"]);
  });

  it("learn that the server has forgotten the registration", async () => {
    const { pair } = against(() => ({ code: CODE.NOT_FOUND }));
    expect(await update(pair.device, ["rd", "1"])).toEqual({ kind: "refused", code: CODE.NOT_FOUND });
    expect(await deregister(pair.device, ["rd", "1"])).toEqual({ kind: "refused", code: CODE.NOT_FOUND });
  });
});
