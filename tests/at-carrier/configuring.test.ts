/** What a host sets by AT#XCARRIERCFG counts when the library starts next, and is kept over restarts. */
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { replacer } from "../../trace/index.ts";
import { Board } from "./support/board.ts";

const OK = ["OK"];
const ERROR = ["ERROR"];

/** One after the other; every one is answered OK. */
async function set(board: Board, settings: readonly string[]): Promise<void> {
  for (const each of settings) expect([each, await board.at(`AT#XCARRIERCFG=${each}`)]).toEqual([each, OK]);
}

const get = (board: Board, name: string) => board.at(`AT#XCARRIERCFG="${name}"`);

describe("AT#XCARRIERCFG", () => {
  it("names a server, with which the library starts when the host says so", async () => {
    const board = await Board.withoutServer();
    await board.world.pass(3600);
    expect(board.wire).toEqual([]);
    await set(board, [`"uri","${board.world.management.uri}"`, `"lifetime",600`, `"binding","U"`, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 5,0", 0);
    // No bootstrap: the keys' link cycle alone.
    expect(board.events).toEqual(["2,0", "1,0", "5,0"]);
    expect(board.world.management.of("POST /rd")[0]?.query).toContain("lt=600");
    expect(board.world.bootstrap.of("POST /bs")).toEqual([]);
    await board.close();
  });

  it("names a bootstrap server", async () => {
    const board = await Board.withoutServer();
    await set(board, [`"uri","${board.world.bootstrap.uri}"`, `"is_bootstrap",1`, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 5,0", 0);
    expect(board.events).toContain("4,0");
    await board.close();
  });

  it("is kept: the library starts by itself after the next boot", async () => {
    const board = await Board.withoutServer();
    await set(board, [`"uri","${board.world.management.uri}"`, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 5,0", 0);
    await set(board, [`"manufacturer","Acme, Inc."`, `"device_enable",1`]);
    expect(await board.world.result(board.world.management.ask("GET", "/3/0/0"))).toBe("2.05 Simulated");
    await board.restart();
    await board.hears("#XCARRIEREVT: 5,0");
    expect(await get(board, "manufacturer")).toEqual(["#XCARRIERCFG: Acme, Inc.", "OK"]);
    expect(await board.world.result(board.world.management.ask("GET", "/3/0/0"))).toBe("2.05 Acme, Inc.");
    await board.close();
  });

  it("has no auto_startup where the library starts with the application", async () => {
    const board = await Board.registered();
    expect(await get(board, "auto_startup")).toEqual(ERROR);
    expect(await board.at(`AT#XCARRIERCFG="auto_startup",0`)).toEqual(ERROR);
    await board.close();
  });

  it("tells what counts until the host says otherwise", async () => {
    const board = await Board.withoutServer();
    expect(await get(board, "auto_startup")).toEqual(["#XCARRIERCFG: 0", "OK"]);
    expect(await get(board, "carriers")).toEqual(["#XCARRIERCFG: all", "OK"]);
    expect(await get(board, "apn")).toEqual(["#XCARRIERCFG: ", "OK"]);
    await set(board, [`"carriers",1,3`]);
    expect(await get(board, "carriers")).toEqual(["#XCARRIERCFG: 1, 3", "OK"]);
    await board.close();
  });

  it("goes before what the library is built with, option by option", async () => {
    const board = await Board.withoutServer({ carrier: { apn: "built.in", queueMode: false } });
    await set(board, [`"apn","iot.test"`, `"queue_mode",1`, `"auto_register",0`, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 1,0", 0);
    await board.world.settle();
    expect((await board.world.result(board.world.modem.activatePdn())).apn).toBe("iot.test");
    await board.world.reaches("bootstrapped", () => board.events.includes("4,0"));
    await board.world.pass(600);
    expect(board.events).not.toContain("5,0");
    expect(await board.at(`AT#XCARRIER="regup"`)).toEqual(OK);
    await board.hears("#XCARRIEREVT: 5,0");
    // Queue mode of LwM2M 1.1.
    expect(board.world.management.of("POST /rd")[0]?.query).toContain("Q");
    await board.close();
  });

  it("counts for nothing while config_enable is 0", async () => {
    const board = await Board.withoutServer({ carrier: { apn: "built.in" } });
    await set(board, [`"apn","iot.test"`, `"uri","coap://192.0.2.99"`, `"config_enable",0`, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 5,0", 0);
    expect((await board.world.result(board.world.modem.activatePdn())).apn).toBe("built.in");
    await board.close();
  });

  it("takes the key of a secured server from the tag that the host has written it to", async () => {
    const records: TraceRecord[] = [];
    const board = await Board.withoutServer({ carrier: { trace: (record) => void records.push(record) } });
    const { modem } = board.world;
    const write = (type: "psk" | "pskIdentity", text: string) =>
      board.world.result(modem.credentials.write(1000, type, new TextEncoder().encode(text)));
    await write("psk", "ABCD1234");
    await write("pskIdentity", "a device");
    await set(board, [`"uri","coaps://192.0.2.2"`, `"sec_tag",1000`, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 2,0", 0);
    await board.world.settle();
    const own = await board.world.result(modem.hostCredentials(26));
    expect(new TextDecoder().decode(own.psk).toUpperCase()).toBe("ABCD1234");
    expect(new TextDecoder().decode(own.pskIdentity)).toBe("a device");
    const everything = JSON.stringify([records, board.wire], replacer);
    expect(everything).toContain("credentials.write");
    expect(everything).not.toMatch(/abcd1234/i);
    await board.close();
  });

  it.each([
    ["no server at all", [], "a bootstrap server, at least one management server or bootstrapFromSmartcard is needed"],
    ["a server whose URI is none", [`"uri","nonsense"`], "nonsense"],
  ])("is answered by ERROR CONFIGURATION, -EINVAL, when it has %s", async (_, settings, reason) => {
    const board = await Board.withoutServer({ withoutBootstrap: true });
    await set(board, [...settings, `"auto_startup",1`]);
    await board.hears("#XCARRIEREVT: 20,5,-22", 0);
    expect(board.problems).toEqual([expect.stringContaining(reason)]);
    // And once it is right it starts.
    await set(board, [`"uri","${board.world.management.uri}"`]);
    await board.restart();
    await board.hears("#XCARRIEREVT: 5,0");
    await board.close();
  });

  it("changes nothing for a value that it refuses, and takes the next one", async () => {
    const board = await Board.withoutServer();
    await set(board, [`"apn","good"`]);
    const tooLong = "\xe9".repeat(63); // 126 octets in UTF-8
    for (const bad of ["a\nb", "a\rb", tooLong, "x".repeat(64)]) {
      const answer = await board.at(`AT#XCARRIERCFG="apn","${bad}"`).catch(() => ERROR);
      expect([bad, answer]).toEqual([bad, ERROR]);
    }
    await set(board, [`"manufacturer","M"`]);
    expect(await get(board, "apn")).toEqual(["#XCARRIERCFG: good", "OK"]);
    await board.close();
  });

  it("changes nothing that could not be stored", async () => {
    const storage = createMemoryStorage();
    const board = await Board.withoutServer({ carrier: { storage } });
    await set(board, [`"apn","good"`]);
    const write = storage.write;
    storage.write = () => Promise.reject(new Error("full"));
    await expect(board.at(`AT#XCARRIERCFG="apn","other"`)).rejects.toThrow("full");
    storage.write = write;
    expect(await get(board, "apn")).toEqual(["#XCARRIERCFG: good", "OK"]);
    await board.close();
  });

  it("reads a store that is damaged as far as it can", async () => {
    const storage = createMemoryStorage();
    const lines = [`AT#XCARRIERCFG="apn","kept"`, "garbage", `AT#XCARRIERCFG="lifetime",-5`, `AT#XCARRIERCFG="uri"`];
    await storage.write("carrierSettings", new TextEncoder().encode(lines.join("\n")));
    const board = await Board.withoutServer({ carrier: { storage } });
    expect(await get(board, "apn")).toEqual(["#XCARRIERCFG: kept", "OK"]);
    expect(await get(board, "lifetime")).toEqual(["#XCARRIERCFG: 0", "OK"]);
    expect(await get(board, "uri")).toEqual(["#XCARRIERCFG: ", "OK"]);
    await board.close();
  });
});
