/** A capture file (the classic pcap format) of UDP datagrams between two ports of this machine. */

const MAGIC = 0xa1b2c3d4;
const SNAP_LENGTH = 65_535;
/** Each packet begins with its IP header. */
const LINKTYPE_RAW = 101;
const IP_OCTETS = 20;
const UDP_OCTETS = 8;
const PROTOCOL_UDP = 17;
const LOCALHOST = [127, 0, 0, 1];

export interface CapturedDatagram {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

export function encodePcap(datagrams: readonly CapturedDatagram[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAP_LENGTH, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return Buffer.concat([header, ...datagrams.flatMap(packet)]);
}

/** Checksums are left out: UDP over IPv4 allows it, and readers take those of IP for offloaded. */
function packet({ from, to, bytes }: CapturedDatagram, index: number): readonly Uint8Array[] {
  const length = IP_OCTETS + UDP_OCTETS + bytes.length;
  const record = Buffer.alloc(16);
  record.writeUInt32LE(index, 0);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  const ip = Buffer.alloc(IP_OCTETS);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(length, 2);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(PROTOCOL_UDP, 9);
  ip.set(LOCALHOST, 12);
  ip.set(LOCALHOST, 16);
  const udp = Buffer.alloc(UDP_OCTETS);
  udp.writeUInt16BE(from, 0);
  udp.writeUInt16BE(to, 2);
  udp.writeUInt16BE(UDP_OCTETS + bytes.length, 4);
  return [record, ip, udp, bytes];
}
