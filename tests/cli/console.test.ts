import { beforeEach, describe, expect, it } from "@jest/globals";
import { VirtualClock } from "../../carrier/clock/virtualClock.ts";
import { Device } from "../../carrier/device.ts";
import { resolveOptions } from "../../carrier/resolve.ts";
import { complete, execute } from "../../cli/console/command.ts";
import { DEVICE_COMMANDS } from "../../cli/console/deviceCommands.ts";
import { completePath, readTree } from "../../cli/console/readTree.ts";
import { parseOctets, plainValue, showSingle } from "../../cli/console/resourceValues.ts";
import { type Settable, setValue } from "../../cli/console/setValue.ts";
import { splitWords } from "../../cli/console/words.ts";
import { FIRMWARE_UPDATE } from "../../services/lwm2m/objects/firmwareUpdate.ts";

/** The objects of a device as the carrier makes them, without a carrier that runs. */
async function newDevice(): Promise<Settable> {
  const clock = new VirtualClock(1_000_000);
  const servers = [
    { uri: "coap://192.0.2.2", shortServerId: 1, lifetimeSeconds: 60, security: { mode: "none" } },
  ] as const;
  const device = new Device(resolveOptions({ servers, clock }));
  await device.load();
  return { objects: device.tree, values: device.values, clock };
}

let device: Settable;
beforeEach(async () => {
  device = await newDevice();
});

function set(line: string): void {
  const [path = "", ...words] = splitWords(line) ?? [];
  setValue(device, path, words);
}

const get = (path: string) => readTree(device.objects, path).value;

describe("a typed line", () => {
  it.each([
    { line: "  get   /3/0 ", words: ["get", "/3/0"] },
    { line: 'set /16/0/0/0 "two words" x', words: ["set", "/16/0/0/0", "two words", "x"] },
    { line: `say 'it "is"' a"b c"d ""`, words: ["say", 'it "is"', "ab cd", ""] },
    { line: "", words: [] },
    { line: 'left "open', words: undefined },
  ])("is taken apart at spaces, but not inside quotes: $line", ({ line, words }) => {
    expect(splitWords(line)).toEqual(words);
  });

  const commands = DEVICE_COMMANDS;
  it.each([
    { line: "sett /3/0/9 1", says: "there is no command sett; did you mean set?" },
    { line: "toString", says: "there is no command toString; there are get, set," },
    { line: "get", says: "usage: get PATH" },
    {
      line: "request now",
      says: "there is no request now; there are reboot, link-up, link-down, register, deregister",
    },
    { line: 'set /3/0/15 "Europe', says: "a quote is left open" },
    { line: `get ${"x".repeat(70_000)}`, says: "a line has at most 65536 characters" },
  ])("that is wrong is answered by what is right", async ({ line, says }) => {
    await expect(execute(commands, { carrier: undefined as never, edition: "3.6" }, line)).rejects.toThrow(says);
  });

  it("without a word, or with a comment, is no command", async () => {
    const target = { carrier: undefined as never, edition: "3.6" };
    for (const line of ["", "   ", "# set /3/0/9 5"])
      await expect(execute(commands, target, line)).resolves.toBeUndefined();
  });

  it("is completed: commands, requests, paths level by level", () => {
    const target = { carrier: { objects: device.objects } as never, edition: "3.6" };
    const completed = (line: string) => complete(commands, target, line)[0];
    expect(completed("s")).toEqual(["set ", "send ", "status"]);
    expect(completed("request link")).toEqual(["link-up", "link-down"]);
    expect(completed("get ")).toEqual(["/"]);
    expect(completed("get /1")).toEqual(["/1", "/10", "/11", "/16", "/19"]);
    expect(completed("set /3/0/1")).toEqual(expect.arrayContaining(["/3/0/11", "/3/0/13"]));
    expect(completed("send /3/0 /4/")).toEqual(["/4/0"]);
    expect(completed("set /3/0/9 ")).toEqual([]);
    expect(completePath(device.objects, "/3/x/")).toEqual(["/"]);
  });
});

describe("set", () => {
  it("follows the carrier library's rules for power sources and their readings", () => {
    expect(() => set("/3/0/9 50")).toThrow("power source internalBattery is not listed");
    set("/3/0/6 internalBattery,usb");
    expect(get("/3/0/6")).toEqual({ 0: 1, 1: 5 });
    set("/3/0/9 50");
    set("/3/0/20 charging");
    set("/3/0/7/1 5000");
    set("/3/0/7 internalBattery=3800");
    set("/3/0/8/0 120");
    expect(get("/3/0")).toMatchObject({ 7: { 0: 3800, 1: 5000 }, 8: { 0: 120 }, 9: 50, 20: 1 });
    set("/3/0/6 1 0");
    expect(get("/3/0")).not.toHaveProperty("9");
  });

  it.each([
    { line: "/3/0/14 +02:00", path: "/3/0/14", value: "+02:00" },
    { line: "/3/0/15 Europe/Oslo", path: "/3/0/15", value: "Europe/Oslo" },
    { line: '/3/0/17 "Smart Meter"', path: "/3/0/17", value: "Smart Meter" },
    { line: "/3/0/18 hw1", path: "/3/0/18", value: "hw1" },
    { line: "/3/0/19 sw1", path: "/3/0/19", value: "sw1" },
    { line: "/3/0/21 512", path: "/3/0/21", value: 512 },
    { line: "/3/0/10 128", path: "/3/0/10", value: 128 },
    { line: "/3/0/13 86400", path: "/3/0/13", value: 86_400 },
    { line: "/3/0/0 Acme", path: "/3/0/0", value: "Acme" },
    { line: "/3/0/11 lowBattery gpsFailure", path: "/3/0/11", value: { 0: 1, 1: 3 } },
    { line: "/6/0 59.9 10.7 94", path: "/6/0", value: { 0: 59.9, 1: 10.7, 2: 94, 5: 1_000 } },
    { line: "/16/0/0/2 identity", path: "/16/0/0", value: { 2: "identity" } },
    { line: "/19/1/0/0 hex:0011ff", path: "/19/1/0/0", value: Uint8Array.of(0, 0x11, 0xff) },
    { line: "/20/0/4014 text:hello", path: "/20/0/4014", value: new TextEncoder().encode("hello") },
  ])("sets what the application sets: $line", ({ line, path, value }) => {
    set(line);
    expect(get(path)).toEqual(value);
  });

  it("changes one coordinate of a position that is known", () => {
    expect(() => set("/6/0/0 60")).toThrow("the position is not known yet: set /6/0 LATITUDE LONGITUDE");
    set("/6/0 59.9 10.7");
    set("/6/0/0 60");
    expect(get("/6/0")).toEqual({ 0: 60, 1: 10.7, 5: 1_000 });
    expect(() => set("/6/0/1 181")).toThrow("longitude 181 is not between -180 and 180");
  });

  it("clears error codes with none", () => {
    set("/3/0/11 lowBattery");
    set("/3/0/11 none");
    expect(get("/3/0/11")).toEqual({ 0: 0 });
  });

  it("writes anything else into the tree, one value or several", () => {
    device.objects.create(16, 0);
    set("/16/0/3 1");
    set('/16/0/0 0=a "1=b c"');
    set("/16/0/0/1 d");
    expect(get("/16/0")).toEqual({ 0: { 0: "a", 1: "d" }, 3: 1 });
  });

  it.each([
    { line: "/0/0/5 secret", says: "object 0 is not for the application" },
    { line: "/1/0/1 60", says: "object 1 is not for the application" },
    { line: "/5/0/3 2", says: "object 5 is not for the application" },
    { line: "/21/0/1 x", says: "object 21 is not for the application" },
    { line: "/3/0 x", says: "/3/0 is no resource" },
    { line: "/99/0/0 x", says: "there is no object 99" },
    { line: "/3/0/99 x", says: "Device has no resource 99" },
    { line: "3/0/9 x", says: '"3/0/9" is not a path' },
    { line: "/3/0/9 much", says: '/3/0/9 "Battery Level" wants a decimal integer' },
    { line: "/3/0/6 battery", says: "there is no power source battery; there are dc (0)" },
    { line: "/3/0/6 ubs", says: "there is no power source ubs; did you mean usb?" },
    { line: "/3/0/7/3 3000", says: "no power source of that instance is listed in /3/0/6" },
    { line: "/3/0/7 3000", says: "write each reading as SOURCE=VALUE" },
    { line: "/3/0/9/1 5", says: "Battery Level has one value: /3/0/9" },
    { line: "/19/0/0/0 0011", says: "octets are written as hex:0011, base64:ABE= or text:words" },
    { line: "/6/0 north", says: "a position is written as LATITUDE LONGITUDE" },
  ])("refuses $line", ({ line, says }) => {
    const before = JSON.stringify(get("/3/0"));
    expect(() => set(line)).toThrow(says);
    expect(JSON.stringify(get("/3/0"))).toBe(before);
  });
});

describe("get", () => {
  it("lists the objects", () => {
    expect(get("/")).toMatchObject({ 0: [0], 1: [0], 3: [0], 6: [] });
    expect(readTree(device.objects, "/").lines).toContainEqual(expect.stringMatching(/^\/3 +Device +instance 0$/));
  });

  it("shows names and units", () => {
    set("/3/0/6 internalBattery");
    set("/3/0/9 80");
    expect(readTree(device.objects, "/3/0/9").lines).toEqual(["/3/0/9  Battery Level  80 /100"]);
  });

  it("says of an object without instances that it is empty", () => {
    expect(readTree(device.objects, "/16")).toEqual({ value: {}, lines: ["there is nothing in it"] });
  });

  it.each(["/3/0/9", "/3/1", "/77", "/3/0/77"])("refuses %s, which is not there", (path) => {
    expect(() => get(path)).toThrow(`${path} is not there`);
  });
});

describe("a value", () => {
  const resource = (type: "string" | "opaque" | "time" | "integer") =>
    ({ ...FIRMWARE_UPDATE.resources[0], type }) as never;

  it("is shown without what would move the cursor", () => {
    expect(showSingle(resource("string"), "a\u001b[2Jb\n")).toBe("a·[2Jb·");
  });

  it("is shown as octets, cut where they are many, and as a time of day", () => {
    expect(showSingle(resource("opaque"), Uint8Array.of(1, 255))).toBe("hex:01ff");
    expect(showSingle(resource("opaque"), new Uint8Array(100))).toMatch(/^hex:(00){64}… \(100 octets\)$/);
    expect(showSingle(resource("time"), 1_700_000_000)).toBe("1700000000 (2023-11-14T22:13:20Z)");
  });

  it("is plain data for JSON", () => {
    expect(plainValue(new Map([[0, 2n ** 60n]]))).toEqual({ 0: "1152921504606846976" });
    expect(plainValue({ objectId: 66, instanceId: 0 })).toBe("66:0");
  });

  it.each(["hex:0", "base64:*", "plain", ""])("is no octets: %s", (text) => {
    expect(() => parseOctets(text)).toThrow("octets are written as");
  });
});
