/** What can be asked of a carrier that runs (`lwm2m-carrier run`). */
import { type Carrier, REQUESTS } from "../../carrier/createCarrier.ts";
import type { RequestName } from "../../machines/edition.ts";
import { ERRNO, type ErrnoName } from "../../machines/semanticEvent.ts";
import { serverAccounts } from "../../services/lwm2m/device/accounts.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { formatPath, parsePath, pathDepth } from "../../services/lwm2m/path.ts";
import { type Answer, CommandError, type Commands } from "./command.ts";
import { completePath, readTree } from "./readTree.ts";
import { checkNotKept, setValue } from "./setValue.ts";

export interface RunningDevice {
  readonly carrier: Carrier;
  /** `3.6` */
  readonly edition: string;
}

const MAX_SEND_PATHS = 100;
/** `link-up` for `linkUp`, and so on. */
export const REQUEST_NAMES: ReadonlyMap<string, RequestName> = new Map(
  REQUESTS.map((name) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), name]),
);

const completeFirst = ({ carrier }: RunningDevice, words: readonly string[]) =>
  words.length === 1 ? completePath(carrier.objects, words[0] ?? "") : [];

export const DEVICE_COMMANDS: Commands<RunningDevice> = {
  get: {
    usage: "get PATH",
    text: "reads a resource, an instance, an object, or lists the objects (get /)",
    words: [1, 1],
    run: async (device, [path = ""]) => readTree((await withObjects(device)).objects, path),
    complete: completeFirst,
  },
  set: {
    usage: "set PATH VALUE...",
    text: "what the application sets: set /3/0/9 55",
    words: [2, 1_000],
    run: async (device, [path = "", ...words]) => {
      const carrier = await withObjects(device);
      setValue(carrier, path, words);
      return {};
    },
    complete: completeFirst,
  },
  create: {
    usage: "create PATH",
    text: "makes an instance: create /16, or /16/0",
    words: [1, 1],
    run: async (device, [text = ""]) => {
      const { objects } = await withObjects(device);
      const path = parsePath(text);
      const { objectId, instanceId } = path;
      if (objectId === undefined || pathDepth(path) > 2) throw new CommandError(`${text} is no object or instance`);
      checkNotKept(path);
      const made = formatPath({ objectId, instanceId: objects.create(objectId, instanceId) });
      return { value: made, lines: [`made ${made}`] };
    },
    complete: completeFirst,
  },
  delete: {
    usage: "delete PATH",
    text: "deletes an instance: delete /16/0",
    words: [1, 1],
    run: async (device, [text = ""]) => {
      const { objects } = await withObjects(device);
      const path = parsePath(text);
      const { objectId, instanceId } = path;
      if (objectId === undefined || instanceId === undefined || pathDepth(path) > 2) {
        throw new CommandError(`${text} is no instance`);
      }
      checkNotKept(path);
      if (objects.definition(objectId)?.mandatory === true) {
        throw new CommandError(`object ${objectId} is mandatory: a device has it`);
      }
      if (!objects.delete(objectId, instanceId)) throw new CommandError(`there is no instance ${text}`);
      return {};
    },
    complete: completeFirst,
  },
  send: {
    usage: "send PATH...",
    text: "tells values to the servers (Send)",
    words: [1, MAX_SEND_PATHS],
    run: async ({ carrier }, paths) => errnoAnswer(await carrier.send(paths), SEND_ERRORS),
    complete: ({ carrier }, words) => completePath(carrier.objects, words.at(-1) ?? ""),
  },
  request: {
    usage: `request ${[...REQUEST_NAMES.keys()].join("|")}`,
    text: "lwm2m_carrier_request()",
    words: [1, 1],
    run: ({ carrier }, [text = ""]) => {
      const name = REQUEST_NAMES.get(text);
      if (name === undefined) {
        throw new CommandError(`there is no request ${text}; there are ${[...REQUEST_NAMES.keys()].join(", ")}`);
      }
      return errnoAnswer(carrier.request(name), REQUEST_ERRORS);
    },
    complete: () => [...REQUEST_NAMES.keys()],
  },
  status: { usage: "status", text: "tells where the carrier is", words: [0, 0], run: status },
};

/** The objects are there once the device has read what it stored, right after its start. */
async function withObjects({ carrier }: RunningDevice): Promise<Carrier> {
  if (!carrier.objects.hasInstance(DEVICE.id, 0)) {
    await new Promise<void>((resolve) => {
      const stop = carrier.objects.onChange(() => {
        if (!carrier.objects.hasInstance(DEVICE.id, 0)) return;
        stop();
        resolve();
      });
    });
  }
  return carrier;
}

/** What the library's answers mean (`Carrier.send`, `Carrier.request`). */
const SEND_ERRORS: Partial<Record<ErrnoName, string>> = {
  EINVAL: "no path, or an edition that does not send",
  ENOENT: "nothing is there, or no server is registered with",
  EPERM: "a server may not read it",
  EINPROGRESS: "another one is under way",
  ECANCELED: "the servers have muted it (1/x/23)",
  EIO: "no server took it",
};
const REQUEST_ERRORS: Partial<Record<ErrnoName, string>> = {
  EINVAL: "this edition does not take it",
  EBADR: "there is nothing of the kind to do now",
  EALREADY: "it is under way already",
};

function errnoAnswer(result: number, meanings: Partial<Record<ErrnoName, string>>): Answer {
  if (result === 0) return { value: 0 };
  const name = (Object.keys(ERRNO) as ErrnoName[]).find((one) => ERRNO[one] === -result);
  if (name === undefined) throw new CommandError(`refused with ${result}`);
  throw new CommandError(`refused with -${name}: ${meanings[name] ?? "see the library's documentation"}`);
}

/** What the charts call their states, in the order in which they matter. */
const STATES: readonly (readonly [tag: string, state: string])[] = [
  ["failed", "failed"],
  ["rebooting", "rebooting"],
  ["exhausted", "all attempts used up"],
  ["linkDown", "link down as requested"],
  ["deregistered", "deregistered as requested"],
  ["registered", "registered"],
];

function status({ carrier, edition }: RunningDevice): Answer {
  const { snapshot, modem, endpoint, objects } = carrier;
  const state = STATES.find(([tag]) => snapshot.hasTag(tag as never))?.[1] ?? "on its way";
  const servers = serverAccounts(objects).map(({ shortServerId, uri, lifetimeSeconds }) => ({
    shortServerId,
    uri,
    lifetime: lifetimeSeconds,
  }));
  const firmware = objects.value(DEVICE, 0, 3);
  const value = {
    endpoint,
    edition,
    state,
    charts: snapshot.value,
    modem: {
      mode: modem.functionalMode,
      registration: modem.registration,
      ...(firmware !== undefined && { firmware }),
    },
    servers,
  };
  const rows: (readonly [string, string])[] = [
    ["endpoint", endpoint === "" ? "not known yet" : endpoint],
    ["edition", edition],
    ["state", `${state} (${whereabouts(snapshot.value)})`],
    [
      "modem",
      `${modem.functionalMode}, ${modem.registration}${firmware === undefined ? "" : `, firmware ${firmware}`}`,
    ],
    ...servers.map(
      ({ shortServerId, uri, lifetime }) => [`server ${shortServerId}`, `${uri}, lifetime ${lifetime} s`] as const,
    ),
  ];
  return { value, lines: rows.map(([name, text]) => `${name.padEnd(14)}${text}`) };
}

/** The innermost active states, `phase serving.registered, firmware idle`; the link's has a line of its own. */
function whereabouts(value: unknown): string {
  const states = leaves(value).map((path) => path.replace(/^alive\.(?:work\.(?:running\.)?)?/, ""));
  return states
    .filter((path) => path !== "link")
    .map((path) => path.replace(".", " "))
    .join(", ");
}

function leaves(value: unknown, path = ""): string[] {
  if (typeof value === "string") return [path === "" ? value : `${path}.${value}`];
  return Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => {
    const here = path === "" ? name : `${path}.${name}`;
    const below = leaves(inner, here);
    return below.length === 0 ? [here] : below;
  });
}
