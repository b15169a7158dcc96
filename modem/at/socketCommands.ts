/** What a socket does in the modem, in each dialect's commands. */
import { ModemError } from "../modemError.ts";
import { type AtLine, unlessRefused } from "./atLine.ts";
import { CONNECTION_ID, SECURE_SOCKETS } from "./commands/secureSockets.ts";
import { SLM_SOCKETS } from "./commands/slmSockets.ts";
import { POLL, SOCKETS } from "./commands/sockets.ts";

export type AddressFamily = "ipv4" | "ipv6";

export interface SocketEvents {
  readonly handle: number;
  /** Bits of `POLL`. */
  readonly events: number;
}

export interface SocketCommands {
  /** What has happened on these sockets, where the modem does not tell by itself (#XAPOLL). */
  ask?(handles: readonly number[]): Promise<readonly SocketEvents[]>;
  /** A datagram socket; with a security tag the modem's DTLS runs on it. */
  open(family: AddressFamily, securityTag?: number): Promise<number>;
  setServerName(handle: number, name: string): Promise<void>;
  /** Offers a Connection ID (RFC 9146); rejects where the firmware has none. */
  offerConnectionId(handle: number): Promise<void>;
  /** Through the handshake. */
  connect(handle: number, address: string, port: number, signal?: AbortSignal): Promise<void>;
  /** Begins to tell of arrivals. */
  watch(handle: number): Promise<void>;
  send(handle: number, octets: Uint8Array): Promise<void>;
  /** A datagram that is there, without waiting; undefined when there is none. */
  receive(handle: number): Promise<Uint8Array | undefined>;
  /** Takes a DTLS connection with Connection ID out of the modem's memory, and back. */
  save?(handle: number): Promise<void>;
  load?(handle: number): Promise<void>;
  close(handle: number, securityTag?: number): Promise<void>;
  /** Whatever is open; rejects where there is nothing. */
  closeAll(): Promise<void>;
}

/** #XRECV <flags>: MSG_DONTWAIT. */
const DO_NOT_WAIT = 64;
/** Longest datagram that costs less as hexadecimal digits than as a data phase with its two more lines. */
const HEXADECIMAL_OCTETS = 256;

/**
 * Of 1, 3, 7, 15, 31, 63 and 123: the line does nothing else meanwhile, and NB-IoT takes its time for the flights of a
 * handshake.
 */
const HANDSHAKE_TIMEOUT_SECONDS = 63;

/** Serial Modem: sockets by handle. */
export function serialModemSockets(line: AtLine): SocketCommands {
  const setOption = async (handle: number, option: SecureOption, value: string) => {
    await line.execute(SECURE_SOCKETS.xssocketopt, { handle, operation: 1, option, value });
  };
  const role = { type: "datagram", role: "client" } as const;
  return {
    open: async (family, securityTag) => {
      if (securityTag === undefined) return (await line.execute(SOCKETS.xsocketSet, { family, ...role })).handle;
      const secured = { family, ...role, securityTag, peerVerify: 2 };
      const { handle } = await line.execute(SECURE_SOCKETS.xssocketSet, secured);
      await unlessRefused(setOption(handle, "handshakeTimeout", String(HANDSHAKE_TIMEOUT_SECONDS)));
      return handle;
    },
    setServerName: (handle, name) => setOption(handle, "hostname", name),
    offerConnectionId: (handle) => setOption(handle, "connectionId", String(CONNECTION_ID.supported)),
    connect: async (handle, host, port, signal) => {
      const { connected } = await line.execute(SOCKETS.xconnect, { handle, host, port }, { ...(signal && { signal }) });
      if (connected !== 1) throw new ModemError("notAllowed", { detail: `no connection to ${host}:${port}` });
    },
    watch: async (handle) => {
      await line.execute(SOCKETS.xapoll, { handle, operation: 1, events: POLL.in });
    },
    send: async (handle, octets) => {
      if (octets.length <= HEXADECIMAL_OCTETS) {
        await line.execute(SOCKETS.xsendHex, { handle, mode: 1, flags: 0, data: octets });
      } else {
        const { length } = octets;
        await line.execute(SOCKETS.xsendData, { handle, mode: 2, flags: 0, length }, { data: octets });
      }
    },
    receive: async (handle) => {
      const request = { handle, mode: "text", flags: DO_NOT_WAIT, timeout: 0 } as const;
      return (await line.execute(SOCKETS.xrecv, request))?.data;
    },
    save: (handle) => setOption(handle, "connectionSave", "1"),
    load: (handle) => setOption(handle, "connectionLoad", "1"),
    close: async (handle) => {
      await line.execute(SOCKETS.xcloseSet, { handle });
    },
    closeAll: async () => {
      await line.execute(SOCKETS.xclose);
    },
  };
}

type SecureOption = "hostname" | "handshakeTimeout" | "connectionId" | "connectionSave" | "connectionLoad";
/** Of the modem library, which the older application hands through. */
const SLM_HOST_NAME_OPTION = 2;
/** #XSOCKETSELECT of a socket without DTLS. */
const NO_TAG = -1;

/** The older Serial LTE Modem: a command goes to the selected socket, so that two commands belong together. */
export function slmSockets(line: AtLine): SocketCommands {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  const withSelected = <T>(handle: number, work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await line.execute(SLM_SOCKETS.slmXsocketselectSet, { handle });
      return work();
    });
  const role = { type: "datagram", role: "client" } as const;
  return {
    ask: (handles) => inTurn(() => line.execute(SLM_SOCKETS.slmXpoll, { timeout: 0, handles })),
    open: (family, securityTag) =>
      inTurn(async () => {
        const opened =
          securityTag === undefined
            ? await line.execute(SLM_SOCKETS.slmXsocketOpen, { family, ...role })
            : await line.execute(SLM_SOCKETS.slmXssocketOpen, { family, ...role, securityTag, peerVerify: 2 });
        return opened.handle;
      }),
    setServerName: (handle, value) =>
      withSelected(handle, async () => {
        await line.execute(SLM_SOCKETS.slmXssocketopt, { operation: 1, option: SLM_HOST_NAME_OPTION, value });
      }),
    offerConnectionId: () => Promise.reject(new ModemError("notSupported", { detail: "DTLS Connection ID" })),
    connect: (handle, host, port, signal) =>
      withSelected(handle, async () => {
        const options = { ...(signal && { signal }) };
        const { connected } = await line.execute(SLM_SOCKETS.slmXconnect, { host, port }, options);
        if (connected !== 1) throw new ModemError("notAllowed", { detail: `no connection to ${host}:${port}` });
      }),
    watch: () => Promise.resolve(),
    send: (handle, octets) =>
      withSelected(handle, async () => {
        await line.execute(SLM_SOCKETS.slmXsendData, {}, { data: octets });
      }),
    receive: (handle) =>
      withSelected(handle, async () => {
        return (await line.execute(SLM_SOCKETS.slmXrecv, { timeout: 0, flags: DO_NOT_WAIT }))?.data;
      }),
    close: (handle, securityTag) =>
      withSelected(handle, async () => {
        await line.execute(closing(securityTag), { operation: 0 });
      }),
    closeAll: () =>
      inTurn(async () => {
        const open = await line.execute(SLM_SOCKETS.slmXsocketselectRead);
        for (const { handle, family, securityTag = NO_TAG } of open) {
          if (family === undefined) continue;
          await line.execute(SLM_SOCKETS.slmXsocketselectSet, { handle });
          await line.execute(closing(securityTag === NO_TAG ? undefined : securityTag), { operation: 0 });
        }
      }),
  };
}

function closing(securityTag: number | undefined) {
  return securityTag === undefined ? SLM_SOCKETS.slmXsocketClose : SLM_SOCKETS.slmXssocketClose;
}
