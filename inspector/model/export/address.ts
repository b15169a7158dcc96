/** `address:port` as records write it, `[address]:port` for IPv6. */

export interface SocketAddress {
  /** 4 octets or 16. */
  readonly ip: Uint8Array;
  readonly port: number;
}

/** Of a host name, which has no octets of its own, 0.0.0.0. */
export function parseAddress(text: string): SocketAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|(.*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  return { ip: ipv4(host) ?? ipv6(host) ?? new Uint8Array(4), port: Number(port ?? 0) & 0xffff };
}

function ipv4(host: string): Uint8Array | undefined {
  const parts = host.split(".").map(Number);
  const isAddress = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return isAddress ? Uint8Array.from(parts) : undefined;
}

function ipv6(host: string): Uint8Array | undefined {
  const [address = ""] = host.split("%");
  if (!/^[0-9a-f:.]*$/i.test(address) || !address.includes(":")) return undefined;
  const [left = "", right, ...more] = address.split("::");
  if (more.length > 0) return undefined;
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const missing = 8 - head.length - tail.length;
  if (missing < 0 || (right === undefined && missing > 0)) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    const dotted = ipv4(group);
    return dotted === undefined
      ? [Number.parseInt(group, 16)]
      : [(dotted[0]! << 8) | dotted[1]!, (dotted[2]! << 8) | dotted[3]!];
  });
}
