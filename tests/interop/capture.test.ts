/** Captures of our own client and server, read by Wireshark's dissector with our key log. */
import { describe, expect, it } from "@jest/globals";
import type { Association } from "../../services/dtls/association.ts";
import { DtlsClient } from "../../services/dtls/client.ts";
import { DtlsServer } from "../../services/dtls/server.ts";
import type { ClientOptions, Step } from "../../services/dtls/types.ts";
import { CLIENT, file, SERVER } from "./support/credentials.ts";
import { HOST } from "./support/ours.ts";
import { CBC_PAIRINGS, only, PAIRINGS, type Pairing } from "./support/pairings.ts";
import { type CapturedDatagram, encodePcap } from "./support/pcap.ts";
import { isInstalled, Peer } from "./support/peer.ts";

const CLIENT_PORT = 40_000;
const SERVER_PORT = 40_001;
const CLIENT_CID = 3;
const SERVER_CID = 5;

/** Both sides of a connection, and all that goes between them. */
class Tap {
  readonly datagrams: CapturedDatagram[] = [];
  readonly keyLog: string[] = [];
  readonly #server: DtlsServer;

  constructor(pairing: Pairing) {
    const keyLog = (line: string) => this.keyLog.push(line);
    this.#server = new DtlsServer({
      ...SERVER[pairing.credential],
      ...only(pairing),
      connectionId: SERVER_CID,
      keyLog,
    });
  }

  /** A handshake, "ping" to the server, "pong" back; gives the session for a later one. */
  exchange(options: ClientOptions): Uint8Array | undefined {
    const client = new DtlsClient(options);
    let association: Association | undefined;
    const toServer = ({ datagrams }: Step): void => {
      for (const bytes of datagrams) {
        this.datagrams.push({ from: CLIENT_PORT, to: SERVER_PORT, bytes });
        const answer = this.#server.receive(bytes, { address: HOST, port: CLIENT_PORT });
        association = answer.association ?? association;
        toClient(answer.step);
      }
    };
    const toClient = ({ datagrams }: Step): void => {
      for (const bytes of datagrams) {
        this.datagrams.push({ from: SERVER_PORT, to: CLIENT_PORT, bytes });
        toServer(client.receive(bytes));
      }
    };
    toServer(client.start());
    if (association === undefined) throw new Error("there is no association");
    expect(client.info?.connectionId?.own).toHaveLength(2 * CLIENT_CID);
    expect(client.info?.connectionId?.peer).toHaveLength(2 * SERVER_CID);
    expect(client.info?.resumed).toBe(options.resume !== undefined);
    toServer(client.send(Buffer.from("ping")));
    toClient(association.send(Buffer.from("pong")));
    const session = client.resumption();
    toServer(client.close());
    return session;
  }
}

/** The application data that tshark decrypts, in order. */
async function decrypted(datagrams: readonly CapturedDatagram[], keyLog: readonly string[]): Promise<string[]> {
  const capture = file("capture.pcap", encodePcap(datagrams));
  const tshark = new Peer("tshark", [
    ...["-r", capture, "-d", `udp.port==${SERVER_PORT},dtls`],
    ...["-o", `tls.keylog_file:${file("keys.log", keyLog.map((line) => `${line}\n`).join(""))}`],
    ...["-Y", "data", "-T", "fields", "-e", "data.data"],
  ]);
  await tshark.ended;
  return tshark.lines.filter((line) => /^[0-9a-f]+$/.test(line)).map((hex) => Buffer.from(hex, "hex").toString());
}

// A developer may do without; where all has to be run its absence fails the tests.
const { CI } = process.env;
const describeWithTshark = isInstalled("tshark") || CI !== undefined ? describe : describe.skip;

describeWithTshark("a capture of a connection with Connection IDs both ways, read by tshark", () => {
  it.each([...PAIRINGS, ...CBC_PAIRINGS])("opens with our key log: $name", async (pairing) => {
    const tap = new Tap(pairing);
    const options = clientOptions(pairing);
    tap.exchange(options);
    expect(await decrypted(tap.datagrams, tap.keyLog)).toEqual(["ping", "pong"]);
  });

  it("opens with our key log when the session was resumed", async () => {
    const [pairing] = PAIRINGS as readonly [Pairing];
    const tap = new Tap(pairing);
    const options = clientOptions(pairing);
    const resume = tap.exchange(options);
    if (resume === undefined) throw new Error("the server gave no session");
    const before = tap.datagrams.length;
    tap.exchange({ ...options, resume });
    expect(await decrypted(tap.datagrams.slice(before), tap.keyLog)).toEqual(["ping", "pong"]);
  });

  it("does not open with the key log of another connection", async () => {
    const [pairing] = PAIRINGS as readonly [Pairing];
    const [tap, other] = [new Tap(pairing), new Tap(pairing)];
    tap.exchange(clientOptions(pairing));
    other.exchange(clientOptions(pairing));
    expect(await decrypted(tap.datagrams, other.keyLog)).toEqual([]);
  });
});

function clientOptions(pairing: Pairing): ClientOptions {
  return { ...CLIENT[pairing.credential], ...only(pairing), connectionId: CLIENT_CID, serverName: "localhost" };
}
