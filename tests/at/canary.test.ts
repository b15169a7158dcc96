/** Keys of a device with an AT modem: they are in the store of whoever makes the handshakes, and nowhere else. */
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import { seededRandom } from "../../carrier/random.ts";
import { type AtModem, atModem } from "../../modem/at/atModem.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import type { ModemErrorShape } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { type AtFront, createAtFront } from "../../testbed/at/front.ts";
import { type PskSecurity, startTestbed, type Testbed } from "../../testbed/index.ts";
import { createTrace } from "../../trace/index.ts";
import { duplexPair } from "../support/duplexPair.ts";

/** A key that is refused. */
const CANARY = "ca9a12ca9a12ca9a12ca9a12ca9a12ca";

/** Everything that was ever written, by the name of its document and how it was written. */
class WatchedStorage {
  readonly written: { readonly name: string; readonly secret: boolean; readonly text: string }[] = [];
  readonly storage: Storage;

  constructor() {
    const inner = createMemoryStorage();
    const note = (name: string, bytes: Uint8Array, secret = false) =>
      this.written.push({ name, secret, text: textOf(bytes) });
    this.storage = {
      read: (name) => inner.read(name),
      remove: (name) => inner.remove(name),
      length: (name) => inner.length(name),
      write: (name, bytes, options) => {
        note(name, bytes, options?.secret);
        return inner.write(name, bytes, options);
      },
      append: (name, bytes) => {
        note(name, bytes);
        return inner.append(name, bytes);
      },
    };
  }
}

const textOf = (octets: Uint8Array) => Buffer.from(octets).toString("latin1");

/** In every form in which they could be shown. */
function formsOf(security: PskSecurity | undefined): readonly string[] {
  if (security === undefined) throw new Error("the testbed has no keys");
  const identity = Buffer.from(security.identity);
  const key = Buffer.from(security.key);
  const hex = key.toString("hex");
  const identities = [security.identity, identity.toString("hex"), identity.toString("base64")];
  return [...identities, textOf(key), hex, hex.toUpperCase(), key.toString("base64")];
}

class Life {
  readonly host = new WatchedStorage();
  readonly modemStore = new WatchedStorage();
  readonly records: TraceRecord[] = [];
  readonly clock = new FastClock({ skipIdle: true });
  /** What went over the line, by who said it. */
  readonly said = { host: "", modem: "" };
  readonly testbed: Testbed;
  readonly modem: AtModem;
  readonly carrier: Carrier;
  readonly #front: AtFront;

  constructor(testbed: Testbed, dataPath: "modem" | "host") {
    this.testbed = testbed;
    const { clock } = this;
    const [hostEnd, modemEnd] = duplexPair();
    hostEnd.on("data", (octets: Uint8Array) => {
      this.said.modem += textOf(octets);
    });
    modemEnd.on("data", (octets: Uint8Array) => {
      this.said.host += textOf(octets);
    });
    this.#front = createAtFront({
      modem: createSimulatedModem({
        clock,
        random: seededRandom(1),
        storage: this.modemStore.storage,
        timing: "instant",
      }),
      clock,
      stream: modemEnd,
    });
    const trace = createTrace({ clock, device: "canary", sink: (record) => this.records.push(record) });
    this.modem = atModem({ stream: hostEnd, dataPath, storage: this.host.storage, clock, trace });
    this.carrier = createCarrier({
      clock,
      trace,
      modem: this.modem,
      storage: this.host.storage,
      local: { host: "127.0.0.1" },
      bootstrap: testbed.provision(),
    });
  }

  /** Identity and key that the device left its factory with. */
  get factorySecrets(): readonly string[] {
    return formsOf(this.testbed.keys?.bootstrap.issue("device"));
  }

  /** And those that the bootstrap server gave it. */
  get secrets(): readonly string[] {
    return [...this.factorySecrets, ...formsOf(this.testbed.keys?.management.issue(this.carrier.endpoint))];
  }

  async end(): Promise<void> {
    await this.carrier.stop();
    await this.modem.close();
    await this.#front.close();
    await this.testbed.close();
    this.clock.pause();
  }
}

let life: Life | undefined;
afterEach(async () => {
  await life?.end();
  life = undefined;
});

async function registered(dataPath: "modem" | "host"): Promise<Life> {
  const clock = new FastClock();
  life = new Life(await startTestbed({ clock, security: "psk" }), dataPath);
  life.carrier.start();
  await life.carrier.registered;
  return life;
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error("it was allowed");
    },
    (error: ModemErrorShape) => error,
  );

describe.each(["modem", "host"] as const)("the keys of a device with the sockets of the %s", (dataPath) => {
  it("are seen in no record, no snapshot, no document that is not secret and no error", async () => {
    const { carrier, modem, secrets, records, host, modemStore } = await registered(dataPath);
    const { credentials } = modem;
    const errors = [
      await refusal(credentials.read(25, "psk")),
      await refusal(credentials.write(27, "psk", new TextEncoder().encode(CANARY))),
      await refusal(credentials.delete(26, "psk")),
    ];
    expect(errors.map(({ code }) => code)).toEqual(["noAccess", "notAllowedInActiveState", "notAllowedInActiveState"]);
    const plain = [...host.written, ...modemStore.written].filter(({ secret }) => !secret);
    const told = [
      JSON.stringify(records),
      JSON.stringify(carrier.snapshot),
      inspect(carrier.snapshot.context, { depth: 8 }),
      ...errors.map((error) => inspect(error, { depth: 6 })),
      ...plain.map(({ text }) => text),
    ];
    for (const secret of [...secrets, CANARY]) expect(told.filter((text) => text.includes(secret))).toEqual([]);
  });

  it("are in one secret document, of the store that has to have them", async () => {
    const { secrets, host, modemStore } = await registered(dataPath);
    // Base64 of the hexadecimal digits, as %CMNG takes a key.
    const keys = secrets.filter((secret) => /^[0-9a-f]{32}$/.test(secret));
    const stored = keys.map((key) => Buffer.from(key).toString("base64"));
    const holders = (documents: WatchedStorage) =>
      new Set(documents.written.filter(({ text }) => stored.some((key) => text.includes(key))).map(({ name }) => name));
    const [owner, other] = dataPath === "modem" ? [modemStore, host] : [host, modemStore];
    expect([holders(owner).size, holders(other).size]).toEqual([1, 0]);
    for (const name of holders(owner)) {
      expect(owner.written.filter((document) => document.name === name).every(({ secret }) => secret)).toBe(true);
    }
  });

  it(
    dataPath === "modem"
      ? "go over the line in the commands that write them, and never come back"
      : "never go over the line",
    async () => {
      const { secrets, factorySecrets, said } = await registered(dataPath);
      const writes = /AT%CMNG=0,\d+,[34],"[^"]*"\r/g;
      expect(said.host.match(writes)?.length ?? 0).toBe(dataPath === "modem" ? 4 : 0);
      const others = said.host.replaceAll(writes, "");
      for (const secret of secrets) expect(others.includes(secret)).toBe(false);
      // Whose DTLS ends in the modem hears from its bootstrap server over the line: what that gives comes once.
      const silent = dataPath === "modem" ? factorySecrets : secrets;
      for (const secret of silent) expect(said.modem.includes(secret)).toBe(false);
    },
  );
});
