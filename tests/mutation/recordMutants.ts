/** Checks of the record layer: epochs, versions, lengths, replays, keys and nonces: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const RECORD_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/connection", "attacks/records", [
    {
      check: "data in the clear is dropped",
      text: 'if (this.#state === "connected" || type === CONTENT_TYPE.applicationData || type === CONTENT_TYPE.tls12Cid) {',
      replacement:
        "if (type === CONTENT_TYPE.applicationData) { this.#onData(fragment); return; }\n    if (type === CONTENT_TYPE.tls12Cid) {",
      name: "is never delivered in a handshake",
    },
    {
      check: "what is in the clear after the handshake is dropped",
      text: 'this.#state === "connected" || type === CONTENT_TYPE.applicationData',
      replacement: "type === CONTENT_TYPE.applicationData",
      name: "a handshake message in epoch 0 after the handshake is dropped",
    },
    {
      check: "records of other versions are dropped",
      text: "if (version !== DTLS_1_2 && !isHello)",
      replacement: "if (version === 0 && !isHello)",
      name: "are dropped once the connection is up",
    },
    {
      check: "there is no third epoch",
      text: 'else if (epoch !== 1) this.drop("epoch", view.size);',
      replacement: "",
      name: "leave the epoch where it was",
    },
    {
      check: "protected messages before Finished are refused",
      text: "else if (piece.type === MESSAGES.finished.code) this.#input?.onFinished(piece);",
      replacement: "else if (piece.type > 0) this.#input?.onFinished(piece);",
      name: "a protected certificate before Finished ends the handshake with unexpected_message",
    },
    {
      check: "a protected record of another type ends the connection",
      text: 'throw new DtlsError("protocol", `a protected record of type ',
      replacement: 'if (type < 0) throw new DtlsError("protocol", `a protected record of type ',
      name: "ends the connection when it is protected: there is no third epoch",
    },
    {
      check: "an end is told once",
      text: 'if (this.#state === "closed") return;\n    this.#state = "closed";',
      replacement: 'this.#state = "closed";',
      name: "are told once when there is none left for a close_notify",
    },
    {
      check: "numbers go on after the handshake",
      text: 'this.#completed = completed;\n    this.#state = "connected";\n    this.#input = undefined;',
      replacement:
        'this.#completed = completed;\n    this.layer.startAt(1, 0);\n    this.#state = "connected";\n    this.#input = undefined;',
      name: "the first data does not use the number of Finished again",
    },
    {
      check: "DTLS 1.0 is for hellos alone",
      text: " && this.#input?.awaitsHello === true;",
      replacement: ";",
      name: "are dropped in the handshake once the version is agreed on",
    },
    {
      check: "ChangeCipherSpec after the handshake is dropped",
      text: 'this.#state === "connected" || type === CONTENT_TYPE.applicationData',
      replacement: "type === CONTENT_TYPE.applicationData",
      name: "A3 ChangeCipherSpec, given to a client is dropped once the connection is up",
    },
  ]),
  ...mutantsOf("dtls/crypto/keySchedule", "attacks/records", [
    {
      check: "each connection has keys of its own",
      text: "const seed = Buffer.concat([serverRandom, clientRandom]);",
      replacement: "const seed = Buffer.alloc(serverRandom.length + clientRandom.length);",
      name: "records of an earlier connection mean nothing to one that resumed its session",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/records", [
    {
      check: "a Finished in the clear is dropped",
      text: "if (piece.type === MESSAGES.finished.code || (this.#isProtected && isNew))",
      replacement: "if (piece.type < 0 && isNew)",
      name: "a Finished in epoch 0 completes nothing, though its content be right",
    },
    {
      check: "a ChangeCipherSpec is one octet, and that is 1",
      text: "content.length === 1 && content[0] === CCS_BODY[0]",
      replacement: "content.length >= 0 && CCS_BODY[0] === 1",
      name: "counts only with a length and a value of 1",
    },
    {
      check: "pieces that came in the clear are forgotten at ChangeCipherSpec",
      text: "this.#reassembly.clear();",
      replacement: "",
      name: "a plain fragment under the number of Finished does not keep it out",
    },
    {
      check: "ChangeCipherSpec has its place",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "is ignored before there are keys, out of place and twice",
    },
    {
      check: "nothing new comes in the clear after ChangeCipherSpec",
      text: " || (this.#isProtected && isNew))",
      replacement: ")",
      name: "a plain fragment under the number of Finished does not keep it out",
    },
    {
      check: "no part of a Finished comes in the clear",
      text: "if (piece.type === MESSAGES.finished.code || (this.#isProtected && isNew))",
      replacement: "if (piece.type < 0 && isNew)",
      name: "fragments of one Finished in both epochs make no Finished",
    },
  ]),
  ...mutantsOf("dtls/record/recordLayer", "attacks/records", [
    {
      check: "only an authentic record is taken",
      text: 'if (opened === undefined) return "unauthentic";',
      replacement: 'if (opened === undefined) { this.#window.mark(record.sequence); return "unauthentic"; }',
      name: "leave the window where it was",
    },
    {
      check: "record numbers end before they repeat",
      text: "if (sequence >= MAX_SEQUENCE)",
      replacement: "if (sequence > MAX_SEQUENCE + 5)",
      name: "end the connection before the last one is used",
    },
  ]),
  ...mutantsOf("dtls/crypto/keySchedule", "attacks/replay", [
    {
      check: "each direction has keys of its own",
      text: "{ client: direction(0), server: direction(1) }",
      replacement: "{ client: direction(0), server: direction(0) }",
      name: "a record comes back to its sender as rubbish",
    },
  ]),
  ...mutantsOf("dtls/record/recordLayer", "attacks/replay", [
    {
      check: "a record that was seen before is not taken",
      text: 'if (!this.#window.isFresh(record.sequence)) return "replay";',
      replacement: "",
      name: "a record is delivered once",
    },
    {
      check: "each record has a number of its own",
      text: "this.#sequences[epoch] = sequence + 1;",
      replacement: "this.#sequences[epoch] = sequence + (type === 22 ? 0 : 1);",
      name: "A9 nonces are never used twice under one key, in full handshakes",
    },
    {
      check: "a record is remembered",
      text: "newest: this.#window.mark(record.sequence)",
      replacement: "newest: record.sequence > this.#window.newest",
      name: "the Finished of the handshake is not taken again",
    },
    {
      check: "a record that is not authentic is not remembered",
      text: 'if (opened === undefined) return "unauthentic";',
      replacement: 'if (opened === undefined) { this.#window.mark(record.sequence); return "unauthentic"; }',
      name: "a changed copy does not use up the number of the record that it copies",
    },
  ]),
  ...mutantsOf("dtls/record/recordProtection", "attacks/replay", [
    {
      check: "a nonce is made of epoch and number",
      text: "writeSequence(nonce, 0, epoch, sequence);",
      replacement: "",
      name: "A9 nonces are never used twice under one key, in full handshakes",
    },
  ]),
  ...mutantsOf("dtls/record/replayWindow", "attacks/replay", [
    {
      check: "what lies left of the window counts as seen",
      text: "if (age >= WIDTH) return false;",
      replacement: "if (age >= WIDTH) return true;",
      name: "a record that is 64 older than the newest is replay",
    },
    {
      check: "a shift keeps what crosses the middle of the window",
      text: "(this.#low >>> (HALF - by))",
      replacement: "0",
      name: "takes and refuses as one that remembers everything",
    },
    {
      check: "an exported window is the window",
      text: "window.#high = high | 0;",
      replacement: "",
      name: "takes and refuses as one that remembers everything",
    },
    {
      check: "a jump forward is legal",
      text: "if (age < 0) return true;",
      replacement: "if (age < 0) return age >= -64;",
      name: "a jump forward by 65 is legal",
    },
    {
      check: "the window is 64 wide",
      text: "const WIDTH = 64;",
      replacement: "const WIDTH = 63;",
      name: "a record that is 63 older than the newest",
    },
    {
      check: "the Finished is in the window",
      text: "if (age < HALF) this.#low |= 1 << age;",
      replacement: "if (age < 0) this.#low |= 1 << age;",
      name: "takes and refuses as one that remembers everything",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/tampering", [
    {
      check: "a content is no longer than was agreed on",
      text: "if (content.length > this.#maxFragment) {",
      replacement: "if (content.length < 0) {",
      name: "16385 end the connection with record_overflow",
    },
    {
      check: "a record is of an epoch that there is",
      text: 'else if (epoch !== 1) this.drop("epoch", view.size);',
      replacement: "",
      name: "is dropped when it says of itself that it is of another type, version, epoch or number",
    },
    {
      check: "an authentic alert can be read",
      text: 'if (received === undefined) throw new DtlsError("protocol", "an alert that cannot be read", "decode_error");',
      replacement: "if (received === undefined) return;",
      name: "an alert of an unknown level, authentic, ends the connection with decode_error",
    },
    {
      check: "an authentic handshake record has octets",
      text: 'if (reader.remaining === 0) throw new DtlsError("protocol", "an empty handshake record", "decode_error");',
      replacement: "",
      name: "an empty handshake record, authentic, ends the connection with decode_error",
    },
    {
      check: "what cannot be told apart ends a datagram",
      text: 'this.drop("malformed", datagram.length - at);\n        return;',
      replacement: "at++;\n        continue;",
      name: "what follows a good record is dropped, and the good one is delivered",
    },
  ]),
  ...mutantsOf("dtls/crypto/aead", "attacks/tampering", [
    {
      check: "the tag is verified",
      text: "decipher.final();",
      replacement: "",
      name: "TLS_PSK_WITH_AES_128_GCM_SHA256 (Connection ID: false), given to a client is dropped, whichever bit of it is another",
    },
  ]),
  ...mutantsOf("dtls/crypto/ccm", "attacks/tampering", [
    {
      check: "the tag of CCM is verified",
      text: "return authentic ? blocks.subarray(contentAt, contentAt + length) : undefined;",
      replacement: "return authentic || true ? blocks.subarray(contentAt, contentAt + length) : undefined;",
      name: "TLS_PSK_WITH_AES_128_CCM_8 (Connection ID: false), given to a client is dropped, whichever bit of it is another",
    },
    {
      check: "the tag of CCM is verified for nothing too",
      text: "return authentic ? blocks.subarray(contentAt, contentAt + length) : undefined;",
      replacement: "return authentic || length === 0 ? blocks.subarray(contentAt, contentAt + length) : undefined;",
      name: "TLS_PSK_WITH_AES_128_CCM_8 that holds nothing, given to a client an empty record with a wrong tag is dropped",
    },
    {
      check: "the associated data are in the MAC",
      text: "blocks.set(aad, BLOCK + 2);",
      replacement: "",
      name: "TLS_PSK_WITH_AES_128_CCM_8 (Connection ID: false), given to a client is dropped when it says of itself that it is of another type, version, epoch or number",
    },
  ]),
  ...mutantsOf("dtls/crypto/ccm", "crypto/aead", [
    {
      check: "each MAC begins from zeros",
      text: "blocks[at]! ^= this.#last[at]!;",
      replacement: "blocks[at]! ^= 0;",
      name: "seals and opens the same, one record after the other, forged ones among them",
    },
    {
      check: "what encrypts the tag stays here",
      text: "      blocks[at] = 0;\n",
      replacement: "",
      name: "gives a content in memory that holds nothing of what encrypts",
    },
  ]),
  ...mutantsOf("dtls/crypto/cbc", "attacks/tampering", [
    {
      check: "the MAC of a ciphertext is verified",
      text: "if (!timingSafeEqual(this.#mac(aad, covered), fragment.subarray(covered.length))) return undefined;",
      replacement: "this.#mac(aad, covered);",
      name: "A7 a changed record of TLS_PSK_WITH_AES_128_CBC_SHA256 (Connection ID: false), given to a client is dropped, whichever bit of it is another",
    },
    {
      check: "a CBC fragment has room for IV, MAC and padding",
      text: "fragment.length < MIN_FRAGMENT || ",
      replacement: "",
      name: "A7 a changed record of TLS_PSK_WITH_AES_128_CBC_SHA256 (Connection ID: false), given to a client is dropped, wherever it is cut, its length told truly",
    },
  ]),
  ...mutantsOf("dtls/crypto/cipher", "attacks/tampering", [
    {
      check: "a record too short for nonce and tag is not opened",
      text: "if (fragment.length < this.overhead) return undefined;",
      replacement: "",
      name: "TLS_PSK_WITH_AES_128_CCM_8 (Connection ID: false), given to a client is dropped, wherever it is cut, its length told truly",
    },
  ]),
  ...mutantsOf("dtls/messages/alert", "attacks/tampering", [
    {
      check: "an alert has two octets",
      text: "content.length !== 2 || ",
      replacement: "",
      name: "an alert of three octets, authentic, ends the connection with decode_error",
    },
    {
      check: "an alert has a level that there is",
      text: "if (level !== LEVELS.warning && level !== LEVELS.fatal) return undefined;",
      replacement: "",
      name: "an alert of an unknown level, authentic, ends the connection with decode_error",
    },
  ]),
  ...mutantsOf("dtls/record/record", "attacks/tampering", [
    {
      check: "a record ends in its datagram",
      text: " || start + length > datagram.length)",
      replacement: ")",
      name: "a length beyond the datagram, and a header that is cut, are dropped",
    },
    {
      check: "a record is of a known type",
      text: " || !KNOWN_TYPES.has(type))",
      replacement: ")",
      name: "an unknown content type is dropped",
    },
    {
      check: "a fragment is no longer than one can be",
      text: "length > MAX_FRAGMENT || ",
      replacement: "",
      name: "a fragment longer than any can be is dropped before it is opened",
    },
  ]),
  ...mutantsOf("dtls/record/recordProtection", "attacks/tampering", [
    {
      check: "the type of a record is authenticated",
      text: "aad[8] = type;",
      replacement: "aad[8] = type & 0;",
      name: "(Connection ID: false), given to a client is dropped, whichever bit of it is another",
    },
    {
      check: "epoch and number of a record are authenticated",
      text: "const aad = new Uint8Array(CLASSIC_AAD_OCTETS);\n  writeSequence(aad, 0, epoch, sequence);",
      replacement: "const aad = new Uint8Array(CLASSIC_AAD_OCTETS);\n  void epoch, sequence;",
      name: "(Connection ID: false), given to a client is dropped, whichever bit of it is another",
    },
    {
      check: "epoch and number behind a Connection ID are authenticated",
      text: "writeSequence(aad, 13, epoch, sequence);",
      replacement: "void epoch, sequence;",
      name: "(Connection ID: true), given to a client is dropped, whichever bit of it is another",
    },
  ]),
  ...mutantsOf("dtls/crypto/cbc", "crypto/cbc", [
    {
      check: "a CBC fragment has whole blocks",
      text: "fragment.length < MIN_FRAGMENT || fragment.length % BLOCK !== 0",
      replacement: "fragment.length < MIN_FRAGMENT",
      name: "MAC then encrypt refuses what is no whole number of blocks, or too short for a MAC",
    },
    {
      check: "the MAC in a plaintext is verified",
      text: "return Number(authentic) & Number(valid) ? ",
      replacement: "return Number(valid) && authentic !== undefined ? ",
      name: "MAC then encrypt refuses a wrong first octet of the MAC with the same answer as any other",
    },
    {
      check: "a padding is right",
      text: "return Number(authentic) & Number(valid) ? ",
      replacement: "return authentic ? ",
      name: "MAC then encrypt refuses a padding of one octet that tells another length",
    },
  ]),
];
