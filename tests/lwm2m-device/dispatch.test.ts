/** Device management: every operation and what it is refused with (OMA LwM2M Core 1.1 §6.3). */
import { describe, expect, it } from "@jest/globals";
import {
  BINARY_APP_DATA_CONTAINER,
  CONTENT_FORMAT,
  DEVICE,
  decodeObjectTlv,
  decodeResourcesTlv,
  encodeInstanceTlv,
  encodeObjectTlv,
  instanceValues,
  loadObjectXml,
  PORTFOLIO,
  SERVER,
} from "../../services/lwm2m/index.ts";
import { type Ask, makeDevice, SERVER_ID, serve } from "./support/device.ts";

const { tlv, text, opaque, link } = CONTENT_FORMAT;
const writable = (lifetime: number) => instanceValues(SERVER, { 1: lifetime, 6: true, 7: "U" });
const identities = (values: Record<number, string>) =>
  instanceValues(PORTFOLIO, { 0: new Map(Object.entries(values).map(([id, value]) => [Number(id), value])) });

describe("the code a request is answered with", () => {
  const rows: readonly (readonly [code: string, ask: Ask, why: string])[] = [
    ["2.05", { method: "GET", path: "/3/0/0" }, "reads a resource"],
    ["2.05", { method: "GET", path: "/3/0" }, "reads an instance"],
    ["2.05", { method: "GET", path: "/3" }, "reads an object"],
    ["2.05", { method: "GET", path: "/3/0/11/0" }, "reads a resource instance"],
    ["2.05", { method: "GET", path: "/16" }, "reads an object without instances"],
    ["2.05", { method: "GET", path: "/3/0/0", accept: tlv }, "reads in the format asked for"],
    ["4.04", { method: "GET", path: "/3/0/11/7" }, "reads a resource instance that is not there"],
    ["4.04", { method: "GET", path: "/3/1" }, "reads an instance that is not there"],
    ["4.04", { method: "GET", path: "/3/0/14" }, "reads a resource that has no value"],
    ["4.04", { method: "GET", path: "/3/0/99" }, "reads a resource that no Device has"],
    ["4.04", { method: "GET", path: "/9999" }, "reads an object that is not there"],
    ["4.04", { method: "GET", path: "/three" }, "reads what is no path"],
    ["4.04", { method: "GET", path: "/3/0/0/0/0" }, "reads deeper than the tree"],
    ["4.04", { method: "GET", path: "/65535" }, "reads a reserved id"],
    ["4.05", { method: "GET", path: "/" }, "reads the root"],
    ["4.05", { method: "GET", path: "/3/0/4" }, "reads an executable"],
    ["4.05", { method: "GET", path: "/5/0/0" }, "reads what can only be written"],
    ["4.05", { method: "GET", path: "/1/0/17" }, "reads what only the bootstrap server reaches"],
    ["4.06", { method: "GET", path: "/3/0", accept: text }, "asks for an instance as text"],
    ["4.06", { method: "GET", path: "/3/0/0", accept: opaque }, "asks for a string as octets"],
    ["4.06", { method: "GET", path: "/3/0/0", accept: 50 }, "asks for a format that nobody has"],
    ["4.01", { method: "GET", path: "/0" }, "reads object 0"],
    ["4.01", { method: "GET", path: "/0/1/5" }, "reads a key"],
    ["4.01", { method: "GET", path: "/0", accept: link }, "discovers object 0"],
    ["4.01", { method: "GET", path: "/0/1/0", observe: 0 }, "observes object 0"],
    ["4.01", { method: "PUT", path: "/0/1/0", payload: "coap://evil.example", contentFormat: text }, "writes object 0"],
    ["4.01", { method: "PUT", path: "/0/1", query: ["pmin=1"] }, "gives object 0 attributes"],
    ["4.01", { method: "POST", path: "/0", payload: "", contentFormat: tlv }, "creates in object 0"],
    ["4.01", { method: "DELETE", path: "/0/1" }, "deletes an account"],
    ["4.01", { method: "GET", path: "/21" }, "reads object 21"],
    ["2.04", { method: "PUT", path: "/1/0/1", payload: "60", contentFormat: text }, "writes a resource"],
    ["2.04", { method: "PUT", path: "/1/0/1", payload: "60" }, "writes a resource without naming text"],
    ["2.04", { method: "PUT", path: "/3/0/14", payload: "+02:00", contentFormat: text }, "writes an optional resource"],
    [
      "4.00",
      { method: "PUT", path: "/1/0/1", payload: "soon", contentFormat: text },
      "writes text where a number belongs",
    ],
    ["4.00", { method: "PUT", path: "/1/0/1", payload: "0", contentFormat: text }, "writes a lifetime of nothing"],
    [
      "4.00",
      { method: "PUT", path: "/1/0/7", payload: "T", contentFormat: text },
      "writes a binding that is not there",
    ],
    ["4.00", { method: "PUT", path: "/1/0/1", payload: Uint8Array.of(0xc8), contentFormat: tlv }, "writes a torn TLV"],
    [
      "4.00",
      { method: "PUT", path: "/5/0/1", payload: "x".repeat(256), contentFormat: text },
      "writes beyond the range",
    ],
    [
      "4.04",
      { method: "PUT", path: "/1/0/99", payload: "1", contentFormat: text },
      "writes a resource that is not there",
    ],
    [
      "4.04",
      { method: "PUT", path: "/1/7/1", payload: "1", contentFormat: text },
      "writes to an instance that is not there",
    ],
    ["4.04", { method: "PUT", path: "/9999/0/1", payload: "1", contentFormat: text }, "writes to an unknown object"],
    ["4.05", { method: "PUT", path: "/3/0/0", payload: "Other", contentFormat: text }, "writes what can only be read"],
    [
      "4.05",
      { method: "PUT", path: "/1/0/16", payload: "0", contentFormat: text },
      "writes what is the bootstrap server's",
    ],
    ["4.05", { method: "PUT", path: "/16", payload: "", contentFormat: tlv }, "writes a whole object"],
    ["4.15", { method: "PUT", path: "/1/0/1", payload: "1", contentFormat: 50 }, "writes in a format that nobody has"],
    ["4.15", { method: "PUT", path: "/1/0", payload: "1", contentFormat: text }, "writes an instance as text"],
    ["4.15", { method: "POST", path: "/1/0", payload: "1" }, "writes an instance in no format"],
    ["2.04", { method: "POST", path: "/1/0/8" }, "executes"],
    ["2.04", { method: "POST", path: "/1/0/8", payload: "0='a',1" }, "executes with arguments"],
    ["4.00", { method: "POST", path: "/1/0/8", payload: "a=1" }, "executes with broken arguments"],
    ["4.04", { method: "POST", path: "/3/0/5" }, "executes what this device does not have"],
    ["4.04", { method: "POST", path: "/3/0/99" }, "executes a resource that is not there"],
    ["4.04", { method: "POST", path: "/3/1/4" }, "executes on an instance that is not there"],
    ["4.05", { method: "POST", path: "/3/0/0" }, "executes a string"],
    ["4.05", { method: "POST", path: "/5/0/2" }, "starts an update that nobody downloaded"],
    ["4.05", { method: "POST", path: "/3/0/11/0" }, "executes a resource instance"],
    ["4.15", { method: "POST", path: "/1/0/8", payload: "0", contentFormat: tlv }, "executes with arguments in TLV"],
    ["4.05", { method: "POST", path: "/3", payload: "", contentFormat: tlv }, "creates a second Device"],
    ["4.05", { method: "POST", path: "/1", payload: "", contentFormat: tlv }, "creates an account"],
    ["4.04", { method: "POST", path: "/9999", payload: "", contentFormat: tlv }, "creates in an unknown object"],
    ["4.15", { method: "POST", path: "/16", payload: "x", contentFormat: text }, "creates from text"],
    ["4.00", { method: "POST", path: "/16", payload: "", contentFormat: tlv }, "creates without what is mandatory"],
    ["4.05", { method: "DELETE", path: "/3/0" }, "deletes the Device"],
    ["4.05", { method: "DELETE", path: "/1/0" }, "deletes its own account"],
    ["4.05", { method: "DELETE", path: "/16" }, "deletes a whole object"],
    ["4.05", { method: "DELETE", path: "/3/0/0" }, "deletes a resource"],
    ["4.05", { method: "DELETE", path: "/" }, "deletes everything"],
    ["4.04", { method: "DELETE", path: "/16/0" }, "deletes what is not there"],
    ["2.04", { method: "PUT", path: "/3/0", query: ["pmin=5", "pmax=60"] }, "gives an instance attributes"],
    ["2.04", { method: "PUT", path: "/1/0/1", query: ["gt=10.5", "lt=-2", "st=1"] }, "gives a number limits"],
    ["4.00", { method: "PUT", path: "/3/0/0", query: ["gt=1"] }, "gives a string limits"],
    ["4.00", { method: "PUT", path: "/3/0", query: ["lt=1"] }, "gives an instance limits"],
    ["4.00", { method: "PUT", path: "/3/0", query: ["pmin=-1"] }, "gives a negative period"],
    ["4.00", { method: "PUT", path: "/3/0", query: ["colour=red"] }, "gives an attribute that is none"],
    ["4.00", { method: "PUT", path: "/1/0/1", query: ["gt=5", "lt=3", "st=1"] }, "gives limits that overlap"],
    ["4.04", { method: "PUT", path: "/3/7", query: ["pmin=1"] }, "gives attributes to what is not there"],
    ["4.05", { method: "PUT", path: "/3/0/4", query: ["pmin=1"] }, "gives an executable attributes"],
    ["2.05", { method: "GET", path: "/3", accept: link }, "discovers an object"],
    ["4.04", { method: "GET", path: "/3/0/14", accept: link }, "discovers what is not there"],
    ["4.05", { method: "GET", path: "/", accept: link }, "discovers the root"],
    ["4.05", { method: "FETCH", path: "/3" }, "uses a method that means nothing here"],
    ["4.04", { method: "GET", path: "/3/1/0", observe: 0 }, "observes what is not there"],
    ["4.05", { method: "GET", path: "/3/0/4", observe: 0 }, "observes an executable"],
  ];
  for (const [code, ask, why] of rows) {
    it(`is ${code} when a server ${why}`, async () => {
      const server = serve(makeDevice());
      expect((await server.ask(ask)).code).toBe(code);
    });
  }

  it("comes with the reason as diagnostic payload, which the owner hears too", async () => {
    const refused: string[] = [];
    const server = serve(makeDevice(), {
      onRefused: (operation, path, { detail }) => refused.push(`${operation} ${path.join("/")}: ${detail}`),
    });
    const answer = await server.ask({ method: "PUT", path: "/3/0/0", payload: "Other", contentFormat: text });
    expect(answer.text).toBe("/3/0/0 cannot be written");
    expect(refused).toEqual(["write 3/0/0: /3/0/0 cannot be written"]);
  });

  it("is 5.00 and nothing more when an object's own code fails", async () => {
    const device = makeDevice();
    device.tree.add(BINARY_APP_DATA_CONTAINER, {
      resources: {
        1: {
          read: () => {
            throw new Error("a detail of the application");
          },
        },
      },
    });
    device.tree.create(19, 0);
    const answer = await serve(device).ask({ method: "GET", path: "/19/0/1" });
    expect([answer.code, answer.text]).toEqual(["5.00", "internal error"]);
  });
});

describe("Read", () => {
  it("gives a single value as text and an instance as TLV when no format is asked for", async () => {
    const server = serve(makeDevice());
    expect(await server.ask({ method: "GET", path: "/3/0/0" })).toMatchObject({
      text: "Acme",
      response: { contentFormat: text },
    });
    const { response } = await server.ask({ method: "GET", path: "/3/0" });
    expect(response.contentFormat).toBe(tlv);
    const values = decodeResourcesTlv(DEVICE, response.payload!);
    expect([...values.keys()]).toEqual([0, 1, 3, 11, 13, 16]);
    expect(values.get(3)).toBe("1.0.0");
  });

  it("leaves out of an instance what a server may not read", async () => {
    const device = makeDevice();
    device.tree.set(1, 0, 17, 3);
    const { response } = await serve(device).ask({ method: "GET", path: "/1" });
    expect([...decodeObjectTlv(SERVER, response.payload!).get(0)!.keys()]).toEqual([0, 1, 6, 7]);
  });

  it("tells the time of the device's clock, and goes on from what a server wrote", async () => {
    const device = makeDevice();
    const server = serve(device);
    await server.ask({ method: "PUT", path: "/3/0/13", payload: "2000000000", contentFormat: text });
    device.clock.advance(5_000);
    expect((await server.ask({ method: "GET", path: "/3/0/13" })).text).toBe("2000000005");
  });
});

describe("Write", () => {
  it("replaces an instance: what may be written and is not given goes, all else stays", async () => {
    const device = makeDevice();
    device.tree.set(1, 0, 5, 77);
    device.tree.set(1, 0, 17, 3);
    const payload = encodeInstanceTlv(SERVER, writable(600));
    expect((await serve(device).ask({ method: "PUT", path: "/1/0", payload, contentFormat: tlv })).code).toBe("2.04");
    expect(device.tree.get(1, 0, 1)).toBe(600);
    expect(device.tree.get(1, 0, 5)).toBeUndefined();
    expect(device.tree.get(1, 0, 17)).toBe(3);
    expect(device.tree.get(1, 0, 0)).toBe(SERVER_ID);
  });

  it("refuses to replace an instance without what is mandatory", async () => {
    const device = makeDevice();
    const payload = encodeInstanceTlv(SERVER, instanceValues(SERVER, { 1: 600 }));
    const answer = await serve(device).ask({ method: "PUT", path: "/1/0", payload, contentFormat: tlv });
    expect([answer.code, answer.text]).toEqual(["4.00", "/1/0/6 is mandatory"]);
    expect(device.tree.get(1, 0, 1)).toBe(300);
  });

  it("updates an instance: what is not given stays", async () => {
    const device = makeDevice();
    device.tree.set(1, 0, 5, 77);
    const payload = encodeInstanceTlv(SERVER, instanceValues(SERVER, { 1: 600 }));
    await serve(device).ask({ method: "POST", path: "/1/0", payload, contentFormat: tlv });
    expect([device.tree.get(1, 0, 1), device.tree.get(1, 0, 5), device.tree.get(1, 0, 7)]).toEqual([600, 77, "U"]);
  });

  it("is all or nothing: one bad resource and none is written", async () => {
    const device = makeDevice();
    const payload = encodeInstanceTlv(SERVER, instanceValues(SERVER, { 1: 600, 7: "N" }));
    const answer = await serve(device).ask({ method: "POST", path: "/1/0", payload, contentFormat: tlv });
    expect(answer.code).toBe("4.00");
    expect(device.tree.get(1, 0, 1)).toBe(300);
    expect(device.told).toEqual([]);
  });

  it("puts resource instances beside the others in an update, and in place of them in a replace", async () => {
    const device = makeDevice();
    const server = serve(device);
    device.tree.create(16, 0, identities({ 0: "a", 1: "b" }));
    const more = encodeInstanceTlv(PORTFOLIO, identities({ 1: "B", 2: "c" }));
    await server.ask({ method: "POST", path: "/16/0", payload: more, contentFormat: tlv });
    expect(device.tree.get(16, 0, 0)).toEqual(
      new Map([
        [0, "a"],
        [1, "B"],
        [2, "c"],
      ]),
    );
    await server.ask({ method: "PUT", path: "/16/0/0", payload: more, contentFormat: tlv });
    expect(device.tree.get(16, 0, 0)).toEqual(
      new Map([
        [1, "B"],
        [2, "c"],
      ]),
    );
  });

  it("reaches one resource instance that is there, and no other", async () => {
    const device = makeDevice();
    const server = serve(device);
    device.tree.create(16, 0, identities({ 0: "a", 1: "b" }));
    const put = (path: string) => server.ask({ method: "PUT", path, payload: "new", contentFormat: text });
    expect((await put("/16/0/0/1")).code).toBe("2.04");
    expect((await put("/16/0/0/9")).code).toBe("4.04");
    expect(device.tree.get(16, 0, 0)).toEqual(
      new Map([
        [0, "a"],
        [1, "new"],
      ]),
    );
  });

  it("tells of a lifetime that changed, and not of the same one again", async () => {
    const device = makeDevice();
    const server = serve(device);
    await server.ask({ method: "PUT", path: "/1/0/1", payload: "300", contentFormat: text });
    expect(device.told).toEqual([]);
    await server.ask({ method: "PUT", path: "/1/0/1", payload: "60", contentFormat: text });
    expect(device.told).toEqual([`changed ${SERVER_ID} lifetime`]);
  });
});

describe("Execute", () => {
  it("reports what a server triggers on its account", async () => {
    const device = makeDevice();
    const server = serve(device);
    device.tree.set(1, 0, 5, 30);
    for (const path of ["/1/0/8", "/1/0/4", "/1/0/9"]) await server.ask({ method: "POST", path });
    expect(device.told).toEqual([`update ${SERVER_ID}`, `disable ${SERVER_ID} 30`, `bootstrap ${SERVER_ID}`]);
  });

  it("disables for a day unless 1/x/5 says otherwise", async () => {
    const device = makeDevice();
    await serve(device).ask({ method: "POST", path: "/1/0/4" });
    expect(device.told).toEqual([`disable ${SERVER_ID} 86400`]);
  });

  it("refuses the bootstrap trigger where there is no bootstrap account", async () => {
    const device = makeDevice();
    device.tree.delete(0, 0);
    expect((await serve(device).ask({ method: "POST", path: "/1/0/9" })).code).toBe("4.05");
    expect(device.told).toEqual([]);
  });

  it("reboots, and resets the error codes", async () => {
    const device = makeDevice();
    const server = serve(device);
    device.tree.set(
      3,
      0,
      11,
      new Map([
        [0, 1],
        [1, 4],
      ]),
    );
    await server.ask({ method: "POST", path: "/3/0/12" });
    await server.ask({ method: "POST", path: "/3/0/4" });
    expect(device.told).toEqual(["errors reset", "reboot"]);
    expect(device.tree.get(3, 0, 11)).toEqual(new Map([[0, 0]]));
  });
});

describe("Create and Delete", () => {
  it("creates an instance with the id asked for and deletes it", async () => {
    const device = makeDevice();
    const server = serve(device);
    const payload = encodeObjectTlv(PORTFOLIO, new Map([[3, identities({ 0: "a" })]]));
    const created = await server.ask({ method: "POST", path: "/16", payload, contentFormat: tlv });
    expect([created.code, created.response.locationPath]).toEqual(["2.01", undefined]);
    expect(device.tree.get(16, 3, 0)).toEqual(new Map([[0, "a"]]));
    expect((await server.ask({ method: "POST", path: "/16", payload, contentFormat: tlv })).code).toBe("4.00");
    expect((await server.ask({ method: "DELETE", path: "/16/3" })).code).toBe("2.02");
    expect(device.tree.instanceIds(16)).toEqual([]);
  });

  it("tells where the instance is when the device chose its id", async () => {
    const device = makeDevice();
    const payload = encodeInstanceTlv(PORTFOLIO, identities({ 0: "a" }));
    const created = await serve(device).ask({ method: "POST", path: "/16", payload, contentFormat: tlv });
    expect([created.code, created.response.locationPath]).toEqual(["2.01", ["16", "0"]]);
  });

  it("forgets the attributes of what is deleted", async () => {
    const device = makeDevice();
    const server = serve(device);
    device.tree.create(16, 0, identities({ 0: "a" }));
    await server.ask({ method: "PUT", path: "/16/0", query: ["pmin=5"] });
    await server.ask({ method: "PUT", path: "/3/0", query: ["pmin=7"] });
    await server.ask({ method: "DELETE", path: "/16/0" });
    expect(server.management.attributes.serialise()).toEqual({ "/3/0": { pmin: 7 } });
    device.tree.create(16, 0, identities({ 0: "a" }));
    expect((await server.ask({ method: "GET", path: "/16/0", accept: link })).text).toBe("</16/0>,</16/0/0>;dim=1");
  });
});

describe("Discover", () => {
  it("lists an object with its version, instances, resources, sizes and the attributes written to each", async () => {
    const device = makeDevice();
    const server = serve(device);
    await server.ask({ method: "PUT", path: "/3", query: ["pmin=10"] });
    await server.ask({ method: "PUT", path: "/3/0", query: ["pmax=60"] });
    expect((await server.ask({ method: "GET", path: "/3", accept: link })).text).toBe(
      "</3>;ver=1.2;pmin=10,</3/0>;pmax=60,</3/0/0>,</3/0/1>,</3/0/3>,</3/0/4>,</3/0/11>;dim=1,</3/0/12>,</3/0/13>,</3/0/16>",
    );
    expect((await server.ask({ method: "GET", path: "/3/0/13", accept: link })).text).toBe("</3/0/13>;pmin=10;pmax=60");
    expect((await server.ask({ method: "GET", path: "/3/0/11", accept: link })).text).toBe(
      "</3/0/11>;dim=1;pmin=10;pmax=60,</3/0/11/0>",
    );
  });

  it("takes an attribute away by its bare name", async () => {
    const server = serve(makeDevice());
    await server.ask({ method: "PUT", path: "/3", query: ["pmin=10", "pmax=20"] });
    await server.ask({ method: "PUT", path: "/3", query: ["pmin"] });
    expect((await server.ask({ method: "GET", path: "/3", accept: link })).text).toContain("</3>;ver=1.2;pmax=20,");
  });

  it("keeps attributes apart by server", async () => {
    const device = makeDevice();
    await serve(device).ask({ method: "PUT", path: "/3/0/13", query: ["pmin=10"] });
    const other = serve(device, { shortServerId: 102 });
    expect((await other.ask({ method: "GET", path: "/3/0/13", accept: link })).text).toBe("</3/0/13>");
  });
});

describe("an access policy", () => {
  it("answers 4.01 for what a server may not do, and leaves hidden instances out", async () => {
    const device = makeDevice();
    device.tree.create(16, 0, identities({ 0: "mine" }));
    device.tree.create(16, 1, identities({ 0: "other" }));
    const server = serve(device, {
      access: {
        allows: (operation, ssid, objectId, instanceId) =>
          operation === "read" && ssid === SERVER_ID && instanceId !== 1 && objectId === 16,
      },
    });
    const all = await server.ask({ method: "GET", path: "/16" });
    expect([...decodeObjectTlv(PORTFOLIO, all.response.payload!).keys()]).toEqual([0]);
    expect((await server.ask({ method: "GET", path: "/16/1" })).code).toBe("4.01");
    expect((await server.ask({ method: "DELETE", path: "/16/0" })).code).toBe("4.01");
  });
});

describe("an object of one's own", () => {
  const xml = `<LWM2M><Object ObjectType="MODefinition"><Name>Lamp</Name><ObjectID>42000</ObjectID>
    <ObjectURN>urn:oma:lwm2m:x:42000</ObjectURN><LWM2MVersion>1.0</LWM2MVersion><ObjectVersion>1.0</ObjectVersion>
    <MultipleInstances>Multiple</MultipleInstances><Mandatory>Optional</Mandatory><Resources>
    <Item ID="1"><Name>Brightness</Name><Operations>RW</Operations><MultipleInstances>Single</MultipleInstances>
      <Mandatory>Mandatory</Mandatory><Type>Integer</Type><RangeEnumeration>0..100</RangeEnumeration><Units>%</Units></Item>
    <Item ID="2"><Name>Temperature</Name><Operations>R</Operations><MultipleInstances>Single</MultipleInstances>
      <Mandatory>Optional</Mandatory><Type>Float</Type><RangeEnumeration></RangeEnumeration><Units>Cel</Units></Item>
    <Item ID="3"><Name>Blink</Name><Operations>E</Operations><MultipleInstances>Single</MultipleInstances>
      <Mandatory>Optional</Mandatory><Type></Type><RangeEnumeration></RangeEnumeration><Units></Units></Item>
    </Resources></Object></LWM2M>`;

  it("comes from its XML, a value and two callbacks, and may go again", async () => {
    const device = makeDevice();
    const server = serve(device);
    const blinks: (string | true | undefined)[] = [];
    device.tree.add(loadObjectXml(xml, "lamp.xml"), {
      resources: {
        2: { read: () => 21.5 },
        3: {
          execute: (_instance, args) => {
            blinks.push(args.get(0));
            return undefined;
          },
        },
      },
    });
    device.tree.create(42_000, 0, new Map([[1, 50]]));
    expect((await server.ask({ method: "GET", path: "/42000/0/1" })).text).toBe("50");
    expect((await server.ask({ method: "GET", path: "/42000/0/2" })).text).toBe("21.5");
    expect((await server.ask({ method: "PUT", path: "/42000/0/2", payload: "1", contentFormat: text })).code).toBe(
      "4.05",
    );
    expect((await server.ask({ method: "PUT", path: "/42000/0/1", payload: "101", contentFormat: text })).code).toBe(
      "4.00",
    );
    expect((await server.ask({ method: "POST", path: "/42000/0/3", payload: "0='fast'" })).code).toBe("2.04");
    expect(blinks).toEqual(["fast"]);
    device.tree.remove(42_000);
    expect((await server.ask({ method: "GET", path: "/42000" })).code).toBe("4.04");
  });
});
