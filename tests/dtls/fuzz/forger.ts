/** Somebody who has the keys of a connection, by the key log, and protects what its peer would never send. */
import { createSecretKey } from "node:crypto";
import { ByteReader, fromHex } from "../../../services/dtls/bytes.ts";
import { createRecordCipher, type RecordCipher } from "../../../services/dtls/crypto/cipher.ts";
import { deriveKeys } from "../../../services/dtls/crypto/keySchedule.ts";
import { readFragment } from "../../../services/dtls/handshake/handshakeMessage.ts";
import { type ClientHello, decodeClientHello } from "../../../services/dtls/messages/clientHello.ts";
import { decodeConnectionId, EXTENSION } from "../../../services/dtls/messages/extensions.ts";
import { MESSAGES } from "../../../services/dtls/messages/messageType.ts";
import { decodeServerHello, type ServerHello } from "../../../services/dtls/messages/serverHello.ts";
import { HEADER_OCTETS } from "../../../services/dtls/record/record.ts";
import { protect } from "../../../services/dtls/record/recordProtection.ts";
import { type SuiteName, suiteOfName } from "../../../services/dtls/suites.ts";
import { isPlainHandshake, recordsOf } from "./records.ts";

/** Far ahead of what the peer itself has come to. */
const FIRST_SEQUENCE = 1_000;

export interface Overheard {
  readonly suite: SuiteName;
  /** Whose records are forged. */
  readonly as: "client" | "server";
  /** Of the key log. */
  readonly line: string;
  readonly toClient: readonly Uint8Array[];
  readonly toServer: readonly Uint8Array[];
}

export class Forger {
  readonly #cipher: RecordCipher;
  readonly #connectionId: Uint8Array | undefined;
  #sequence = FIRST_SEQUENCE;

  private constructor({ suite: name, as, line }: Overheard, clientHello: ClientHello, serverHello: ServerHello) {
    const [, clientRandom = "", master = ""] = line.split(" ");
    const suite = suiteOfName(name)!;
    const keys = deriveKeys(suite, createSecretKey(fromHex(master)), fromHex(clientRandom), serverHello.random);
    this.#cipher = createRecordCipher(suite, keys[as], {
      encryptThenMac: serverHello.extensions.has(EXTENSION.encryptThenMac),
    });
    const { extensions } = as === "client" ? serverHello : clientHello;
    const id = serverHello.extensions.has(EXTENSION.connectionId) ? extensions.get(EXTENSION.connectionId) : undefined;
    this.#connectionId = id && decodeConnectionId(id);
  }

  /** Undefined as long as one of the hellos was not sent. */
  static of(overheard: Overheard): Forger | undefined {
    const clientHello = helloIn(overheard.toServer, MESSAGES.clientHello.code);
    const serverHello = helloIn(overheard.toClient, MESSAGES.serverHello.code);
    if (clientHello === undefined || serverHello === undefined) return undefined;
    return new Forger(overheard, decodeClientHello(clientHello), decodeServerHello(serverHello));
  }

  seal(type: number, content: Uint8Array): Uint8Array {
    return protect(this.#cipher, { type, epoch: 1, sequence: this.#sequence++, content }, this.#connectionId);
  }
}

/** The body of the last such message that came in one piece. */
function helloIn(datagrams: readonly Uint8Array[], code: number): Uint8Array | undefined {
  const found = datagrams
    .flatMap((datagram) => recordsOf(datagram, 0))
    .filter((record) => isPlainHandshake(record) && record[HEADER_OCTETS] === code)
    .at(-1);
  return found && readFragment(new ByteReader(found.subarray(HEADER_OCTETS))).bytes;
}
