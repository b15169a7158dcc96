/**
 * A recording as a capture that Wireshark opens (pcapng, draft-ietf-opsawg-pcapng). Datagrams of a raw capture are there
 * as they were, with the keys that decrypt them; every CoAP message and AT line as the library understood it.
 */
import type { TraceRecord } from "../../../ports/trace.ts";
import { tell } from "../tell.ts";
import { parseAddress, type SocketAddress } from "./address.ts";
import { ByteWriter, fromHex, utf8 } from "./byteWriter.ts";
import { coapPacket } from "./coapPacket.ts";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const DECRYPTION_SECRETS = 0x0000000a;
const BYTE_ORDER = 0x1a2b3c4d;
/** `TLSK`: lines of a key log, for DTLS as well. */
const TLS_KEY_LOG = 0x544c534b;
/** Each packet begins with its IP header. */
const LINKTYPE_RAW = 101;
/** Each packet begins with tags that say what it is and between whom. */
const LINKTYPE_UPPER_PDU = 252;
const WIRE = 0;
const UNDERSTOOD = 1;

const OPTION_COMMENT = 1;
const OPTION_NAME = 2;
const OPTION_FLAGS = 2;
const OPTION_APPLICATION = 4;

const TAG_DISSECTOR = 12;
const TAG_PORT_TYPE = 24;
const PORT_TYPE_UDP = 3;
/** `user`, `informational` (RFC 5424 §6.2.1): lines that a dissector shows as they are. */
const SYSLOG_PRIORITY = "<14>";
const TAGS = {
  4: { source: 20, destination: 21 },
  16: { source: 22, destination: 23 },
} as const;

export interface PcapngOptions {
  /** Default: all records. */
  readonly device?: string;
}

/** Times of day are those of the run, or begin at 1970 where it does not tell any. */
export function exportPcapng(records: Iterable<TraceRecord>, options: PcapngOptions = {}): Uint8Array {
  const chosen = [...records].filter(({ device }) => options.device === undefined || device === options.device);
  const writer = new ByteWriter("little");
  const title = utf8("lwm2m-carrier inspector");
  // Of unknown length: readers go on to the end.
  block(writer, SECTION_HEADER, (body) =>
    option(body.u32(BYTE_ORDER).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff), OPTION_APPLICATION, title).u32(0),
  );
  interfaceBlock(writer, LINKTYPE_RAW, "wire");
  interfaceBlock(writer, LINKTYPE_UPPER_PDU, "understood");
  const keys = chosen.filter(({ kind }) => kind === "keyLog").map(({ line }) => `${String(line)}\n`);
  if (keys.length > 0) secretsBlock(writer, utf8(keys.join("")));
  const wallAtZero = new Map<string, number>();
  for (const record of chosen) {
    if (record.kind === "run" && typeof record.wall === "number" && record.wall > 0)
      wallAtZero.set(record.device, record.wall - record.time);
    const packet = packetOf(record);
    if (packet !== undefined) packetBlock(writer, record, packet, wallAtZero.get(record.device) ?? 0);
  }
  return writer.done();
}

interface Packet {
  readonly on: typeof WIRE | typeof UNDERSTOOD;
  readonly bytes: Uint8Array;
}

function packetOf(record: TraceRecord): Packet | undefined {
  switch (record.kind) {
    case "packet":
      return { on: WIRE, bytes: datagram(record) };
    case "coap": {
      const bytes = coapPacket(record);
      return bytes && { on: UNDERSTOOD, bytes: upperPdu("coap", bytes, endsOf(record)) };
    }
    case "at":
      return { on: UNDERSTOOD, bytes: upperPdu("at", utf8(`${String(record.line)}\r\n`)) };
    case "dtls":
    case "http":
    case "event":
    case "modem":
      return { on: UNDERSTOOD, bytes: upperPdu("syslog", utf8(`${SYSLOG_PRIORITY}${record.kind}: ${tell(record)}`)) };
    default:
      return undefined;
  }
}

interface Ends {
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
}

/** Records tell the other side alone; this one gets the same kind of address, and port 0. */
function endsOf({ direction, remote, local }: TraceRecord): Ends {
  const peer = parseAddress(String(remote));
  const own = typeof local === "string" ? parseAddress(local) : { ip: new Uint8Array(peer.ip.length), port: 0 };
  return direction === "in" ? { source: peer, destination: own } : { source: own, destination: peer };
}

function upperPdu(dissector: string, bytes: Uint8Array, ends?: Ends): Uint8Array {
  const writer = new ByteWriter("big");
  const tag = (type: number, value: Uint8Array) => writer.u16(type).u16(value.length).bytes(value).pad();
  const number = (value: number) => new ByteWriter("big").u32(value).done();
  const name = utf8(dissector);
  // Names are padded within their length.
  const padded = new Uint8Array(Math.ceil(name.length / 4) * 4);
  padded.set(name);
  tag(TAG_DISSECTOR, padded);
  if (ends !== undefined) {
    const { source, destination } = TAGS[ends.source.ip.length === 16 ? 16 : 4];
    tag(source, ends.source.ip);
    tag(destination, ends.destination.ip);
    tag(TAG_PORT_TYPE, number(PORT_TYPE_UDP));
    tag(TAG_PORT_TYPE + 1, number(ends.source.port));
    tag(TAG_PORT_TYPE + 2, number(ends.destination.port));
  }
  return writer.u16(0).u16(0).bytes(bytes).done();
}

const PROTOCOL_UDP = 17;
const UDP_OCTETS = 8;
const HOPS = 64;

/** The datagram with headers for IP and UDP. Their checksums are left out; readers take those for offloaded. */
function datagram(record: TraceRecord): Uint8Array {
  const { source, destination } = endsOf(record);
  const payload = fromHex(String(record.hex));
  const length = UDP_OCTETS + payload.length;
  const writer = new ByteWriter("big");
  if (source.ip.length === 4) {
    writer
      .u8(0x45)
      .u8(0)
      .u16(20 + length)
      .u32(0)
      .u8(HOPS)
      .u8(PROTOCOL_UDP)
      .u16(0);
  } else {
    writer.u32(0x60000000).u16(length).u8(PROTOCOL_UDP).u8(HOPS);
  }
  writer.bytes(source.ip).bytes(destination.ip);
  return writer.u16(source.port).u16(destination.port).u16(length).u16(0).bytes(payload).done();
}

function interfaceBlock(writer: ByteWriter, linkType: number, name: string): void {
  block(writer, INTERFACE, (body) => option(body.u16(linkType).u16(0).u32(0), OPTION_NAME, utf8(name)).u32(0));
}

function secretsBlock(writer: ByteWriter, keys: Uint8Array): void {
  block(writer, DECRYPTION_SECRETS, (body) => body.u32(TLS_KEY_LOG).u32(keys.length).bytes(keys).pad());
}

function packetBlock(writer: ByteWriter, record: TraceRecord, { on, bytes }: Packet, wallAtZero: number): void {
  const microseconds = Math.max(0, Math.round((wallAtZero + record.time) * 1000));
  block(writer, ENHANCED_PACKET, (body) => {
    body
      .u32(on)
      .u32(Math.floor(microseconds / 2 ** 32))
      .u32(microseconds % 2 ** 32);
    body.u32(bytes.length).u32(bytes.length).bytes(bytes).pad();
    option(body, OPTION_COMMENT, utf8(commentOf(record)));
    const flags = new ByteWriter("little").u32(record.direction === "in" || record.from === "modem" ? 1 : 2).done();
    return option(body, OPTION_FLAGS, flags).u32(0);
  });
}

function commentOf(record: TraceRecord): string {
  const cause = record.cause === undefined ? "" : `, because of record ${record.cause}`;
  return `record ${record.seq} of ${record.device}${cause}: ${tell(record)}`;
}

/** Type, length, body, length. */
function block(writer: ByteWriter, type: number, write: (body: ByteWriter) => ByteWriter): void {
  const body = write(new ByteWriter("little")).pad().done();
  const length = 12 + body.length;
  writer.u32(type).u32(length).bytes(body).u32(length);
}

function option(writer: ByteWriter, code: number, value: Uint8Array): ByteWriter {
  return writer.u16(code).u16(value.length).bytes(value.subarray(0, 0xffff)).pad();
}
