/** What a host asks of the library by AT#XCARRIER, as the device's server sees it. */
import { describe, expect, it } from "@jest/globals";
import { Board, type BoardOptions } from "./support/board.ts";

const OK = ["OK"];
const ERROR = ["ERROR"];
const LISTENING: BoardOptions = { world: { account: { muteSend: false } } };

async function withBoard(options: BoardOptions, work: (board: Board) => Promise<void>): Promise<void> {
  const board = await Board.registered(options);
  try {
    await work(board);
  } finally {
    await board.close();
  }
}

/** One after the other; every one is answered OK. */
async function all(board: Board, commands: readonly string[]): Promise<void> {
  for (const command of commands) expect([command, await board.at(`AT#XCARRIER=${command}`)]).toEqual([command, OK]);
}

const read = (board: Board, path: string) => board.world.result(board.world.management.ask("GET", path));

describe("AT#XCARRIER", () => {
  it("says what the device is powered by, and with what readings", () =>
    withBoard({}, async (board) => {
      await all(board, [
        `"power_sources",0,1,5`,
        `"voltage",1,3700`,
        `"current",5,450`,
        `"battery_level",77`,
        `"battery_status",1`,
      ]);
      const { objects } = board.carrier;
      expect([...(objects.get(3, 0, 6) as ReadonlyMap<number, number>).values()]).toEqual([0, 1, 5]);
      expect(objects.get(3, 0, 7)).toEqual(new Map([[1, 3700]]));
      expect(objects.get(3, 0, 8)).toEqual(new Map([[2, 450]]));
      expect(await read(board, "/3/0/9")).toBe("2.05 77");
      expect(await read(board, "/3/0/20")).toBe("2.05 1");
      // A source that is not listed, or that nobody knows.
      expect(await board.at(`AT#XCARRIER="voltage",6,230000`)).toEqual(ERROR);
      expect(await board.at(`AT#XCARRIER="power_sources",3`)).toEqual(ERROR);
      await all(board, [`"power_sources"`]);
      expect(await board.at(`AT#XCARRIER="battery_level",77`)).toEqual(ERROR);
    }));

  it("keeps memory, and tells how much is free", () =>
    withBoard({}, async (board) => {
      expect(await board.at(`AT#XCARRIER="memory_free","read"`)).toEqual(["#XCARRIER: 0", "OK"]);
      await all(board, [`"memory_total",256`, `"memory_free","write",100`]);
      expect(await board.at(`AT#XCARRIER="memory_free","read"`)).toEqual(["#XCARRIER: 100", "OK"]);
      expect(await read(board, "/3/0/21")).toBe("2.05 256");
      expect(await board.at(`AT#XCARRIER="memory_free","write",257`)).toEqual(ERROR);
    }));

  it("adds and removes error codes, and tells when a server resets them", () =>
    withBoard({}, async (board) => {
      const codes = () => [...(board.carrier.objects.get(3, 0, 11) as ReadonlyMap<number, number>).values()];
      await all(board, [`"error","add",5`, `"error","add",1`, `"error","remove",5`]);
      expect(codes()).toEqual([1]);
      expect(await board.at(`AT#XCARRIER="error","add",9`)).toEqual(ERROR);
      await board.world.result(board.world.management.ask("POST", "/3/0/12"));
      expect(board.events.at(-1)).toBe("15,0");
      expect(codes()).toEqual([0]);
    }));

  it("sets and tells the time and its zone", () =>
    withBoard({}, async (board) => {
      await all(board, [`"utc_time","write",1672412206`]);
      expect(await board.at(`AT#XCARRIER="utc_time","read"`)).toEqual(["#XCARRIER: 2022-12-30T14:56:46Z", "OK"]);
      expect(await board.at(`AT#XCARRIER="timezone","read"`)).toEqual(["#XCARRIER: ", "OK"]);
      expect(await board.at(`AT#XCARRIER="utc_offset","read"`)).toEqual(["#XCARRIER: 0", "OK"]);
      const time = "#XCARRIER: UTC_TIME: 2022-12-30T14:56:46Z, UTC_OFFSET:";
      expect(await board.at(`AT#XCARRIER="time"`)).toEqual([`${time} 0, TIMEZONE:`, "OK"]);
      await all(board, [`"utc_offset","write",60`, `"timezone","write","Europe/Paris"`]);
      expect(await board.at(`AT#XCARRIER="time","read"`)).toEqual([`${time} 60, TIMEZONE: Europe/Paris`, "OK"]);
      expect(await read(board, "/3/0/14")).toBe("2.05 +01:00");
      await all(board, [`"utc_offset","write",-210`]);
      expect(await read(board, "/3/0/14")).toBe("2.05 -03:30");
      expect(await board.at(`AT#XCARRIER="utc_offset","read"`)).toEqual(["#XCARRIER: -210", "OK"]);
      expect(await board.at(`AT#XCARRIER="utc_offset","write",841`)).toEqual(ERROR);
    }));

  it("says where the device is, and how fast it goes", () =>
    withBoard({}, async (board) => {
      await all(board, [`"position","63.43","10.47","48",1708684683,"30.5"`, `"velocity",90,"10","-1","0.5","0"`]);
      const value = (resource: number) => board.carrier.objects.get(6, 0, resource);
      expect([0, 1, 2, 3, 5].map(value)).toEqual([63.43, 10.47, 48, 30.5, 1_708_684_683]);
      expect(value(6)).toBeCloseTo(10);
      // 3GPP TS 23.032 §8.15: bearing 90, 36 km/h, 4 km/h downwards, uncertainties of 2 and 0.
      expect(value(4)).toEqual(Uint8Array.of(0b0011_0010, 90, 0, 36, 4, 2, 0));
    }));

  it("keeps portfolio identities", () =>
    withBoard({}, async (board) => {
      expect(await board.at(`AT#XCARRIER="portfolio","write",2,3,"early"`)).toEqual(ERROR);
      await all(board, [`"portfolio","create",2`, `"portfolio","write",2,3,"LwM2M carrier, 3.1.0"`]);
      expect(await board.at(`AT#XCARRIER="portfolio","read",2,3`)).toEqual(["#XCARRIER: LwM2M carrier, 3.1.0", "OK"]);
      expect(await board.at(`AT#XCARRIER="portfolio","read",2,0`)).toEqual(ERROR);
      expect(await board.at(`AT#XCARRIER="portfolio","write",2,4,"other"`)).toEqual(ERROR);
      expect(await board.at(`AT#XCARRIER="portfolio","create",2`)).toEqual(ERROR);
    }));

  it("puts application data where the server reads them, and sends them", () =>
    withBoard(LISTENING, async (board) => {
      const { carrier } = board;
      await all(board, [`"app_data_create",1,0`, `"app_data_set","CAFE",0,3`, `"app_data_set","BEEF"`]);
      expect(carrier.objects.get(19, 1, 0)).toEqual(new Map([[0, new Uint8Array(0)]]));
      expect(carrier.objects.get(19, 0, 0)).toEqual(new Map([[3, Uint8Array.of(0xca, 0xfe)]]));
      expect(carrier.objects.get(10_250, 0, 0)).toEqual(Uint8Array.of(0xbe, 0xef));
      board.dataMode = new TextEncoder().encode("00ff");
      await all(board, [`"app_data_set"`]);
      expect(carrier.objects.get(10_250, 0, 0)).toEqual(Uint8Array.of(0, 0xff));
      board.dataMode = new TextEncoder().encode("no hexadecimal");
      await all(board, [`"app_data_set"`]);
      expect(carrier.objects.get(10_250, 0, 0)).toEqual(Uint8Array.of(0, 0xff));
      await all(board, [`"app_data_set",0,3`]);
      expect(carrier.objects.get(19, 0, 0)).toEqual(new Map([[3, new Uint8Array(0)]]));

      await all(board, [`"send",19,0,0,3`, `"log_data","0102"`]);
      await board.world.settle();
      expect(board.world.management.of("POST /dp")).toHaveLength(1);
      expect(carrier.objects.get(20, 0, 4014)).toEqual(Uint8Array.of(1, 2));
      expect(await board.at(`AT#XCARRIER="send",19,7,0,0`)).toEqual(ERROR);
    }));

  it("does not keep the line busy while a server does not answer a Send", () =>
    withBoard(LISTENING, async (board) => {
      await all(board, [`"app_data_set","CAFE",0,0`]);
      board.world.management.silent = true;
      const before = board.world.clock.now();
      await all(board, [`"send",19,0,0,0`]);
      expect(board.world.clock.now()).toBe(before);
      // One is under way.
      expect(await board.at(`AT#XCARRIER="send",19,0,0,0`)).toEqual(ERROR);
    }));

  it("takes data as they are in the older application's words, and has no commands that came later", () =>
    withBoard({ vocabulary: "old", autoControl: true }, async (board) => {
      const { objects } = board.carrier;
      await all(board, [`"app_data","hello",0,3`, `"app_data","hello, you"`]);
      expect(objects.get(19, 0, 0)).toEqual(new Map([[3, new TextEncoder().encode("hello")]]));
      expect(objects.get(10_250, 0, 0)).toEqual(new TextEncoder().encode("hello, you"));
      board.dataMode = Uint8Array.of(0, 1, 2);
      await all(board, [`"app_data"`]);
      expect(objects.get(10_250, 0, 0)).toEqual(Uint8Array.of(0, 1, 2));
      for (const command of [`"app_data_set","00"`, `"regup"`, `"dereg"`, `"send",19,0,0`]) {
        expect(await board.at(`AT#XCARRIER=${command}`)).toEqual(ERROR);
      }
    }));

  it("asks for the link, for registrations and for a restart", () =>
    withBoard({}, async (board) => {
      const { management } = board.world;
      await all(board, [`"regup"`]);
      await board.world.settle();
      expect(management.of("POST /rd/1")).toHaveLength(1);
      await all(board, [`"dereg"`]);
      await board.hears("#XCARRIEREVT: 6,0", 0);
      await all(board, [`"regup"`]);
      await board.hears("#XCARRIEREVT: 5,0");
      const before = board.events.length;
      await all(board, [`"link_down"`]);
      await board.hears("#XCARRIEREVT: 2,0", before);
      await all(board, [`"link_up"`]);
      await board.hears("#XCARRIEREVT: 5,0");
      await all(board, [`"reboot"`]);
      expect(await board.at(`AT#XCARRIER="reboot"`)).toEqual(ERROR);
      await board.hears("#XCARRIEREVT: 5,0");
      expect(board.carriers).toHaveLength(2);
    }));

  it("has a set form alone, and answers ERROR to what it does not know", () =>
    withBoard({}, async (board) => {
      for (const text of ["AT#XCARRIER?", "AT#XCARRIER", "AT#XCARRIER=", `AT#XCARRIER="unheard_of"`]) {
        expect([text, await board.at(text)]).toEqual([text, ERROR]);
      }
    }));
});
