/** Packet data networks. */
import { type PDN, PDN_TYPES } from "../../../modem/at/commands/pdn.ts";
import { isModemError } from "../../../modem/index.ts";
import type { PdnInfo } from "../../../ports/modem.ts";
import { DEFAULT_CID } from "../pdnContexts.ts";
import type { HandlersOf, Unit } from "../unit.ts";

/** %XGETPDNID of a context that is not active. */
const NO_PDN = 255;

export const pdn: HandlersOf<typeof PDN> = {
  cgdcontSet: ({ cid, type, apn }, { contexts }) => {
    if (type === undefined && apn === undefined) return contexts.remove(cid);
    return contexts.define(cid, { ...(type && { type }), ...(apn !== undefined && { apn }) });
  },
  cgdcontRead: async (_, { contexts }) =>
    Promise.all(
      contexts.all.map(async ([cid, { type, apn }]) => {
        const info = await contexts.info(cid);
        // Before the first attachment the default context has nothing to say.
        const isBlank = cid === DEFAULT_CID && info === undefined && apn === "";
        return {
          cid,
          type: isBlank ? "" : (typeOf(info?.addresses) ?? PDN_TYPES[type]),
          apn: info?.apn ?? apn,
          address: (info?.addresses ?? []).join(" "),
          dataCompression: 0,
          headerCompression: 0,
        };
      }),
    ),
  cgauth: () => undefined,
  cgactSet: async ({ state, cid = DEFAULT_CID }, unit) => {
    if (state === 0) {
      if (unit.contexts.deactivate(cid)) told(unit, "ME PDN DEACT", cid);
      return;
    }
    try {
      // The modem itself tells of its default context.
      if ((await unit.contexts.activate(cid)) && cid !== DEFAULT_CID) told(unit, "ME PDN ACT", cid);
    } catch (error) {
      tellRefusal(unit, cid, error);
      throw error;
    }
  },
  cgactRead: (_, { contexts }) => contexts.all.map(([cid]) => ({ cid, state: contexts.isActive(cid) ? 1 : 0 })),
  cgpaddr: async ({ cid }, { contexts }) => {
    const [address = "", secondAddress = ""] = (await contexts.info(cid))?.addresses ?? [];
    return [{ cid, address, secondAddress }];
  },
  cgcontrdp: async ({ cid }, { contexts }) => {
    const info = await contexts.info(cid);
    return info === undefined ? [] : dynamicParameters(cid, info);
  },
  cgerepSet: ({ mode = 0 }, { settings }) => {
    settings.subscriptions.cgerep = mode;
  },
  xnewcid: (_, { contexts }) => ({ cid: contexts.allocate() }),
  xgetpdnid: ({ cid }, { contexts }) => ({ id: contexts.isActive(cid) ? cid : NO_PDN }),
  xepco: () => undefined,
};

function told({ notify, settings }: Unit, words: string, cid: number): void {
  if (settings.subscriptions.cgerep === 1) notify("cgev", { event: { words, numbers: [cid] }, more: [] });
}

function tellRefusal({ notify, settings }: Unit, cid: number, error: unknown): void {
  if (!isModemError(error) || error.code !== "pdnRefused" || !settings.tells("esm")) return;
  notify("cnecEsm", { cause: error.rejectCause ?? 0, cid });
}

/** What the network gave, whatever was asked for; undefined where there is no address. */
function typeOf(addresses: readonly string[] | undefined): string | undefined {
  if (addresses === undefined || addresses.length === 0) return undefined;
  const hasIpv6 = addresses.some((address) => address.includes(":"));
  const hasIpv4 = addresses.some((address) => !address.includes(":"));
  return PDN_TYPES[hasIpv4 ? (hasIpv6 ? "ipv4v6" : "ipv4") : "ipv6"];
}

/** A line for IPv4 and one for IPv6, each with its name servers; the path's MTU in the first. */
function dynamicParameters(cid: number, { apn, dnsServers, mtu }: PdnInfo) {
  const families = [
    dnsServers.filter((server) => !server.includes(":")),
    dnsServers.filter((server) => server.includes(":")),
  ].filter((servers) => servers.length > 0);
  return families.map(([primaryDns = "", secondaryDns = ""], index) => ({
    cid,
    apn,
    address: "",
    gateway: "",
    primaryDns,
    secondaryDns,
    ...(index === 0 && mtu !== undefined && { mtu }),
  }));
}
