/** What a configuration may ask for that this version does not do, with the reason. */
import type { ConfigProblem } from "./configError.ts";
import { show } from "./words.ts";

interface Unsupported {
  /** Key, with `[]` for any place in a list. */
  readonly key: string;
  readonly refuses: (value: unknown) => boolean;
  readonly reason: string;
}

const UNSUPPORTED: readonly Unsupported[] = [
  ...["bootstrap", "servers[]"].flatMap((server): Unsupported[] => [
    {
      key: `${server}.uri`,
      refuses: (uri) => /^coaps?\+/i.test(String(uri)),
      reason: "CoAP over TCP, SMS and WebSockets is not in this version; use a coap:// or coaps:// URI",
    },
    {
      key: `${server}.security.tag`,
      refuses: () => true,
      reason: "keys that lie in a modem already are not used in this version; give identity and key",
    },
  ]),
  {
    key: "servers[].binding",
    refuses: (binding) => String(binding).startsWith("N"),
    reason: "the non-IP binding is not in this version; use U",
  },
  {
    key: "servers[].binding",
    refuses: (binding) => /^[ST]/.test(String(binding)),
    reason: "CoAP over SMS and TCP is not in this version; use U",
  },
  {
    key: "carriers[]",
    refuses: (carrier) => carrier === "att",
    reason: "the library gave its profile up with 3.4; use generic",
  },
  { key: "pdnType", refuses: (type) => type === "nonIp", reason: "the non-IP binding is not in this version" },
];

/** Everything in a valid configuration that is refused, in its order. */
export function unsupported(config: object): readonly ConfigProblem[] {
  return [...entries(config, "", "")].flatMap(({ key, anyKey, value }) =>
    UNSUPPORTED.filter((row) => row.key === anyKey && row.refuses(value)).map(({ reason }) => ({
      key,
      is: `is ${show(value)}`,
      hint: reason,
    })),
  );
}

interface Entry {
  readonly key: string;
  readonly anyKey: string;
  readonly value: unknown;
}

/** Every value that is not an object, with its key. */
function* entries(value: unknown, key: string, anyKey: string): Generator<Entry> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* entries(item, `${key}[${index}]`, `${anyKey}[]`);
  } else if (typeof value === "object" && value !== null) {
    const dot = key === "" ? "" : ".";
    for (const [name, item] of Object.entries(value)) {
      yield* entries(item, `${key}${dot}${name}`, `${anyKey}${dot}${name}`);
    }
  } else yield { key, anyKey, value };
}
