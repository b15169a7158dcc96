/** Keys and identities: given in options and by a bootstrap server, they reach the modem and nothing else. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { Storage } from "../../ports/storage.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { OSCORE } from "../../services/lwm2m/objects/oscore.ts";
import { encodeObjectTlv } from "../../services/lwm2m/tlvModel.ts";
import { decodeBootstrapFile, encodeBootstrapFile } from "../../services/smartcard/bootstrapFile.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { smartcardFile } from "../../testbed/account.ts";
import { BOOTSTRAP_ADDRESS, SERVER_ID, World } from "./support/world.ts";

const text = new TextEncoder();
/** What must not be seen, by where it came from. */
const CANARIES = {
  "the identity in the options": text.encode("canary-identity-in-options"),
  "the key in the options": text.encode("canary-key-in-options"),
  "the identity from the bootstrap server": text.encode("canary-identity-by-bootstrap"),
  "the key from the bootstrap server": text.encode("canary-key-by-bootstrap"),
  "the OSCORE master secret": text.encode("canary-oscore-master-secret"),
  "the OSCORE master salt": text.encode("canary-oscore-master-salt"),
};
const OSCORE_VALUES = {
  0: CANARIES["the OSCORE master secret"],
  1: text.encode("sender"),
  2: text.encode("recipient"),
  3: 10,
  5: CANARIES["the OSCORE master salt"],
};
const secrets = {
  publicKeyOrIdentity: CANARIES["the identity in the options"],
  secretKey: CANARIES["the key in the options"],
};
const BOOTSTRAP = { uri: `coaps://${BOOTSTRAP_ADDRESS}`, security: { mode: "psk", secrets } } as const;
const ACCOUNT = {
  uri: "coaps://192.0.2.2",
  security: {
    mode: "psk",
    identity: new TextDecoder().decode(CANARIES["the identity from the bootstrap server"]),
    key: CANARIES["the key from the bootstrap server"],
  },
} as const;

/** A storage that tells what is in it, and what was written as a secret. */
class WatchedStorage implements Storage {
  readonly documents = new Map<string, Uint8Array>();
  readonly secret = new Set<string>();
  readonly #inner = createMemoryStorage();

  read(name: string) {
    return this.#inner.read(name);
  }
  write(name: string, bytes: Uint8Array, options?: { readonly secret?: boolean }) {
    this.documents.set(name, bytes.slice());
    if (options?.secret === true) this.secret.add(name);
    return this.#inner.write(name, bytes, options);
  }
  remove(name: string) {
    this.documents.delete(name);
    return this.#inner.remove(name);
  }
  append(name: string, bytes: Uint8Array) {
    return this.#inner.append(name, bytes);
  }
  length(name: string) {
    return this.#inner.length(name);
  }
}

/** The ways in which octets show; a modem takes a PSK as hexadecimal text, which may show in as many. */
function forms(secret: Uint8Array): string[] {
  return [secret, text.encode(Buffer.from(secret).toString("hex"))].flatMap(formsOf);
}

/** As text, hexadecimal, base64 of both alphabets, and as a list of numbers. */
function formsOf(secret: Uint8Array): string[] {
  const buffer = Buffer.from(secret);
  const base64 = buffer.toString("base64").replace(/=+$/, "");
  return [
    buffer.toString("utf8"),
    buffer.toString("hex"),
    buffer.toString("hex").toUpperCase(),
    base64,
    base64.replaceAll("+", "-").replaceAll("/", "_"),
    [...secret].join(),
    JSON.stringify(Object.fromEntries([...secret].map((octet, index) => [index, octet]))),
  ];
}

function expectUnseen(where: string, haystack: string): void {
  for (const [what, secret] of Object.entries(CANARIES)) {
    for (const form of forms(secret)) {
      if (haystack.includes(form)) throw new Error(`${what} is seen in ${where}: ${form}`);
    }
  }
}

/** Everything that an application, a reader of records or of the store can see. */
async function expectNothingSeen(world: World, storage: WatchedStorage): Promise<void> {
  expectUnseen("the records", JSON.stringify(world.records, jsonOf));
  expectUnseen("the events", JSON.stringify(world.events, jsonOf));
  expectUnseen("the snapshot", JSON.stringify(world.carrier.snapshot, jsonOf));
  expectUnseen("the persisted snapshot", JSON.stringify(world.carrier.actor.getPersistedSnapshot(), jsonOf));
  expectUnseen("the object tree", JSON.stringify(world.carrier.objects.snapshot(), jsonOf));
  for (const [name, bytes] of storage.documents) {
    if (!storage.secret.has(name)) expectUnseen(`the document ${name}`, new TextDecoder().decode(bytes));
  }
}

function jsonOf(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return typeof value === "bigint" ? String(value) : value;
}

describe("keys and identities", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`are nowhere but in the modem's secret document, edition ${edition}`, async () => {
      const storage = new WatchedStorage();
      const world = await World.make({ edition, account: ACCOUNT, carrier: { bootstrap: BOOTSTRAP, storage } });
      world.carrier.start();
      await world.until("registered");
      await expectNothingSeen(world, storage);
      world.carrier.restart();
      await world.until("registered");
      await world.result(world.management.ask("POST", "/1/0/9"));
      await world.until("registered");
      await expectNothingSeen(world, storage);
      await world.stop();
      await expectNothingSeen(world, storage);

      // They did arrive: the test would see them if they were elsewhere.
      const kept = [...storage.secret].map((name) => new TextDecoder().decode(storage.documents.get(name))).join();
      const seen = Object.values(CANARIES).filter((secret) => forms(secret).some((form) => kept.includes(form)));
      expect(seen).toHaveLength(4);
    });
  }

  it("are nowhere else either when DTLS uses them and its sessions are stored", async () => {
    const storage = new WatchedStorage();
    const own = { identity: new TextDecoder().decode(secrets.publicKeyOrIdentity), key: secrets.secretKey };
    const given = ACCOUNT.security;
    const known = [own, given];
    const psk = (identity: Uint8Array) =>
      known.find((candidate) => candidate.identity === new TextDecoder().decode(identity))?.key;
    const world = await World.make({ secure: { psk }, account: ACCOUNT, carrier: { bootstrap: BOOTSTRAP, storage } });
    world.carrier.start();
    await world.until("registered");
    world.carrier.restart();
    await world.until("registered");
    known.length = 0;
    await world.management.restart();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_CONNECT 60");
    await expectNothingSeen(world, storage);
    await world.stop();
    await expectNothingSeen(world, storage);
    expect([...storage.secret].sort()).toEqual(["dtls-live", "dtls-resumable", "modem-credentials"]);
    const master = JSON.parse(new TextDecoder().decode(storage.documents.get("dtls-resumable"))).sessions;
    expect(master.length).toBeGreaterThan(0);
    expect(world.records.some(({ kind }) => kind === "dtls")).toBe(true);
    for (const { bytes } of master) expect(JSON.stringify(world.records, jsonOf)).not.toContain(bytes);
  });

  it("are not seen either when the modem refuses them, the server writes nonsense or the bootstrap fails", async () => {
    const storage = new WatchedStorage();
    const faults = [{ name: "keyWriteRefused", times: 1 }] as const;
    const world = await World.make({ account: ACCOUNT, faults, carrier: { bootstrap: BOOTSTRAP, storage } });
    world.carrier.start();
    await world.untilTag("exhausted");
    await expectNothingSeen(world, storage);
    for (const flaw of ["wrongWrites", "neverFinish"] as const) {
      world.bootstrap.flaw = flaw;
      world.carrier.restart();
      await world.until("deferred");
      await expectNothingSeen(world, storage);
    }
  });

  for (const [what, ids] of [
    ["sound", [SERVER_ID]],
    ["of no use", [1, 2, 3]],
  ] as const) {
    it(`are nowhere else either when they come from a card that is ${what}`, async () => {
      const storage = new WatchedStorage();
      const servers = ids.map((shortServerId) => ({ ...ACCOUNT, shortServerId }));
      const modem = { smartcard: { bootstrap: smartcardFile({ servers }) } };
      const carrier = { bootstrap: BOOTSTRAP, bootstrapFromSmartcard: true, storage };
      const world = await World.make({ account: ACCOUNT, modem, carrier });
      world.carrier.start();
      await world.until("registered");
      await expectNothingSeen(world, storage);
      await world.stop();
      await expectNothingSeen(world, storage);
      const kept = [...storage.secret].map((name) => new TextDecoder().decode(storage.documents.get(name))).join();
      expect(forms(ACCOUNT.security.key).some((form) => kept.includes(form))).toBe(true);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(what === "sound" ? 0 : 1);
    });
  }

  it("of OSCORE are kept nowhere, and what goes with them is there after a loss of power", async () => {
    const storage = new WatchedStorage();
    const accounts = smartcardFile({ servers: [{ ...ACCOUNT, shortServerId: SERVER_ID }] });
    const oscore = encodeObjectTlv(OSCORE, new Map([[3, instanceValues(OSCORE, OSCORE_VALUES)]]));
    const bootstrap = encodeBootstrapFile([...decodeBootstrapFile(accounts), { objectId: OSCORE.id, content: oscore }]);
    const carrier = { bootstrap: BOOTSTRAP, bootstrapFromSmartcard: true, storage };
    const world = await World.make({ account: ACCOUNT, modem: { smartcard: { bootstrap } }, carrier });
    world.carrier.start();
    await world.until("registered");
    const kept = new Map([[3, new Map(Object.entries(OSCORE_VALUES).flatMap(known))]]);
    expect(world.carrier.objects.snapshot().get(OSCORE.id)).toEqual(kept);
    await expectNothingSeen(world, storage);
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(world.carrier.objects.snapshot().get(OSCORE.id)).toEqual(kept);
    await expectNothingSeen(world, storage);
    for (const [name, bytes] of storage.documents) {
      for (const secret of [OSCORE_VALUES[0], OSCORE_VALUES[5]]) {
        for (const form of forms(secret)) expect(`${name} ${new TextDecoder().decode(bytes)}`).not.toContain(form);
      }
    }
    expect(await world.result(world.management.ask("GET", "/21/3"))).toBe("4.01");

    function known([id, value]: [string, unknown]): [number, unknown][] {
      return id === "0" || id === "5" ? [] : [[Number(id), value]];
    }
  });

  it("cannot be read by a management server, nor by a send of the application", async () => {
    const world = await World.registered({
      account: { ...ACCOUNT, muteSend: false },
      carrier: { bootstrap: BOOTSTRAP },
    });
    for (const path of ["/0", "/0/0", "/0/0/5", "/0/1/3", "/0/1/5"]) {
      expect(await world.result(world.management.ask("GET", path))).toBe("4.01");
      expect(await world.carrier.send([path])).toBe(-1);
    }
  });

  it("are not in the error of an option that cannot be", async () => {
    const wrong = { uri: "x".repeat(300), security: BOOTSTRAP.security };
    const world = await World.make({ carrier: { bootstrap: wrong } });
    const reason = world.carrier.registered.catch((error: Error) => `${error.stack} ${String(error.cause)}`);
    world.carrier.start();
    await world.untilTag("failed");
    expectUnseen("the error", String(await reason));
    expect(await reason).toContain("/0/0/0");
    expectUnseen("the records", JSON.stringify(world.records, jsonOf));
  });
});
