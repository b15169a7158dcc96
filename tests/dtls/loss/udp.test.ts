/** Handshakes of both ends over real sockets, through a proxy that loses three datagrams of ten, by seed. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../../carrier/random.ts";
import { connectDtls } from "../../../services/dtls/connect.ts";
import type { DtlsSocket } from "../../../services/dtls/dtlsSocket.ts";
import { listenDtls } from "../../../services/dtls/listen.ts";
import { startUdpProxy } from "../../../testbed/udpProxy.ts";
import { PSK, X509 } from "./cases.ts";

const LOSS_RATE = 0.3;
/** Sent again soon, so that the test does not last; certificates take several datagrams. */
const IMPATIENT = { mtu: 512, retransmission: { initialMs: 20, maxMs: 160, max: 20 } };
const CASES = [
  { name: "PSK", credentials: PSK },
  { name: "X.509", credentials: X509 },
].flatMap((kind) => [1, 2, 3, 4, 5].map((seed) => ({ ...kind, seed })));

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const end of open.splice(0)) await end.close();
});

function keep<T extends { close(): Promise<void> }>(end: T): T {
  open.unshift(end);
  return end;
}

function heard(socket: DtlsSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.attach({
      onData: (bytes) => resolve(new TextDecoder().decode(bytes)),
      onClose: ({ error }) => reject(error ?? new Error("closed")),
    });
  });
}

describe("a handshake over a lossy path", () => {
  it.each(CASES)("completes, and data goes both ways: $name, seed $seed", async ({ credentials, seed }) => {
    let connected = (_: DtlsSocket) => {};
    const accepted = new Promise<DtlsSocket>((resolve) => {
      connected = resolve;
    });
    const listener = keep(
      await listenDtls({ ...credentials.server, ...IMPATIENT, port: 0, onConnection: (socket) => connected(socket) }),
    );
    const random = seededRandom(seed);
    const path = { isLossy: true, lost: 0 };
    const proxy = keep(
      await startUdpProxy({
        target: listener.address,
        clock: new SystemClock(),
        random,
        filter: () => {
          const passes = !path.isLossy || random.number() >= LOSS_RATE;
          if (!passes) path.lost++;
          return passes;
        },
      }),
    );
    const { address: host, port } = proxy.address;
    const [client, server] = await Promise.all([
      connectDtls({ serverName: "host.example", ...credentials.client, ...IMPATIENT, host, port }),
      accepted,
    ]);
    keep(client);
    path.isLossy = false;
    expect(path.lost).toBeGreaterThan(0);
    const [atClient, atServer] = [heard(client), heard(server)];
    client.send(new TextEncoder().encode("up"));
    server.send(new TextEncoder().encode("down"));
    expect(await atServer).toBe("up");
    expect(await atClient).toBe("down");
  });
});
