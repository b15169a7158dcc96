/**
 * One who has the keys of a connection, from its key log and what went over the line, and makes records with them by
 * its own reading of RFC 5246 §6.2.3 and RFC 9146 §5: authentic ones, with any field wrong.
 */
import { createSecretKey } from "node:crypto";
import { concat } from "../../../../services/dtls/bytes.ts";
import { createRecordCipher, type RecordCipher } from "../../../../services/dtls/crypto/cipher.ts";
import { deriveKeys } from "../../../../services/dtls/crypto/keySchedule.ts";
import { decodeClientHello } from "../../../../services/dtls/messages/clientHello.ts";
import { decodeConnectionId, EXTENSION } from "../../../../services/dtls/messages/extensions.ts";
import { decodeServerHello } from "../../../../services/dtls/messages/serverHello.ts";
import { suiteOfId } from "../../../../services/dtls/suites.ts";
import type { Role } from "../../../../services/dtls/types.ts";
import type { Pair } from "./pair.ts";
import { CONTENT_TYPE, DTLS_1_2, fragmentOf, number48, record, records } from "./wire.ts";

export interface Forged {
  readonly content: Uint8Array;
  /** 23 by default. */
  readonly type?: number;
  readonly version?: number;
  readonly epoch?: number;
  readonly sequence: number;
  /** What the header says in place of what is authenticated. */
  readonly header?: {
    readonly type?: number;
    readonly version?: number;
    readonly epoch?: number;
    readonly sequence?: number;
  };
  /** In place of the one that the receiver wants; undefined in an own property makes a classic record. */
  readonly connectionId?: Uint8Array | undefined;
  /** In place of content and type: the whole inner plaintext of RFC 9146 §4. */
  readonly inner?: Uint8Array;
}

/** Header and verify_data. */
const FINISHED_OCTETS = 24;

export class Attacker {
  readonly #ciphers: Record<Role, RecordCipher>;
  /** What each side wants to receive; absent: not negotiated, or empty. */
  readonly connectionIds: Partial<Record<Role, Uint8Array>>;

  constructor({ history, keyLog }: Pair) {
    // The last of each: a hello may have been sent again.
    const helloOf = (role: Role, type: number) => {
      const sent = history.filter(({ from, bytes }) => from === role && bytes[0] === CONTENT_TYPE.handshake);
      return fragmentOf(records(sent.findLast(({ bytes }) => bytes[13] === type)!.bytes)[0]!).bytes;
    };
    const serverHello = decodeServerHello(helloOf("server", 2));
    const clientHello = decodeClientHello(helloOf("client", 1));
    const master = createSecretKey(Buffer.from(keyLog.at(-1)!.split(" ")[2]!, "hex"));
    const suite = suiteOfId(serverHello.suite)!;
    const keys = deriveKeys(suite, master, clientHello.random, serverHello.random);
    const options = { encryptThenMac: serverHello.extensions.has(EXTENSION.encryptThenMac) };
    this.#ciphers = {
      client: createRecordCipher(suite, keys.client, options),
      server: createRecordCipher(suite, keys.server, options),
    };
    const idOf = (content: Uint8Array | undefined) => content && decodeConnectionId(content);
    const client = idOf(clientHello.extensions.get(EXTENSION.connectionId));
    const server = idOf(serverHello.extensions.get(EXTENSION.connectionId));
    const negotiated = client !== undefined && server !== undefined;
    this.connectionIds = {
      ...(negotiated && client.length > 0 && { client }),
      ...(negotiated && server.length > 0 && { server }),
    };
  }

  /** A record in the name of `from`. */
  seal(from: Role, forged: Forged): Uint8Array {
    const { type = CONTENT_TYPE.applicationData, version = DTLS_1_2, epoch = 1, sequence, content } = forged;
    const target = from === "client" ? "server" : "client";
    const connectionId = "connectionId" in forged ? forged.connectionId : this.connectionIds[target];
    const number = concat([Uint8Array.of(epoch >> 8, epoch), number48(sequence)]);
    const cipher = this.#ciphers[from];
    if (connectionId === undefined) {
      const aad = concat([number, Uint8Array.of(type, version >> 8, version, 0, 0)]);
      const fragment = cipher.seal(number, aad, content);
      return record({ type, version, epoch, sequence, ...forged.header, fragment });
    }
    const inner = forged.inner ?? concat([content, Uint8Array.of(type)]);
    const fragment = cipher.seal(number, this.#cidAad(connectionId, version, number), inner);
    const header = { type: CONTENT_TYPE.tls12Cid, version, epoch, sequence, connectionId };
    return record({ ...header, ...forged.header, fragment });
  }

  /** Content of a genuine record, its type last when it carries a Connection ID. */
  open(from: Role, datagram: Uint8Array): Uint8Array {
    const connectionId = this.connectionIds[from === "client" ? "server" : "client"];
    const [{ type, epoch, sequence, fragment } = { type: 0, epoch: 0, sequence: 0, fragment: datagram }] = records(
      datagram,
      connectionId?.length,
    );
    const number = concat([Uint8Array.of(epoch >> 8, epoch), number48(sequence)]);
    const aad =
      connectionId === undefined
        ? concat([number, Uint8Array.of(type, DTLS_1_2 >> 8, DTLS_1_2 & 0xff, 0, 0)])
        : this.#cidAad(connectionId, DTLS_1_2, number);
    const content = this.#ciphers[from].open(aad, fragment);
    if (content === undefined) throw new Error("the attacker cannot read the record");
    return content;
  }

  /** The Finished with which `from` completed its side, as the content of a record. */
  finished({ history }: Pair, from: Role): Uint8Array {
    const cidLength = this.connectionIds[from === "client" ? "server" : "client"]?.length ?? 0;
    const protectedRecords = history
      .filter((sent) => sent.from === from)
      .flatMap(({ bytes }) => records(bytes, cidLength))
      .filter(({ epoch }) => epoch === 1);
    return this.open(from, protectedRecords[0]!.bytes).subarray(0, FINISHED_OCTETS);
  }

  /** RFC 9146 §5.3. */
  #cidAad(connectionId: Uint8Array, version: number, number: Uint8Array): Uint8Array {
    return concat([
      new Uint8Array(8).fill(0xff),
      Uint8Array.of(25, connectionId.length, 25, version >> 8, version),
      number,
      connectionId,
      Uint8Array.of(0, 0),
    ]);
  }
}

/** Number of the newest protected record of one end. */
export function newestSequence({ history }: Pair, from: Role, cidLength = 0): number {
  const numbers = history
    .filter((sent) => sent.from === from)
    .flatMap(({ bytes }) => records(bytes, cidLength))
    .flatMap(({ epoch, sequence }) => (epoch === 1 ? [sequence] : []));
  return Math.max(-1, ...numbers);
}
