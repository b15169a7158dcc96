/** Object 5: what a server may do in which state, by URI and by push (OMA LwM2M Core 1.1 Appendix E.6). */
import { describe, expect, it } from "@jest/globals";
import { CODE, formatCode } from "../../services/coap/codes.ts";
import {
  addFirmwareObject,
  CONTENT_FORMAT,
  DeviceManagement,
  FIRMWARE_STATE,
  type FirmwareHost,
  type FirmwareState,
  ObjectTree,
} from "../../services/lwm2m/index.ts";
import { coapPair, settle } from "./support/coapPair.ts";
import { type Ask, makeDevice, SERVER_ID, serve } from "./support/device.ts";

const NO_HOST: FirmwareHost = {
  onUri() {},
  onReset() {},
  onUpdate() {},
  openPackage: () => ({ code: CODE.NOT_IMPLEMENTED }),
};
const { text, opaque, tlv } = CONTENT_FORMAT;
const uri = (value: string): Ask => ({ method: "PUT", path: "/5/0/1", payload: value, contentFormat: text });
const push = (payload: Uint8Array | string): Ask => ({ method: "PUT", path: "/5/0/0", payload, contentFormat: opaque });

describe("what a server asks of the firmware object", () => {
  const asks = {
    uri: uri("https://host.example/image"),
    emptyUri: uri(""),
    package: push("an image"),
    nulPackage: push("\0"),
    update: { method: "POST", path: "/5/0/2" },
    cancel: { method: "POST", path: "/5/0/10" },
  } as const satisfies Record<string, Ask>;
  const told = {
    uri: "uri https://host.example/image",
    emptyUri: "firmware reset",
    package: "push begins",
    nulPackage: "firmware reset",
    update: "firmware update",
    cancel: "firmware cancel",
  } as const;
  const rows: Readonly<Record<keyof typeof asks, Readonly<Record<FirmwareState, string>>>> = {
    uri: { idle: "2.04", downloading: "4.00", downloaded: "4.00", updating: "4.00" },
    emptyUri: { idle: "2.04", downloading: "2.04", downloaded: "2.04", updating: "4.05" },
    package: { idle: "2.04", downloading: "4.00", downloaded: "4.00", updating: "4.05" },
    nulPackage: { idle: "2.04", downloading: "2.04", downloaded: "2.04", updating: "4.05" },
    update: { idle: "4.05", downloading: "4.05", downloaded: "2.04", updating: "4.05" },
    cancel: { idle: "4.05", downloading: "2.04", downloaded: "2.04", updating: "4.05" },
  };
  for (const name of Object.keys(asks) as (keyof typeof asks)[]) {
    for (const state of Object.keys(FIRMWARE_STATE) as FirmwareState[]) {
      const code = rows[name][state];
      it(`${name} in State ${state} is answered ${code}${code === "2.04" ? " and told to the host" : ", the host hears nothing"}`, async () => {
        const device = makeDevice({ firmwareVersion: "1.1" });
        device.firmware.set({ state });
        expect((await serve(device).ask(asks[name])).code).toBe(code);
        expect(device.told).toEqual(code === "2.04" ? [told[name]] : []);
        expect(device.firmware.state).toBe(state);
      });
    }
  }

  it("has no Cancel in object version 1.0", async () => {
    const device = makeDevice();
    device.firmware.set({ state: "downloading" });
    expect((await serve(device).ask(asks.cancel)).code).toBe("4.04");
  });

  it("takes a URI that is none, as the failure shows in Update Result alone, and the same one again", async () => {
    const device = makeDevice();
    const server = serve(device);
    for (let time = 0; time < 2; time++) expect((await server.ask(uri("no URI at all"))).code).toBe("2.04");
    expect(device.told).toEqual(["uri no URI at all", "uri no URI at all"]);
    device.firmware.set({ state: "idle", result: "invalidUri" });
    expect((await server.ask({ method: "GET", path: "/5/0/5" })).text).toBe("7");
  });

  it("says which protocols it has, and that it takes push and pull", async () => {
    const device = makeDevice();
    const server = serve(device);
    const values = [0, 1, 2].map((id) => server.ask({ method: "GET", path: `/5/0/8/${id}` }));
    expect((await Promise.all(values)).map((answer) => answer.text)).toEqual(["0", "2", "3"]);
    expect((await server.ask({ method: "GET", path: "/5/0/9" })).text).toBe("2");
  });

  it("refuses a package inside of an instance, where it could not stream", async () => {
    const payload = Uint8Array.of(0xc2, 0, 1, 2);
    const answer = await serve(makeDevice()).ask({ method: "POST", path: "/5/0", payload, contentFormat: tlv });
    expect([answer.code, answer.text]).toEqual(["4.00", "a package is written to /5/0/0 by itself"]);
  });

  it("takes a package and a reset in TLV, too", async () => {
    const device = makeDevice();
    const server = serve(device);
    const put = (...payload: number[]) => server.ask({ ...push(Uint8Array.from(payload)), contentFormat: tlv });
    expect((await put(0xc2, 0, 1, 2)).code).toBe("2.04");
    expect((await put(0xc1, 0, 0)).code).toBe("2.04");
    expect([device.pushed, device.told]).toEqual([[Uint8Array.of(1, 2)], ["push begins", "firmware reset"]]);
  });
});

describe("a pushed package", () => {
  it("streams block by block to the host, in order and once each", async () => {
    const device = makeDevice();
    const management = new DeviceManagement({ clock: device.clock, tree: device.tree, shortServerId: SERVER_ID });
    const pair = coapPair({ device: management }, device.clock);
    const image = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 7) & 0xff);
    const outcome = await pair.server.request({
      method: CODE.PUT,
      path: ["5", "0", "0"],
      contentFormat: opaque,
      payload: image,
    });
    expect(outcome).toMatchObject({ kind: "response", response: { code: CODE.CHANGED } });
    expect(device.pushed.length).toBeGreaterThan(5);
    expect(Math.max(...device.pushed.map(({ length }) => length))).toBeLessThanOrEqual(1_024);
    expect(Buffer.concat(device.pushed).equals(image)).toBe(true);
    pair.device.close();
    pair.server.close();
  });

  it("ends with the first block when the state does not allow it, and reaches no other resource so", async () => {
    const device = makeDevice();
    device.firmware.set({ state: "updating" });
    const management = new DeviceManagement({ clock: device.clock, tree: device.tree, shortServerId: SERVER_ID });
    const pair = coapPair({ device: management }, device.clock);
    const put = async (path: string[]): Promise<string> => {
      const outcome = await pair.server.request({
        method: CODE.PUT,
        path,
        contentFormat: opaque,
        payload: new Uint8Array(5_000),
      });
      return outcome.kind === "response" ? formatCode(outcome.response.code) : outcome.kind;
    };
    expect(await put(["5", "0", "0"])).toBe("4.05");
    expect(await put(["0", "1", "5"])).toBe("4.01");
    expect(await put(["3", "0", "0"])).toBe("4.15");
    await settle();
    expect(device.pushed).toEqual([]);
    pair.device.close();
    pair.server.close();
  });
});

describe("a package without Content-Format", () => {
  it.each([
    ["in one message", 4],
    ["block by block", 4_000],
  ] as const)("is taken as it is, octet by octet, %s", async (_, size) => {
    const device = makeDevice();
    const { management } = serve(device);
    const pair = coapPair({ device: management }, device.clock);
    const payload = new TextEncoder().encode("abcd".repeat(size / 4));
    const outcome = await pair.server.request({ method: CODE.PUT, path: ["5", "0", "0"], payload });
    expect(outcome).toMatchObject({ kind: "response", response: { code: CODE.CHANGED } });
    expect(Buffer.concat(device.pushed).equals(payload)).toBe(true);
    pair.device.close();
    pair.server.close();
  });
});

describe("State and Update Result", () => {
  it("change together for whoever observes the object", () => {
    const device = makeDevice();
    const seen: string[] = [];
    device.tree.onChange((changes) =>
      seen.push(`${changes.length}: ${device.firmware.state} ${device.firmware.result}`),
    );
    device.firmware.set({ state: "idle", result: "connectionLost", packageUri: "" });
    device.firmware.set({ state: "downloaded", result: "initial" });
    expect(seen).toEqual(["1: idle connectionLost", "2: downloaded initial"]);
  });

  for (const result of ["cancelled", "deferred"] as const) {
    it(`begin as initial in object version 1.0 where version 1.1 left the result ${result}`, () => {
      const firmware = (version: "1.0" | "1.1") =>
        addFirmwareObject(new ObjectTree(), { version, result, state: "downloaded", host: NO_HOST });
      expect([firmware("1.0").state, firmware("1.0").result]).toEqual(["downloaded", "initial"]);
      expect(firmware("1.1").result).toBe(result);
    });
  }

  it("keep the longest Maximum Defer Period as a number that they begin with again", () => {
    const { tree, firmware } = makeDevice({ firmwareVersion: "1.1" });
    tree.set(5, 0, 13, 2n ** 64n - 1n);
    const { settings } = firmware;
    expect(settings.maximumDeferSeconds).toBe(Number.MAX_SAFE_INTEGER);
    const again = addFirmwareObject(new ObjectTree(), { version: "1.1", host: NO_HOST, ...settings });
    expect(again.settings).toEqual(settings);
  });

  it("refuse a result that object version 1.0 does not have", () => {
    expect(() => makeDevice().firmware.set({ result: "cancelled" })).toThrow(/allowed are/);
    const newer = makeDevice({ firmwareVersion: "1.1" }).firmware;
    newer.set({ result: "cancelled" });
    expect(newer.result).toBe("cancelled");
  });
});
