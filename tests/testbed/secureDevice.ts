/** A device that speaks DTLS: the fake one of these tests, behind a loopback bridge as the testbed's servers are. */
import type { Socket } from "node:dgram";
import type { PeerAddress } from "../../ports/transport.ts";
import { type ConnectOptions, connectDtls, type DtlsClientSocket } from "../../services/dtls/connect.ts";
import { FakeDevice, openSocket } from "./support.ts";

export class SecureDevice {
  readonly fake: FakeDevice;
  readonly dtls: DtlsClientSocket;
  /** Where the fake device sends to. */
  readonly server: PeerAddress;
  readonly #bridge: Socket;

  private constructor(fake: FakeDevice, dtls: DtlsClientSocket, bridge: Socket) {
    this.fake = fake;
    this.dtls = dtls;
    this.#bridge = bridge;
    this.server = { address: "127.0.0.1", port: bridge.address().port };
    bridge.on("message", (datagram) => dtls.send(datagram));
    dtls.attach({ onData: (bytes) => bridge.send(bytes, fake.port, "127.0.0.1"), onClose: () => undefined });
  }

  /** Rejects with a `DtlsError` when the server does not take it. */
  static async connect(options: ConnectOptions): Promise<SecureDevice> {
    const dtls = await connectDtls(options);
    return new SecureDevice(await FakeDevice.open(), dtls, await openSocket());
  }

  async close(): Promise<void> {
    await this.dtls.close();
    await this.fake.close();
    this.#bridge.close();
  }
}
