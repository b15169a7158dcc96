/**
 * What a `dtls` command prints: what arrives on standard output, everything else on standard error; with `--json` all of
 * it as JSON lines on standard output.
 */
import { isIP } from "node:net";
import type { PeerAddress } from "../../ports/transport.ts";
import { addressText } from "../../services/dtls/addresses.ts";
import type { DtlsClosed, DtlsSocket } from "../../services/dtls/dtlsSocket.ts";
import type { DtlsError } from "../../services/dtls/errors.ts";
import type { ConnectionInfo, DropCounters, Observation, Peer } from "../../services/dtls/types.ts";
import { replacer } from "../../trace/index.ts";
import type { CliIo } from "../io.ts";
import { printable, Terminal } from "../terminal.ts";
import { hintOf, messageOf, plainError } from "./failure.ts";
import { flightLine } from "./flightLine.ts";

export interface ReportOptions {
  readonly json?: boolean;
  readonly flights?: boolean;
  /** Several peers: lines say whose they are. */
  readonly manyPeers: boolean;
}

const LINE_FEED = 0x0a;

export class Report {
  readonly #io: CliIo;
  readonly #options: ReportOptions;
  readonly #out: Terminal;
  readonly #err: Terminal;
  #firstFlight: number | undefined;

  constructor(io: CliIo, options: ReportOptions) {
    this.#io = io;
    this.#options = options;
    this.#out = new Terminal(io.stdout, io.env);
    this.#err = new Terminal(io.stderr, io.env);
  }

  warn(text: string): void {
    this.#err.line(this.#err.marked("warning", text));
  }

  listening(address: PeerAddress): void {
    const uri = `coaps://${addressText(address)}`;
    this.#tell({ kind: "listening", uri, ...address }, (terminal) => {
      const end = `${terminal.style("strong", "Ctrl-C")} ends it.`;
      terminal.line(`${terminal.marked("good", `listening at ${terminal.style("name", uri)}`)}  ${end}`);
    });
  }

  connected({ peer, local, info, maxSend }: DtlsSocket): void {
    const { peer: credential, ...agreed } = info;
    const told = { kind: "connected", peer, local, credential: withoutIdentity(credential), ...agreed, maxSend };
    this.#tell(told, (terminal) => {
      terminal.line(terminal.marked("good", `connected to ${terminal.style("name", addressText(peer))}`));
      terminal.table(rowsOf(info, maxSend), "    ");
      const hint = "Type a line to send it; Ctrl-D closes the connection.";
      if (!this.#options.manyPeers && this.#io.stdin.isTTY === true)
        terminal.line(terminal.style("faint", `  ${hint}`));
    });
  }

  data(peer: PeerAddress, bytes: Uint8Array): void {
    if (this.#options.json === true) {
      const text = textOf(bytes);
      this.#json({ kind: "data", peer, bytes, ...(text !== undefined && { text }) });
    } else if (this.#out.live) {
      const lines = new TextDecoder()
        .decode(bytes)
        .replace(/\r?\n$/, "")
        .split("\n");
      this.#out.lines(lines.map(printable));
    } else {
      this.#io.stdout.write(bytes);
      if (bytes.at(-1) !== LINE_FEED) this.#io.stdout.write("\n");
    }
  }

  /** To be given to the protocol core when flights are wanted. */
  readonly observe = (observation: Observation, peer?: PeerAddress): void => {
    if (observation.kind !== "flight" && observation.kind !== "alert") return;
    const now = performance.now();
    this.#firstFlight ??= now;
    const timeMs = now - this.#firstFlight;
    this.#tell({ ...observation, timeMs: Math.round(timeMs), ...(peer && { peer }) }, (terminal) => {
      const whose = peer === undefined ? "" : `${terminal.style("faint", addressText(peer))} `;
      terminal.line(`${whose}${flightLine(observation, timeMs, terminal)}`);
    });
  };

  closed(peer: PeerAddress, { by, error }: DtlsClosed, dropped: DropCounters): void {
    const told = { kind: "closed", peer, by, dropped, ...(error !== undefined && { error: plainError(error) }) };
    this.#tell(told, (terminal) => {
      const who = by === "local" ? "this side" : "the peer";
      const whose = this.#options.manyPeers ? `${addressText(peer)}: ` : "";
      if (error === undefined) terminal.line(terminal.marked("good", `${whose}closed by ${who}`));
      else if (this.#options.manyPeers) this.#explain(terminal, whose, error);
      const counts = Object.entries(dropped).filter(([, count]) => count > 0);
      if (counts.length === 0) return;
      const list = counts.map(([reason, count]) => `${count} ${reason}`).join(", ");
      terminal.line(terminal.style("faint", `  ${whose}dropped in silence: ${list}`));
    });
  }

  /** A handshake that came to nothing. */
  failed(peer: PeerAddress | undefined, error: DtlsError): void {
    const told = { kind: "failed", ...(peer !== undefined && { peer }), error: plainError(error) };
    this.#tell(told, (terminal) => {
      // With one peer it is what the command ends with.
      if (peer !== undefined) this.#explain(terminal, `${addressText(peer)}: `, error);
    });
  }

  #explain(terminal: Terminal, whose: string, error: DtlsError): void {
    terminal.line(terminal.marked("bad", `${whose}${messageOf(error)}`));
    const hint = hintOf(error);
    if (hint !== undefined) terminal.line(terminal.style("faint", `  ${hint}`));
  }

  #tell(told: object, print: (terminal: Terminal) => void): void {
    if (this.#options.json === true) this.#json(told);
    else print(this.#err);
  }

  #json(told: object): void {
    this.#out.line(JSON.stringify(told, replacer));
  }
}

function rowsOf(info: ConnectionInfo, maxSend: number): (readonly [name: string, text: string])[] {
  const { role, suite, resumed, extendedMasterSecret, connectionId, serverName, maxFragmentLength } = info;
  const id = (hex: string) => (hex === "" ? "empty" : hex);
  return [
    ["suite", suite],
    ...peerRows(role === "client" ? "server" : "client", info.peer),
    ["session", `${resumed ? "resumed" : "new"}, ${extendedMasterSecret ? "" : "no "}extended master secret`],
    [
      "Connection ID",
      connectionId === undefined ? "none" : `own ${id(connectionId.own)}, the peer's ${id(connectionId.peer)}`,
    ],
    ...(serverName === undefined || isIP(serverName) !== 0 ? [] : [["server name", printable(serverName)] as const]),
    ["data", `up to ${maxSend} octets in a datagram, fragments up to ${maxFragmentLength}`],
  ];
}

function peerRows(name: string, peer: Peer): (readonly [name: string, text: string])[] {
  switch (peer.kind) {
    case "none":
      return [[name, "not authenticated"]];
    case "psk":
      return [[name, "knows the pre-shared key"]];
    case "rawPublicKey":
      return [
        [name, "raw public key"],
        ["  SHA-256", peer.fingerprint],
      ];
    case "certificate":
      return [
        [name, `certificate of ${printable(peer.subject)}`],
        ["  SHA-256", peer.fingerprint],
      ];
  }
}

/** An identity is not printed: lines get into logs. */
function withoutIdentity(peer: Peer): object {
  switch (peer.kind) {
    case "rawPublicKey":
      return { kind: peer.kind, fingerprint: peer.fingerprint };
    case "certificate":
      return { kind: peer.kind, subject: peer.subject, fingerprint: peer.fingerprint };
    default:
      return { kind: peer.kind };
  }
}

/** Undefined for octets that are no UTF-8 text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
