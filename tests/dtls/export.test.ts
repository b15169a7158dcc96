import { describe, expect, it } from "@jest/globals";
import { DtlsClient } from "../../services/dtls/client.ts";
import { DtlsError } from "../../services/dtls/errors.ts";
import type { SuiteName } from "../../services/dtls/suites.ts";
import type { ClientOptions } from "../../services/dtls/types.ts";
import { Attacker } from "./attacks/support/attacker.ts";
import { DEVICE, IDENTITY, KEY, PSK, RPK, SERVER, X509 } from "./attacks/support/credentials.ts";
import { Pair } from "./attacks/support/pair.ts";
import { expectAlive } from "./attacks/support/untouched.ts";
import { records, text } from "./attacks/support/wire.ts";

const ID_OCTETS = 6;

/** Takes the client's connection to a new client, as a restart does. */
function move(pair: Pair, options: ClientOptions = PSK.client): void {
  pair.client = DtlsClient.import(pair.client.export(), options);
}

function changed(bytes: Uint8Array, change: object): Uint8Array {
  return text(JSON.stringify({ ...(JSON.parse(new TextDecoder().decode(bytes)) as object), ...change }));
}

describe.each<{ what: string; options: typeof PSK; suite?: SuiteName; connectionId?: number | false }>([
  { what: "PSK", options: PSK },
  { what: "PSK without Connection IDs", options: PSK, connectionId: false },
  { what: "PSK with a Connection ID of the client", options: PSK, connectionId: 5 },
  { what: "PSK and GCM", options: PSK, suite: "TLS_PSK_WITH_AES_128_GCM_SHA256" },
  { what: "PSK and CBC", options: PSK, suite: "TLS_PSK_WITH_AES_128_CBC_SHA256" },
  { what: "ECDHE_PSK", options: PSK, suite: "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256" },
  { what: "X.509", options: X509 },
  { what: "raw public keys", options: RPK },
])("a live connection of $what", ({ options, suite, connectionId }) => {
  const common = { ...(suite && { suites: [suite] }), allowCbc: true };
  const client = { ...options.client, ...common, ...(connectionId !== undefined && { connectionId }) };
  const pairOf = () => new Pair({ client, server: { ...options.server, ...common } }).connect();

  it("goes on where it was: numbers, windows, what is known of the peer; the peer hears nothing", () => {
    const pair = pairOf();
    expectAlive(pair);
    const before = pair.client.info!;
    const { maxSend } = pair.client;
    const [last] = records(pair.send("client", text("last")).datagrams[0]!, ID_OCTETS);
    pair.carry();
    const old = pair.held("server", text("once"));
    pair.give("client", old);
    const sent = pair.history.length;
    const exported = pair.client;
    move(pair, client);
    expect(exported.state).toBe("closed");
    expect(pair.history).toHaveLength(sent);
    expect(pair.client).toMatchObject({ state: "connected", maxSend });
    expect(pair.client.info).toEqual({ ...before, resumed: true });
    expect(pair.give("client", old)).toEqual({ datagrams: [], events: [] });
    expect(pair.client.dropped.replay).toBe(1);
    const [next] = records(pair.send("client", text("next")).datagrams[0]!, ID_OCTETS);
    expect(next!.sequence).toBe(last!.sequence + 1);
    pair.carry();
    expect(pair.data("server").slice(-2)).toEqual(["last", "next"]);
    expectAlive(pair);
  });

  it("takes records that were late when it was exported, each once", () => {
    const pair = pairOf();
    const [first, second, third] = ["first", "second", "third"].map((data) => pair.held("server", text(data)));
    pair.give("client", third!);
    pair.give("client", first!);
    move(pair, client);
    for (const datagram of [first!, second!, third!, second!]) pair.give("client", datagram);
    expect(pair.data("client")).toEqual(["third", "first", "second"]);
    expect(pair.client.dropped.replay).toBe(3);
  });

  it("drops a Finished of the peer that comes once more: it may have been on its way", () => {
    const pair = pairOf();
    const attacker = new Attacker(pair);
    const content = attacker.finished(pair, "server");
    move(pair, client);
    const { unexpected } = pair.client.dropped;
    const step = pair.give("client", attacker.seal("server", { type: 22, sequence: 3, content }));
    expect(step).toMatchObject({ datagrams: [], events: [] });
    expect(pair.client.dropped.unexpected).toBe(unexpected + 1);
    expectAlive(pair);
  });

  it("can be exported again, and leaves a session that the server resumes", () => {
    const pair = pairOf();
    const resume = pair.client.resumption()!;
    for (let turn = 0; turn < 3; turn++) move(pair, client);
    expectAlive(pair);
    expect(pair.client.resumption()).toEqual(resume);
    pair.close("client");
    pair.carry();
    const next = new Pair({ client: { ...client, resume }, server: pair.server }).connect();
    expect(next.client.info?.resumed).toBe(true);
  });
});

describe("after its export a connection", () => {
  it("sends nothing, reads nothing, cannot be exported again, and says so", () => {
    const pair = new Pair(PSK).connect();
    const datagram = pair.held("server", text("late"));
    pair.client.export();
    expect(() => pair.client.send(text("no"))).toThrow(/nothing can be sent: the connection is closed/);
    expect(() => pair.client.export()).toThrow(/nothing to export: the connection is closed/);
    expect(pair.give("client", datagram)).toMatchObject({ datagrams: [], events: [] });
    expect(pair.client.dropped.closed).toBe(1);
    for (const step of [pair.client.timeout(), pair.client.close(), pair.client.abort()]) {
      expect(step).toMatchObject({ datagrams: [], events: [] });
    }
  });

  it("has no session either when it never was complete", () => {
    const client = new DtlsClient(PSK.client);
    client.start();
    expect(() => client.export()).toThrow(/nothing to export: the connection is handshaking/);
    expect(client.resumption()).toBeUndefined();
  });

  it("is to be imported once: two imports would use the same numbers, and nothing here can know of it", () => {
    const bytes = new Pair(PSK).connect().client.export();
    const [one, two] = [bytes, bytes].map(
      (copy) => DtlsClient.import(copy, PSK.client).send(text("same")).datagrams[0]!,
    );
    expect(records(one!, ID_OCTETS)[0]!.sequence).toBe(records(two!, ID_OCTETS)[0]!.sequence);
  });
});

describe("octets that are imported", () => {
  const refused = (bytes: Uint8Array, options: ClientOptions = PSK.client): string => {
    try {
      DtlsClient.import(bytes, options);
    } catch (error) {
      expect(error).toBeInstanceOf(DtlsError);
      expect((error as DtlsError).code).toBe("option");
      return (error as DtlsError).message;
    }
    throw new Error("nothing was refused");
  };
  const live = () => new Pair(PSK).connect().client.export();

  it("of other credentials are refused", () => {
    const others: readonly ClientOptions[] = [
      { psk: { identity: IDENTITY, key: new Uint8Array(16) } },
      { psk: { identity: text("other"), key: KEY } },
      { ...PSK.client, serverName: "lwm2m.example" },
      { ...PSK.client, peerPublicKeys: [SERVER.spki] },
      { ...PSK.client, rawPublicKey: { privateKey: DEVICE.privateKey } },
    ];
    for (const options of others)
      expect(refused(live(), options)).toBe("import: what was stored belongs to other credentials");
  });

  it("that are cut, or no export at all, are refused", () => {
    const bytes = live();
    for (let length = 0; length < bytes.length; length += 7) refused(bytes.subarray(0, length));
    refused(new Pair(PSK).connect().client.resumption()!);
    refused(new Uint8Array(70_000));
    for (const other of ["null", "[]", "1", '"text"', "{}"]) refused(text(other));
  });

  it.each([
    { format: "lwm2m-carrier dtls connection 2" },
    { suite: "TLS_NULL" },
    { suite: "TLS_PSK_WITH_AES_128_CBC_SHA256" },
    { master: "00" },
    { writeKeys: "" },
    { writeKeys: "00".repeat(19) },
    { readKeys: "zz".repeat(20) },
    { readKeys: "00".repeat(21) },
    { nextSequence: -1 },
    { nextSequence: 0.5 },
    { nextSequence: "7" },
    { nextSequence: 2 ** 48 },
    { window: [1, 2] },
    { window: [1, 2, "3"] },
    { window: [2 ** 48, 0, 0] },
    { window: null },
    { peer: { kind: "admin" } },
    { peer: null },
    { peer: { kind: "psk", identity: "6" } },
    { encryptThenMac: "no" },
    { maxFragmentLength: 0 },
    { maxFragmentLength: 2 ** 14 + 1 },
    { maxFragmentLength: -1 },
    { ownConnectionId: "a" },
    { ownConnectionId: "00".repeat(256) },
    { peerConnectionId: 7 },
    { extendedMasterSecret: 1 },
  ])("with a field that cannot be are refused: %j", (change) => {
    const message = refused(changed(live(), change));
    expect(message).toMatch(/^(import|exported keys): /);
  });

  it("are not repeated in the refusal", () => {
    const bytes = live();
    const { writeKeys, master } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string>;
    for (const change of [
      { nextSequence: master },
      { suite: writeKeys },
      { format: master },
      { peer: { kind: master } },
    ]) {
      const message = refused(changed(bytes, change));
      expect(message).not.toContain(master);
      expect(message).not.toContain(writeKeys);
    }
  });

  it("go on with what another client would not read: the keys are those of the connection", () => {
    const pair = new Pair(PSK).connect();
    const attacker = new Attacker(pair);
    move(pair);
    pair.give("client", attacker.seal("server", { sequence: 40, content: text("read") }));
    expect(pair.data("client")).toEqual(["read"]);
  });
});
