/**
 * OpenSSL as the other side. It packs the records of a flight into one datagram. Its `s_server` serves one DTLS
 * association and no second, so it cannot be asked to resume one.
 */
import { describe, expect, it } from "@jest/globals";
import type { Observation } from "../../services/dtls/types.ts";
import { CLIENT, file, SERVER } from "./support/credentials.ts";
import { opensslClient, opensslServer } from "./support/openssl.ts";
import { connect, startEchoServer } from "./support/ours.ts";
import { CBC_PAIRINGS, ECDSA_CCM8, only, PAIRINGS, type Pairing, PSK_CCM8 } from "./support/pairings.ts";
import { largestRecord } from "./support/records.ts";

/** Below what a certificate takes. */
const SMALL_MTU = 256;

const ALL = [...PAIRINGS, ...CBC_PAIRINGS];

describe("our client and OpenSSL's server", () => {
  it.each(ALL)("speak both ways over $name, and our client closes", async (pairing) => {
    const { port, peer } = await opensslServer(pairing);
    const ours = await connect({ port, ...CLIENT[pairing.credential], ...only(pairing) });
    expect(ours.socket.info).toMatchObject(agreedOn(pairing));
    ours.say("from our client\n");
    await peer.line(/^from our client$/);
    peer.write("from the server");
    expect(await ours.heard()).toBe("from the server\n");
    await ours.socket.close();
    await peer.line(/^DONE$/);
  });

  it.each(CBC_PAIRINGS)("speak over $name without encrypt-then-MAC where it is refused", async (pairing) => {
    const { port, peer } = await opensslServer(pairing, "-no_etm");
    const ours = await connect({ port, ...CLIENT[pairing.credential], ...only(pairing) });
    ours.say("from our client\n");
    await peer.line(/^from our client$/);
    peer.write("from the server");
    expect(await ours.heard()).toBe("from the server\n");
  });

  it("exchange certificates in fragments when no datagram may be above 256 octets", async () => {
    const { port, peer } = await opensslServer(ECDSA_CCM8, "-mtu", String(SMALL_MTU));
    const seen: Observation[] = [];
    const observe = (observation: Observation) => seen.push(observation);
    const ours = await connect({ port, ...CLIENT.certificate, ...only(ECDSA_CCM8), mtu: SMALL_MTU, observe });
    ours.say("from our client\n");
    await peer.line(/^from our client$/);
    expect(largestRecord(seen, "in")).toBeLessThanOrEqual(SMALL_MTU);
    expect(largestRecord(seen, "out")).toBeLessThanOrEqual(SMALL_MTU);
  });

  it("keep to the fragment length that our client asks for", async () => {
    const { port, peer } = await opensslServer(PSK_CCM8);
    const ours = await connect({ port, ...CLIENT.psk, ...only(PSK_CCM8), maxFragmentLength: 512 });
    expect(ours.socket.info.maxFragmentLength).toBe(512);
    expect(ours.socket.maxSend).toBe(512);
    const line = "x".repeat(511);
    ours.say(`${line}\n`);
    await peer.line(new RegExp(`^${line}$`));
  });

  it("make a new session when the server has forgotten the old one", async () => {
    const before = await opensslServer(PSK_CCM8);
    const options = { ...CLIENT.psk, ...only(PSK_CCM8) };
    const resume = (await connect({ ...options, port: before.port })).socket.resumption();
    if (resume === undefined) throw new Error("the server gave no session");
    const { port } = await opensslServer(PSK_CCM8);
    const ours = await connect({ ...options, port, resume });
    expect(ours.socket.info.resumed).toBe(false);
  });
});

describe("our server and OpenSSL's client", () => {
  it.each(ALL)("speak both ways over $name, and the client closes", async (pairing) => {
    const { port, connections } = await startEchoServer({ ...SERVER[pairing.credential], ...only(pairing) });
    const client = opensslClient(port, pairing);
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
    const client = opensslClient(port, pairing, "-no_etm");
    client.write("from the client");
    await client.line(/^from the client$/);
  });

  it("end when our server closes", async () => {
    const { port, connections } = await startEchoServer({ ...SERVER.psk, ...only(PSK_CCM8) });
    const client = opensslClient(port, PSK_CCM8);
    const ours = await connections.next();
    await client.line(/Cipher is PSK-AES128-CCM8/);
    await ours.socket.close();
    expect(await client.ended).toBe(0);
  });

  it("exchange certificates in fragments when no datagram may be above 256 octets", async () => {
    const seen: Observation[] = [];
    const { port } = await startEchoServer({
      ...SERVER.certificate,
      ...only(ECDSA_CCM8),
      mtu: SMALL_MTU,
      observe: (observation) => seen.push(observation),
    });
    const client = opensslClient(port, ECDSA_CCM8, "-mtu", String(SMALL_MTU));
    client.write("from the client");
    await client.line(/^from the client$/);
    expect(largestRecord(seen, "in")).toBeLessThanOrEqual(SMALL_MTU);
    expect(largestRecord(seen, "out")).toBeLessThanOrEqual(SMALL_MTU);
  });

  it("keep to the fragment length that the client asks for", async () => {
    const { port, connections } = await startEchoServer({ ...SERVER.certificate, ...only(ECDSA_CCM8) });
    const client = opensslClient(port, ECDSA_CCM8, "-maxfraglen", "512");
    const ours = await connections.next();
    expect(ours.socket.info.maxFragmentLength).toBe(512);
    expect(ours.socket.maxSend).toBe(512);
    const line = "x".repeat(511);
    client.write(line);
    await client.line(new RegExp(`^${line}$`));
  });

  it.each([PSK_CCM8, ECDSA_CCM8])("resume a session of $name", async (pairing) => {
    const { port, connections } = await startEchoServer({ ...SERVER[pairing.credential], ...only(pairing) });
    const session = file("session.pem");
    for (const [option, resumed] of [
      ["-sess_out", false],
      ["-sess_in", true],
    ] as const) {
      const client = opensslClient(port, pairing, option, session);
      expect((await connections.next()).socket.info).toMatchObject({ ...agreedOn(pairing), role: "server", resumed });
      client.write(`after ${option}`);
      await client.line(new RegExp(`^after ${option}$`));
      await client.line(resumed ? /^Reused, .*Cipher is/ : /^New, .*Cipher is/);
      client.finish();
      await client.ended;
    }
  });
});

function agreedOn({ suite, credential }: Pairing) {
  return { role: "client", suite, resumed: false, extendedMasterSecret: true, peer: { kind: credential } };
}
