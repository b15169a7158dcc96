/**
 * What outlives a connection: a session to resume (RFC 5246 §7.3), or a whole connection that goes on elsewhere. Both
 * are SECRET octets, JSON inside, for the store's secret files alone.
 */
import { createHash, createSecretKey, type KeyObject } from "node:crypto";
import { fromHex, toHex } from "./bytes.ts";
import { DtlsError } from "./errors.ts";
import { MAX_PLAINTEXT, MAX_SEQUENCE } from "./record/record.ts";
import type { ResolvedClient } from "./resolveOptions.ts";
import { type Suite, suiteOfName } from "./suites.ts";
import type { Peer } from "./types.ts";

/** What both sides of an abbreviated handshake have to remember. */
export interface Session {
  /** 1 to 32 octets. */
  readonly id: Uint8Array;
  readonly suite: Suite;
  readonly master: KeyObject;
  readonly extendedMasterSecret: boolean;
  readonly serverName: string | undefined;
  readonly peer: Peer;
}

/** A client's connection in the middle of its life. */
export interface LiveConnection {
  readonly session: Omit<Session, "id"> & { readonly id: Uint8Array | undefined };
  /** `exportDirectionKeys` of what is written with, and read with. */
  readonly writeKeys: Uint8Array;
  readonly readKeys: Uint8Array;
  readonly encryptThenMac: boolean;
  readonly nextSequence: number;
  readonly window: readonly [number, number, number];
  readonly ownConnectionId: Uint8Array | undefined;
  readonly peerConnectionId: Uint8Array | undefined;
  readonly maxFragmentLength: number;
}

const SESSION_FORMAT = "lwm2m-carrier dtls session 1";
const LIVE_FORMAT = "lwm2m-carrier dtls connection 1";
const MAX_OCTETS = 65_536;
/** One of the two halves of a replay window. */
const MAX_WORD = 0xffff_ffff;

/** By what a session is bound: with another credential or other trust it is not offered again. */
export function bindingOf({
  psk,
  serverName,
  trust,
  peerPublicKeys,
  certificate,
  rawPublicKey,
}: ResolvedClient): string {
  const hash = createHash("sha256");
  const add = (bytes: Uint8Array | string | undefined) => {
    const part = typeof bytes === "string" ? Buffer.from(bytes) : (bytes ?? new Uint8Array(0));
    hash.update(`${bytes === undefined ? "-" : part.length}:`).update(part);
  };
  add(psk?.identity);
  add(psk && createHash("sha256").update(psk.key.export()).digest());
  add(serverName);
  for (const anchor of trust?.anchors ?? []) add(anchor);
  if (trust?.pin !== undefined) add(`${trust.pin.usage}/${trust.pin.matching}/${toHex(trust.pin.data)}`);
  for (const key of peerPublicKeys ?? []) add(key);
  add(certificate?.chain[0]);
  add(rawPublicKey?.publicKey);
  return hash.digest("hex");
}

export function encodeSession(session: Session, binding: string): Uint8Array {
  return encode({ format: SESSION_FORMAT, binding, id: toHex(session.id), ...sessionFields(session) });
}

/** Undefined for a session of other credentials. Throws `DtlsError` `option` for octets that are no session. */
export function decodeSession(bytes: Uint8Array, binding: string): Session | undefined {
  const fields = decode(bytes, SESSION_FORMAT, "resume");
  if (fields.text("binding") !== binding) return undefined;
  return { id: fields.octets("id", 1, 32), ...readSession(fields) };
}

export function encodeLive(live: LiveConnection, binding: string): Uint8Array {
  const { session, window, nextSequence, encryptThenMac, maxFragmentLength } = live;
  return encode({
    format: LIVE_FORMAT,
    binding,
    ...(session.id !== undefined && { id: toHex(session.id) }),
    ...sessionFields(session),
    writeKeys: toHex(live.writeKeys),
    readKeys: toHex(live.readKeys),
    encryptThenMac,
    nextSequence,
    window,
    maxFragmentLength,
    ...(live.ownConnectionId && { ownConnectionId: toHex(live.ownConnectionId) }),
    ...(live.peerConnectionId && { peerConnectionId: toHex(live.peerConnectionId) }),
  });
}

/** Throws `DtlsError` `option` for octets that are no connection, or one of other credentials. */
export function decodeLive(bytes: Uint8Array, binding: string): LiveConnection {
  const fields = decode(bytes, LIVE_FORMAT, "import");
  if (fields.text("binding") !== binding) throw unusable("import", "belongs to other credentials");
  return {
    session: { id: fields.has("id") ? fields.octets("id", 1, 32) : undefined, ...readSession(fields) },
    writeKeys: fields.octets("writeKeys", 1, 128),
    readKeys: fields.octets("readKeys", 1, 128),
    encryptThenMac: fields.flag("encryptThenMac"),
    nextSequence: fields.whole("nextSequence", 0, MAX_SEQUENCE),
    window: fields.window("window"),
    ownConnectionId: fields.has("ownConnectionId") ? fields.octets("ownConnectionId", 0, 255) : undefined,
    peerConnectionId: fields.has("peerConnectionId") ? fields.octets("peerConnectionId", 0, 255) : undefined,
    maxFragmentLength: fields.whole("maxFragmentLength", 1, MAX_PLAINTEXT),
  };
}

function sessionFields({ suite, master, extendedMasterSecret, serverName, peer }: Omit<Session, "id">) {
  return {
    suite: suite.name,
    master: master.export().toString("hex"),
    extendedMasterSecret,
    ...(serverName !== undefined && { serverName }),
    peer: peerFields(peer),
  };
}

function readSession(fields: Fields): Omit<Session, "id"> {
  const suite = suiteOfName(fields.text("suite")) ?? fields.fail("suite");
  return {
    suite,
    master: createSecretKey(fields.octets("master", 48, 48)),
    extendedMasterSecret: fields.flag("extendedMasterSecret"),
    serverName: fields.has("serverName") ? fields.text("serverName") : undefined,
    peer: readPeer(fields.inner("peer")),
  };
}

function peerFields(peer: Peer): object {
  switch (peer.kind) {
    case "psk":
      return { kind: peer.kind, identity: toHex(peer.identity) };
    case "rawPublicKey":
      return { kind: peer.kind, publicKey: toHex(peer.publicKey), fingerprint: peer.fingerprint };
    case "certificate":
      return { ...peer, certificate: toHex(peer.certificate) };
    default:
      return peer;
  }
}

function readPeer(fields: Fields): Peer {
  const kind = fields.text("kind");
  switch (kind) {
    case "none":
      return { kind };
    case "psk":
      return { kind, identity: fields.octets("identity", 0, 128) };
    case "rawPublicKey":
      return { kind, publicKey: fields.octets("publicKey", 1, 256), fingerprint: fields.text("fingerprint") };
    case "certificate":
      return {
        kind,
        certificate: fields.octets("certificate", 1, 16_384),
        subject: fields.text("subject"),
        fingerprint: fields.text("fingerprint"),
      };
    default:
      return fields.fail("kind");
  }
}

function encode(fields: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(fields));
}

function decode(bytes: Uint8Array, format: string, option: string): Fields {
  let value: unknown;
  try {
    if (bytes.length <= MAX_OCTETS) value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // What stood there is secret: the error does not repeat it.
  }
  const fields = new Fields(value, option);
  if (fields.text("format") !== format) throw unusable(option, "is of another version");
  return fields;
}

function unusable(option: string, reason: string): DtlsError {
  return new DtlsError("option", `${option}: what was stored ${reason}`);
}

/** Members of a JSON object, checked one by one. */
class Fields {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #option: string;

  constructor(value: unknown, option: string) {
    this.#option = option;
    if (typeof value !== "object" || value === null) throw unusable(option, "is no session of this stack");
    this.#members = value as Record<string, unknown>;
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#members[name];
    return typeof value === "string" ? value : this.fail(name);
  }

  flag(name: string): boolean {
    const value = this.#members[name];
    return typeof value === "boolean" ? value : this.fail(name);
  }

  whole(name: string, min: number, max: number): number {
    const value = this.#members[name];
    return isWhole(value, min, max) ? value : this.fail(name);
  }

  octets(name: string, min: number, max: number): Uint8Array {
    const text = this.text(name);
    if (!/^([0-9a-f]{2})*$/.test(text) || text.length < 2 * min || text.length > 2 * max) this.fail(name);
    return fromHex(text);
  }

  window(name: string): readonly [number, number, number] {
    const value = this.#members[name];
    if (!Array.isArray(value) || value.length !== 3) return this.fail(name);
    const [newest, low, high] = value as unknown[];
    const good = isWhole(newest, -1, MAX_SEQUENCE) && isWhole(low, 0, MAX_WORD) && isWhole(high, 0, MAX_WORD);
    return good ? [newest, low, high] : this.fail(name);
  }

  inner(name: string): Fields {
    return new Fields(this.#members[name], this.#option);
  }

  fail(name: string): never {
    throw unusable(this.#option, `has no usable ${name}`);
  }
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
