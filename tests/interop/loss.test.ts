/** Real handshakes through a path that loses three datagrams of ten, both ways, by seed. */
import { describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import { startUdpProxy } from "../../testbed/udpProxy.ts";
import { CLIENT, SERVER } from "./support/credentials.ts";
import { gnutlsClient, gnutlsServer } from "./support/gnutls.ts";
import { keep } from "./support/keep.ts";
import { connect, HOST, startEchoServer } from "./support/ours.ts";
import { ECDSA_CCM8, only, PSK_CCM8 } from "./support/pairings.ts";

const LOSS_RATE = 0.3;
/** Small enough that a flight with a certificate is several datagrams of ours. */
const MTU = 512;
/** GnuTLS waits 1 s, 2 s, 4 s before it sends its flight again, whatever it hears: this side must outlast it. */
const PERSISTENT = { initialMs: 100, maxMs: 1_600, max: 20 };

/** Seeds whose losses do not take GnuTLS a minute. */
const SEEDS = [5, 6];
const CASES = [PSK_CCM8, ECDSA_CCM8].flatMap((pairing) => SEEDS.map((seed) => ({ name: pairing.name, seed, pairing })));

/** A proxy that loses datagrams until it is told to carry them all. */
async function lossyPath(port: number, seed: number) {
  // Each way by itself: what the one loses does not hang on when the other sends.
  const random = { up: seededRandom(seed), down: seededRandom(seed + 1_000) };
  const path = { lossy: true, lost: 0, port: 0 };
  const proxy = keep(
    await startUdpProxy({
      target: { address: HOST, port },
      clock: new SystemClock(),
      random: seededRandom(seed),
      filter: (_, direction) => {
        if (!path.lossy || random[direction].number() >= LOSS_RATE) return true;
        path.lost++;
        return false;
      },
    }),
  );
  path.port = proxy.address.port;
  return path;
}

describe("a handshake that loses three datagrams of ten", () => {
  it.each(CASES)("completes: our client, GnuTLS's server, $name, seed $seed", async ({ pairing, seed }) => {
    const { port } = await gnutlsServer(pairing);
    const path = await lossyPath(port, seed);
    const ours = await connect({
      port: path.port,
      ...CLIENT[pairing.credential],
      ...only(pairing),
      mtu: MTU,
      retransmission: PERSISTENT,
    });
    expect(path.lost).toBeGreaterThan(0);
    path.lossy = false;
    ours.say("after the handshake\n");
    expect(await ours.heard()).toBe("after the handshake\n");
  });

  it.each(CASES)("completes: our server, GnuTLS's client, $name, seed $seed", async ({ pairing, seed }) => {
    const { port } = await startEchoServer({
      ...SERVER[pairing.credential],
      ...only(pairing),
      mtu: MTU,
      retransmission: PERSISTENT,
    });
    const path = await lossyPath(port, seed);
    const client = gnutlsClient(path.port, pairing);
    await client.line(/Handshake was completed/);
    expect(path.lost).toBeGreaterThan(0);
    path.lossy = false;
    client.write("after the handshake");
    await client.line(/^after the handshake$/);
  });
});
