/** Secrets of a whole carrier that is watched: in no frame, checkpoint or export, early or late. */
import { describe, expect, it } from "@jest/globals";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { EXPORT_FORMATS } from "../../inspector/model/export/formats.ts";
import { Session } from "../../inspector/model/session.ts";
import type { Frame } from "../../inspector/protocol.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { OSCORE } from "../../services/lwm2m/objects/oscore.ts";
import { encodeObjectTlv } from "../../services/lwm2m/tlvModel.ts";
import { decodeBootstrapFile, encodeBootstrapFile } from "../../services/smartcard/bootstrapFile.ts";
import { smartcardFile } from "../../testbed/account.ts";
import { createTrace } from "../../trace/trace.ts";
import {
  BOOTSTRAP_ADDRESS,
  MANAGEMENT_ADDRESS,
  SERVER_ID,
  World,
  type WorldOptions,
} from "../carrier/support/world.ts";
import { createCa, issue } from "../support/certificateAuthority.ts";
import { client, follow, serve } from "./support/served.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** In whichever form octets may show. */
function forms(secret: Uint8Array): readonly string[] {
  const buffer = Buffer.from(secret);
  const hex = buffer.toString("hex");
  const base64 = buffer.toString("base64").replace(/=+$/, "");
  return [
    ...[buffer.toString("utf8"), hex, hex.toUpperCase(), base64],
    ...[buffer.toString("base64url"), [...buffer].join(",")],
  ];
}

/** A carrier of this world, watched from its beginning by a page and another tool, and at its end by one more page. */
async function watched(options: WorldOptions, life: (world: World) => Promise<void>) {
  const inspector = createInspector({ history: 50_000, steering: { send: true } });
  const { url } = await serve(inspector);
  const early = await follow(url);
  const tool = client(`${url}stately-out`, {}, "");
  await tool.open;
  const records: TraceRecord[] = [];
  let world: World | undefined;
  const trace = createTrace({
    clock: { now: () => world?.clock.now() ?? 0, wall: () => world?.clock.wall() ?? 0 },
    device: "dev",
    detailed: inspector.detailed,
    sink(record) {
      records.push(record);
      inspector.sink(record);
    },
  });
  world = await World.make({ ...options, modem: { ...options.modem, trace }, carrier: { ...options.carrier, trace } });
  const { carrier } = world;
  inspector.watch(carrier.actor, { trace, device: "dev", trees: carrier.inspection.trees });
  await life(world);
  const last = records.at(-1)!.seq;
  const has = (frames: readonly Frame[]) =>
    frames.some((frame) => frame.frame === "records" && frame.records.some(({ seq }) => seq === last));
  await early.until(() => has(early.frames));
  const late = await follow(url);
  await late.until(() => has(late.frames));
  await tool.heard();
  await world.stop();
  inspector.close();
  return { records, frames: { early: early.frames, late: late.frames }, told: tool.messages };
}

function expectUnseen(secrets: Readonly<Record<string, Uint8Array>>, { records, frames, told }: Watched): void {
  const session = new Session();
  for (const frame of frames.early) {
    if (frame.frame === "checkpoint") session.checkpoint(frame.records, frame.before);
    else if (frame.frame === "records") session.append(frame.records, frame.first);
  }
  const checkpoint = frames.late.filter(({ frame }) => frame === "checkpoint");
  expect(checkpoint).toHaveLength(1);
  expect(told.length).toBeGreaterThan(10);
  const places = new Map<string, string>([
    ["the records", JSON.stringify(records)],
    ["the frames", JSON.stringify(frames.early)],
    ["the checkpoint", JSON.stringify(checkpoint)],
    ["what another tool is told", told.join("\n")],
  ]);
  for (const { id, make } of EXPORT_FORMATS) {
    const made = make(session, { device: "dev" });
    places.set(`the export ${id}`, typeof made === "string" ? made : Buffer.from(made).toString("latin1"));
  }
  for (const [what, secret] of Object.entries(secrets)) {
    for (const form of forms(secret)) {
      for (const [where, text] of places)
        if (text.includes(form)) throw new Error(`${what} is seen in ${where}: ${form}`);
    }
  }
}

type Watched = Awaited<ReturnType<typeof watched>>;

describe("what a page gets to see of a carrier", () => {
  it("holds no private key of a certificate, whether it came from the options or by the bootstrap", async () => {
    const ca = createCa({ name: "Root" });
    const own = issue({ ca, subject: "dev" });
    const given = issue({ ca, subject: "dev at its server" });
    const der = (key: typeof own.privateKey) => new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
    const scalar = (key: typeof own.privateKey) => Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
    const secrets = {
      publicKeyOrIdentity: utf8(own.pem),
      secretKey: utf8(own.privateKeyPem),
      serverPublicKey: utf8(ca.pem),
    };
    const security = {
      mode: "x509",
      certificate: given.der,
      privateKey: der(given.privateKey),
      serverCertificate: ca.der,
    } as const;
    const seen = await watched(
      {
        account: { uri: `coaps://${MANAGEMENT_ADDRESS}`, security },
        carrier: { bootstrap: { uri: `coaps://${BOOTSTRAP_ADDRESS}`, security: { mode: "x509", secrets } } },
      },
      async (world) => {
        world.carrier.start();
        await world.until("registered");
        for (const path of ["/0", "/0/1/5"]) expect(await world.result(world.management.ask("GET", path))).toBe("4.01");
      },
    );
    expect(seen.records.some(({ kind, operation }) => kind === "modem" && operation === "credentials.write")).toBe(
      true,
    );
    expectUnseen(
      {
        "the key in the options": der(own.privateKey),
        "its number": scalar(own.privateKey),
        "its PEM": utf8(own.privateKeyPem.split("\n")[1]!),
        "the key by the bootstrap": der(given.privateKey),
        "the number of that": scalar(given.privateKey),
      },
      seen,
    );
  });

  it("holds nothing of OSCORE's secrets, from a card or in a request that is refused", async () => {
    const secret = utf8("canary-oscore-master-secret");
    const salt = utf8("canary-oscore-master-salt");
    const values = { 0: secret, 1: utf8("sender"), 2: utf8("recipient"), 3: 10, 5: salt };
    const account = {
      uri: `coaps://${MANAGEMENT_ADDRESS}`,
      shortServerId: SERVER_ID,
      security: { mode: "psk", identity: "canary-identity", key: utf8("canary-key-of-the-card") },
    } as const;
    const oscore = encodeObjectTlv(OSCORE, new Map([[3, instanceValues(OSCORE, values)]]));
    const accounts = decodeBootstrapFile(smartcardFile({ servers: [account] }));
    const bootstrap = encodeBootstrapFile([...accounts, { objectId: OSCORE.id, content: oscore }]);
    const seen = await watched(
      { modem: { smartcard: { bootstrap } }, carrier: { bootstrapFromSmartcard: true } },
      async (world) => {
        world.carrier.start();
        await world.until("registered");
        expect(world.carrier.objects.snapshot().get(OSCORE.id)?.has(3)).toBe(true);
        const put = world.management.ask("PUT", "/21/3/0", "canary-oscore-master-secret");
        expect(await world.result(put)).toBe("4.01");
      },
    );
    expect(seen.records.some(({ kind, path }) => kind === "coap" && path === "/21/3/0")).toBe(true);
    expectUnseen({ secret, salt, identity: utf8("canary-identity"), key: account.security.key }, seen);
  });

  it("holds no password of an address that a server writes", async () => {
    const password = utf8("canary-password");
    const uri = "https://user:canary-password@192.0.2.9/image.bin";
    const seen = await watched({}, async (world) => {
      world.carrier.start();
      await world.until("registered");
      await world.result(world.management.ask("PUT", "/5/0/1", uri));
      await world.result(world.management.ask("GET", "/5/0"));
    });
    const shown = seen.records.filter((record) => JSON.stringify(record).includes("192.0.2.9"));
    expect(new Set(shown.map(({ kind }) => kind)).size).toBeGreaterThan(1);
    expectUnseen({ password }, seen);
  });
});
