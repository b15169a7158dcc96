/** A Serial Modem at the other end of a line. */
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/trace.ts";
import { LivePort, type Turn, Watcher } from "../../watch/index.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";

interface Answers {
  readonly [command: string]: string;
}

const SERIAL_MODEM: Answers = { "AT#XSMVER": '\r\n#XSMVER: "v1.99.0","3.3.99","lwm2m_carrier"\r\n\r\nOK\r\n' };
const SERIAL_LTE_MODEM: Answers = { "AT#XSLMVER": '\r\n#XSLMVER: "2.4.0","2.4.0"\r\n\r\nOK\r\n' };

/** Watches a modem that answers as told, says `text`, and hangs up. */
async function watched(text: string | readonly string[], answers: Answers = SERIAL_MODEM, asks = true) {
  const [host, modem] = duplexPair();
  const clock = new VirtualClock();
  const records: TraceRecord[] = [];
  const turns: Turn[] = [];
  const trace = createTrace({ clock, device: "modem", sink: (record) => records.push(record) });
  const watcher = new Watcher({ ...{ trace, clock, version: "test" }, onTurn: (turn) => turns.push(turn) });
  const running = new LivePort({ stream: host, watcher, asks }).run();
  const asked: string[] = [];
  if (asks) {
    for (let known = false; !known; ) {
      const [chunk] = (await once(modem, "data")) as [Uint8Array];
      const command = new TextDecoder().decode(chunk);
      asked.push(command);
      const answer = answers[command.trim()];
      known = answer !== undefined || asked.length === 2;
      modem.write(answer ?? "\r\nERROR\r\n");
    }
  }
  for (const part of typeof text === "string" ? [text] : text) modem.write(part);
  modem.end();
  await running;
  watcher.end();
  const events = records.filter(({ kind }) => kind === "event");
  return { asked, records, events, turns, watcher };
}

const told = (...events: string[]) => events.map((event) => `\r\n#XCARRIEREVT: ${event}\r\n`).join("");

describe("a port", () => {
  it("is asked what it is, once, and a Serial Modem's numbers are understood", async () => {
    const { asked, events, watcher } = await watched(told("5,0", "6,0"));
    expect(asked).toEqual(["AT#XSMVER\r\n"]);
    expect(watcher.edition).toEqual({ id: "3.6", basis: "version" });
    expect(events.map(({ semantic }) => semantic)).toEqual(["registered", "deregistered"]);
  });

  it("is asked a second time, and a Serial LTE Modem's numbers are understood", async () => {
    const { asked, events, watcher } = await watched(told("5,0", "6,0"), SERIAL_LTE_MODEM);
    expect(asked).toEqual(["AT#XSMVER\r\n", "AT#XSLMVER\r\n"]);
    expect(watcher.edition).toEqual({ id: "3.3", basis: "version" });
    expect(events.map(({ semantic }) => semantic)).toEqual(["registered", "deferred"]);
  });

  it("that knows neither question is understood by its words", async () => {
    const { watcher } = await watched(told("7,5,60"), {});
    expect(watcher.edition).toEqual({ id: "3.6", basis: "words" });
  });

  it("is sent nothing when it is only listened to", async () => {
    const { asked, records } = await watched(told("4,0"), SERIAL_MODEM, false);
    expect(asked).toEqual([]);
    expect(records.filter(({ to }) => to === "modem")).toEqual([]);
  });

  it("gives application data with line ends in it", async () => {
    const { events } = await watched(`${told("5,0")}\r\n#XCARRIEREVT: 12,0,"/19/0/0/0",8\r\n"0d0a2c22"${told("8,0")}`);
    expect(events.map(({ semantic }) => semantic)).toEqual(["registered", "app.data", "fota.started"]);
    expect(events[1]).toMatchObject({
      payload: { operation: 0, path: "/19/0/0/0", buffer: Uint8Array.of(13, 10, 44, 34) },
    });
  });

  it("gives raw application data of the older make", async () => {
    const text = `${told("5,0")}\r\n#XCARRIEREVT: 11,4,"/19/0/0/0"\r\n\r\n,"${told("7,0")}`;
    const { events } = await watched(text, SERIAL_LTE_MODEM);
    expect(events.map(({ semantic }) => semantic)).toEqual(["registered", "app.data", "fota.started"]);
    expect(events[1]).toMatchObject({ payload: { path: "/19/0/0/0", buffer: Uint8Array.of(13, 10, 44, 34) } });
  });

  it("keeps other notifications as records of the line", async () => {
    const { records } = await watched(`\r\n+CEREG: 5,"0901","02024720",7\r\n${told("4,0")}`);
    expect(records.filter(({ kind }) => kind === "at").map(({ line, from }) => [line, from])).toEqual([
      ["AT#XSMVER", "application"],
      ["OK", "modem"],
      ['+CEREG: 5,"0901","02024720",7', "modem"],
    ]);
  });

  it("knows by what the modem says how far the device is", async () => {
    const offline = await watched(told("2,0"));
    expect(offline.watcher.course.twin.position[0]).toMatchObject({ chart: "bootstrap", state: "writingServerKeys" });
    const left = await watched(told("2,-1"));
    expect(left.watcher.course.twin.position[0]).toMatchObject({ chart: "bootstrap", state: "takingLinkDown" });
    const searching = await watched(`${told("2,0", "1,0")}\r\n+CEREG: 2,"0901","02024720",7\r\n`);
    expect(searching.watcher.course.twin.position[0]).toMatchObject({ state: "bringingLinkUp" });
    const registered = await watched(`${told("2,0", "1,0")}\r\n+CEREG: 5,"0901","02024720",7\r\n`);
    expect(registered.watcher.course.twin.position[0]).toMatchObject({ state: "connecting" });
    expect(registered.watcher.course.twin.waits[0]).toMatchObject({ atMostMs: 123_000 });
  });

  it("tells what the Serial Modem leaves to its host", async () => {
    const { events } = await watched(told("2,0", "1,-1"));
    expect(events.map(({ status }) => status)).toEqual([0, -1]);
  });

  it("may be a console as well", async () => {
    const console = "[00:00:05.000,000] <inf> app: LWM2M_CARRIER_EVENT_DEREGISTERED\r\n";
    const { events } = await watched(console, {}, false);
    expect(events).toMatchObject([{ semantic: "deregistered", number: 6 }]);
  });

  it("sees the modem start", async () => {
    const { records, turns } = await watched([told("2,0", "1,0", "2,0"), "Ready\r\n", told("2,0", "1,0")]);
    expect(records.filter(({ means }) => means === "start")).toHaveLength(1);
    expect(turns.filter(({ kind }) => kind === "deviates")).toEqual([]);
  });
});
