/** Packet data networks: 3GPP TS 27.007 §10.1, nRF91. */
import { many, one, read, set } from "./command.ts";
import { integer, optional, quoted, secret, word } from "./field.ts";

/** <PDP_type>. */
export const PDN_TYPES = { ipv4: "IP", ipv6: "IPV6", ipv4v6: "IPV4V6", nonIp: "Non-IP" } as const;

const cid = integer(0, 10);

export const PDN = {
  /** With `cid` alone it deletes the context. */
  cgdcontSet: set("+CGDCONT", { cid, type: optional(word(PDN_TYPES)), apn: optional(quoted(100)) }),
  /** `type` is empty before the first attachment; two addresses stand in one string with a space between. */
  cgdcontRead: read(
    "+CGDCONT",
    many({
      cid,
      type: quoted(8),
      apn: quoted(100),
      address: quoted(100),
      dataCompression: integer(0, 9),
      headerCompression: integer(0, 9),
    }),
  ),
  cgauth: set("+CGAUTH", {
    cid,
    /** 0 none, 1 PAP, 2 CHAP. */
    method: integer(0, 2),
    user: optional(secret(quoted(64))),
    password: optional(secret(quoted(64))),
  }),
  cgactSet: set("+CGACT", { state: integer(0, 1), cid: optional(cid) }, { timeoutMs: 60_000 }),
  cgactRead: read("+CGACT", many({ cid, state: integer(0, 1) })),
  cgpaddr: set(
    "+CGPADDR",
    { cid },
    { response: many({ cid, address: optional(quoted(64)), secondAddress: optional(quoted(64)) }) },
  ),
  cgcontrdp: set(
    "+CGCONTRDP",
    { cid },
    {
      response: many({
        cid,
        bearer: optional(integer(0, 255)),
        apn: optional(quoted(100)),
        address: optional(quoted(130)),
        gateway: optional(quoted(64)),
        primaryDns: optional(quoted(64)),
        secondaryDns: optional(quoted(64)),
        primaryPcscf: optional(quoted(64)),
        secondaryPcscf: optional(quoted(64)),
        imSignalling: optional(integer(0, 1)),
        lipa: optional(integer(0, 1)),
        mtu: optional(integer(0, 65_535)),
      }),
    },
  ),
  cgerepSet: set("+CGEREP", { mode: optional(integer(0, 2)) }),
  xnewcid: read("%XNEWCID", one({ cid })),
  xgetpdnid: set("%XGETPDNID", { cid }, { response: one({ id: integer(0, 255) }) }),
  xepco: set("%XEPCO", { mode: integer(0, 1) }),
} as const;
