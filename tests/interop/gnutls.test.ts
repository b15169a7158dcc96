/** GnuTLS as the other side. It sends each record in a datagram of its own, so that they may overtake each other. */
import { describe, expect, it } from "@jest/globals";
import type { Observation } from "../../services/dtls/types.ts";
import { CLIENT, SERVER } from "./support/credentials.ts";
import { gnutlsClient, gnutlsServer } from "./support/gnutls.ts";
import { connect, failure, startEchoServer } from "./support/ours.ts";
import {
  CBC_PAIRINGS,
  ECDSA_CCM8,
  only,
  PAIRINGS,
  type Pairing,
  PSK_CCM8,
  RAW_KEY_PAIRINGS,
} from "./support/pairings.ts";
import { largestRecord } from "./support/records.ts";

/** Below what a certificate takes. */
const SMALL_MTU = 256;

const ALL = [...PAIRINGS, ...RAW_KEY_PAIRINGS, ...CBC_PAIRINGS];
const WITHOUT_EXTENDED_MASTER_SECRET = { ...PSK_CCM8, modifiers: ":%NO_SESSION_HASH" };
const RAW_KEY_CCM8 = RAW_KEY_PAIRINGS[0]!;

describe("our client and GnuTLS's server", () => {
  it.each(ALL)("speak both ways over $name, and our client closes", async (pairing) => {
    const { port, peer } = await gnutlsServer(pairing);
    const ours = await connect({ port, ...CLIENT[pairing.credential], ...only(pairing) });
    expect(ours.socket.info).toMatchObject(agreedOn(pairing));
    ours.say("from our client\n");
    await peer.line(/command: from our client$/);
    expect(await ours.heard()).toBe("from our client\n");
    await ours.socket.close();
  });

  it.each(CBC_PAIRINGS)("speak over $name without encrypt-then-MAC where it is refused", async (pairing) => {
    const { port } = await gnutlsServer({ ...pairing, modifiers: ":%NO_ETM" });
    const ours = await connect({ port, ...CLIENT[pairing.credential], ...only(pairing) });
    ours.say("from our client\n");
    expect(await ours.heard()).toBe("from our client\n");
  });

  it("speak without extended master secret where the server has none", async () => {
    const { port } = await gnutlsServer(WITHOUT_EXTENDED_MASTER_SECRET);
    const ours = await connect({ port, ...CLIENT.psk, ...only(PSK_CCM8) });
    expect(ours.socket.info.extendedMasterSecret).toBe(false);
    ours.say("from our client\n");
    expect(await ours.heard()).toBe("from our client\n");
  });

  it("fail where the server has no extended master secret and our client requires it", async () => {
    const { port, peer } = await gnutlsServer(WITHOUT_EXTENDED_MASTER_SECRET);
    const required = await failure({ port, ...CLIENT.psk, ...only(PSK_CCM8), extendedMasterSecret: "require" });
    await peer.line(/alert|fatal|handshake/i);
    expect(required).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it.each([ECDSA_CCM8, RAW_KEY_CCM8])("exchange $name in fragments of 256 octets", async (pairing) => {
    const { port } = await gnutlsServer(pairing, "--mtu", String(SMALL_MTU));
    const seen: Observation[] = [];
    const observe = (observation: Observation) => seen.push(observation);
    const ours = await connect({
      port,
      ...CLIENT[pairing.credential],
      ...only(pairing),
      mtu: SMALL_MTU,
      observe,
    });
    ours.say("from our client\n");
    expect(await ours.heard()).toBe("from our client\n");
    expect(largestRecord(seen, "in")).toBeLessThanOrEqual(SMALL_MTU);
    expect(largestRecord(seen, "out")).toBeLessThanOrEqual(SMALL_MTU);
  });

  it("keep to the fragment length that our client asks for", async () => {
    const { port } = await gnutlsServer(PSK_CCM8);
    const ours = await connect({ port, ...CLIENT.psk, ...only(PSK_CCM8), maxFragmentLength: 512 });
    expect(ours.socket.info.maxFragmentLength).toBe(512);
    const line = `${"x".repeat(400)}\n`;
    ours.say(line);
    // It reads 255 octets at a time.
    expect((await ours.heard()) + (await ours.heard())).toBe(line);
  });

  it.each([PSK_CCM8, ECDSA_CCM8])("resume a session of $name", async (pairing) => {
    const { port } = await gnutlsServer(pairing);
    const options = { port, ...CLIENT[pairing.credential], ...only(pairing) };
    const first = await connect(options);
    first.say("first\n");
    expect(await first.heard()).toBe("first\n");
    const resume = first.socket.resumption();
    await first.socket.close();
    if (resume === undefined) throw new Error("the server gave no session");
    const second = await connect({ ...options, resume });
    expect(second.socket.info).toMatchObject({ ...agreedOn(pairing), resumed: true });
    second.say("second\n");
    expect(await second.heard()).toBe("second\n");
  });
});

describe("our server and GnuTLS's client", () => {
  it.each(ALL)("speak both ways over $name, and the client closes", async (pairing) => {
    const { port, connections } = await startEchoServer({ ...SERVER[pairing.credential], ...only(pairing) });
    const client = gnutlsClient(port, pairing);
    const ours = await connections.next();
    expect(ours.socket.info).toMatchObject({ ...agreedOn(pairing), role: "server" });
    client.write("from the client");
    expect(await ours.heard()).toBe("from the client\n");
    await client.line(/^from the client$/);
    client.finish();
    expect(await ours.closed()).toEqual({ by: "peer" });
    expect(await client.ended).toBe(0);
  });

  it.each(CBC_PAIRINGS)("speak over $name without encrypt-then-MAC where it is not offered", async (pairing) => {
    const { port } = await startEchoServer({ ...SERVER[pairing.credential], ...only(pairing) });
    const client = gnutlsClient(port, { ...pairing, modifiers: ":%NO_ETM" });
    client.write("from the client");
    await client.line(/^from the client$/);
  });

  it("end when our server closes", async () => {
    const { port, connections } = await startEchoServer({ ...SERVER.psk, ...only(PSK_CCM8) });
    const client = gnutlsClient(port, PSK_CCM8);
    const ours = await connections.next();
    await client.line(/Handshake was completed/);
    await ours.socket.close();
    await client.line(/Peer has closed the GnuTLS connection/);
    expect(await client.ended).toBe(0);
  });

  it.each([ECDSA_CCM8, RAW_KEY_CCM8])("exchange $name in fragments of 256 octets", async (pairing) => {
    const seen: Observation[] = [];
    const { port } = await startEchoServer({
      ...SERVER[pairing.credential],
      ...only(pairing),
      mtu: SMALL_MTU,
      observe: (observation) => seen.push(observation),
    });
    const client = gnutlsClient(port, pairing, "--mtu", String(SMALL_MTU));
    client.write("from the client");
    await client.line(/^from the client$/);
    expect(largestRecord(seen, "in")).toBeLessThanOrEqual(SMALL_MTU);
    expect(largestRecord(seen, "out")).toBeLessThanOrEqual(SMALL_MTU);
  });

  it("keep to the fragment length that the client asks for", async () => {
    const { port, connections } = await startEchoServer({ ...SERVER.psk, ...only(PSK_CCM8) });
    const client = gnutlsClient(port, PSK_CCM8, "--recordsize", "512");
    expect((await connections.next()).socket.info.maxFragmentLength).toBe(512);
    const line = "x".repeat(400);
    client.write(line);
    await client.line(new RegExp(`^${line}$`));
  });

  it.each([PSK_CCM8, ECDSA_CCM8, RAW_KEY_CCM8])("resume a session of $name", async (pairing) => {
    const { port, connections } = await startEchoServer({ ...SERVER[pairing.credential], ...only(pairing) });
    const client = gnutlsClient(port, pairing, "--resume");
    expect((await connections.next()).socket.info.resumed).toBe(false);
    const resumed = await connections.next();
    expect(resumed.socket.info).toMatchObject({ ...agreedOn(pairing), role: "server", resumed: true });
    await client.line(/This is a resumed session/);
    client.write("from the client");
    await client.line(/^from the client$/);
  });
});

function agreedOn({ suite, credential }: Pairing) {
  return { role: "client", suite, resumed: false, extendedMasterSecret: true, peer: { kind: credential } };
}
