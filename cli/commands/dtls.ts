/** `dtls connect` and `dtls listen`. */
import { timingSafeEqual } from "node:crypto";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { connectDtls, type DtlsClientSocket } from "../../services/dtls/connect.ts";
import type { DtlsClosed, DtlsSocket } from "../../services/dtls/dtlsSocket.ts";
import { DtlsError } from "../../services/dtls/errors.ts";
import { type DtlsListener, listenDtls } from "../../services/dtls/listen.ts";
import { isCbc, suiteOfName } from "../../services/dtls/suites.ts";
import type { CommonOptions } from "../../services/dtls/types.ts";
import { type Credentials, readCredentials } from "../dtls/credentials.ts";
import { endingOf } from "../dtls/failure.ts";
import { readLines } from "../dtls/inputLines.ts";
import { type KeyLogFile, openKeyLog } from "../dtls/keyLogFile.ts";
import type { ConnectOptions, DtlsOptions, ListenOptions } from "../dtls/options.ts";
import { Report } from "../dtls/report.ts";
import { forgetSession, noSession, readSession, writeSession } from "../dtls/sessionFile.ts";
import { parseTarget } from "../dtls/target.ts";
import { aborted, type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";

/** Ends with 0 after close_notify. Rejects with a failure that names the alert and what it means. */
export async function connect(io: CliIo, uri: string, options: ConnectOptions): Promise<ExitCode> {
  const target = parseTarget(uri, 1);
  const credentials = await readCredentials(options, "client", io.env);
  const { resume, serverName, flights = false } = options;
  const session = resume === undefined ? undefined : await readSession(resume);
  const report = new Report(io, { ...options, manyPeers: false });
  const keyLog = keyLogOf(options, report);
  try {
    const socket = await connectDtls({
      ...target,
      ...commonOf(options, credentials, keyLog, report),
      ...(credentials.psk !== undefined && { psk: credentials.psk }),
      ...(serverName !== undefined && { serverName }),
      ...(session !== undefined && { resume: session }),
      ...(flights && { observe: (observation) => report.observe(observation) }),
      clock: new SystemClock(),
      signal: io.signal,
    });
    report.connected(socket);
    if (resume !== undefined) await keepSession(resume, socket, report);
    const { error } = await converse(io, socket, report);
    if (error === undefined) return EXIT.done;
    throw error;
  } catch (error) {
    if (error instanceof DtlsError && error.code !== "option") {
      report.failed(undefined, error);
      if (resume !== undefined && error.alert !== undefined) await forgetSession(resume);
    }
    // The core names the option first.
    const refused = error instanceof DtlsError && error.code === "option" && error.message.startsWith("resume");
    if (refused && resume !== undefined) throw noSession(resume, error.message);
    throw endingOf(error);
  } finally {
    keyLog?.close();
  }
}

/** Goes on until the user ends it. */
export async function listen(io: CliIo, uri: string, options: ListenOptions): Promise<ExitCode> {
  const target = parseTarget(uri, 0);
  const credentials = await readCredentials(options, "server", io.env);
  const { echo = false, flights = false } = options;
  const report = new Report(io, { ...options, manyPeers: true });
  const keyLog = keyLogOf(options, report);
  /** The one heard last comes last. */
  const peers = new Set<DtlsSocket>();
  const hear = (socket: DtlsSocket) => {
    peers.delete(socket);
    peers.add(socket);
  };
  let listener: DtlsListener | undefined;
  try {
    listener = await listenDtls({
      ...target,
      ...commonOf(options, credentials, keyLog, report),
      ...pskOf(credentials),
      ...(flights && { observe: report.observe }),
      clock: new SystemClock(),
      onConnection: (socket) => {
        hear(socket);
        report.connected(socket);
        socket.attach({
          onData: (bytes) => {
            hear(socket);
            report.data(socket.peer, bytes);
            if (echo) sendTo(socket, bytes, report);
          },
          onClose: (closed) => {
            peers.delete(socket);
            report.closed(socket.peer, closed, socket.dropped);
          },
        });
      },
      onFailure: ({ peer, error }) => report.failed(peer, error),
    });
    report.listening(listener.address);
    const stopReading = readLines(io.stdin, {
      onLine: (line) => {
        const latest = [...peers].at(-1);
        if (latest === undefined) report.warn("nobody is connected: the line was not sent");
        else sendTo(latest, line, report);
      },
      onOverlong: (octets) => report.warn(`a line of more than ${octets} octets was not sent`),
      onEnd: () => {},
    });
    await aborted(io.signal);
    stopReading();
    return EXIT.done;
  } catch (error) {
    throw endingOf(error);
  } finally {
    await listener?.close();
    keyLog?.close();
  }
}

/** Lines out and data in, until one side closes. */
async function converse(io: CliIo, socket: DtlsClientSocket, report: Report): Promise<DtlsClosed> {
  const ended = new Promise<DtlsClosed>((resolve) => {
    socket.attach({ onData: (bytes) => report.data(socket.peer, bytes), onClose: resolve });
  });
  const stopReading = readLines(io.stdin, {
    onLine: (line) => sendTo(socket, line, report),
    onOverlong: (octets) => report.warn(`a line of more than ${octets} octets was not sent`),
    onEnd: () => void socket.close(),
  });
  await unlessAborted(io.signal, ended);
  stopReading();
  await socket.close();
  const closed = await ended;
  report.closed(socket.peer, closed, socket.dropped);
  return closed;
}

function sendTo(socket: DtlsSocket, bytes: Uint8Array, report: Report): void {
  if (bytes.length > socket.maxSend) {
    report.warn(`${bytes.length} octets do not fit a datagram, which takes ${socket.maxSend}: they were not sent`);
  } else socket.send(bytes);
}

async function keepSession(file: string, socket: DtlsClientSocket, report: Report): Promise<void> {
  const session = socket.resumption();
  if (session === undefined) return report.warn(`the server gives no session to resume: ${file} was not written`);
  try {
    await writeSession(file, session);
  } catch (error) {
    report.warn(`the session was not kept: ${(error as Error).message}`);
  }
}

function keyLogOf({ keylog }: DtlsOptions, report: Report): KeyLogFile | undefined {
  return keylog === undefined ? undefined : openKeyLog(keylog, (reason) => report.warn(`the key log ended: ${reason}`));
}

function commonOf(
  { suite, cid, mtu }: DtlsOptions,
  { common }: Credentials,
  keyLog: KeyLogFile | undefined,
  report: Report,
): CommonOptions {
  const cbc = suite?.filter((name) => isCbc(suiteOfName(name)!)) ?? [];
  // Naming such a suite is asking for it.
  for (const name of cbc) report.warn(`${name}: CBC cannot be checked in constant time in JavaScript`);
  return {
    ...common,
    ...(suite !== undefined && { suites: suite, allowCbc: cbc.length > 0 }),
    // Without a length it is that of the role.
    ...(cid !== true && { connectionId: cid ?? false }),
    ...(mtu !== undefined && { mtu }),
    ...(keyLog !== undefined && { keyLog: keyLog.add }),
  };
}

function pskOf({ psk }: Credentials) {
  if (psk === undefined) return {};
  const same = (identity: Uint8Array) =>
    identity.length === psk.identity.length && timingSafeEqual(identity, psk.identity);
  return { psk: (identity: Uint8Array) => (same(identity) ? psk.key : undefined) };
}
