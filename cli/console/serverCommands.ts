/** What can be asked of the servers that run (`lwm2m-carrier servers`): the management server's operations. */
import { CONTENT_FORMAT, contentFormatName } from "../../services/lwm2m/contentFormat.ts";
import { findFormat } from "../../services/lwm2m/formats.ts";
import { findResource, OBJECTS } from "../../services/lwm2m/objects/index.ts";
import { parsePath, pathDepth } from "../../services/lwm2m/path.ts";
import type { ReadAnswer, Testbed } from "../../testbed/index.ts";
import { type Answer, CommandError, type Commands } from "./command.ts";
import { COMPOSITE_COMMANDS } from "./compositeCommands.ts";
import { describeNode } from "./contentNode.ts";
import { addressed, coded, completeEndpoint } from "./deviceAnswer.ts";
import { parseResource, parseSingle } from "./resourceValues.ts";

/** Update Result, /5/0/5 (OMA LwM2M Core 1.1, Table E.6-1). */
const UPDATE_RESULTS: Readonly<Record<number, string>> = {
  1: "updated",
  2: "not enough flash memory",
  3: "out of memory",
  4: "connection lost",
  5: "integrity check failed",
  6: "unsupported package type",
  7: "invalid URI",
  8: "update failed",
  9: "unsupported protocol",
};
const SUCCESS = 1;

export const SERVER_COMMANDS: Commands<Testbed> = {
  devices: { usage: "devices", text: "lists what is registered", words: [0, 0], run: listDevices },
  read: {
    usage: "read [ENDPOINT] PATH",
    text: "Read: read /3/0",
    words: [1, 2],
    run: async (testbed, words) => {
      const [endpoint, path = ""] = addressed(testbed, words);
      return told(path, await testbed.management.read(endpoint, path));
    },
    complete: completeEndpoint,
  },
  write: {
    usage: "write [ENDPOINT] PATH VALUE...",
    text: "Write to a resource: write /1/0/1 300",
    words: [2, 1_000],
    run: async (testbed, words) => {
      const [endpoint, path = "", ...value] = addressed(testbed, words);
      return coded(await testbed.management.write(endpoint, path, valueFor(path, value)));
    },
    complete: completeEndpoint,
  },
  execute: {
    usage: "execute [ENDPOINT] PATH [ARGUMENTS]",
    text: "Execute: execute /3/0/4",
    words: [1, 3],
    run: async (testbed, words) => {
      const [endpoint, path = "", args] = addressed(testbed, words);
      return coded(await testbed.management.execute(endpoint, path, args));
    },
    complete: completeEndpoint,
  },
  observe: {
    usage: "observe [ENDPOINT] PATH",
    text: "Observe: notifications are printed as they come",
    words: [1, 2],
    run: async (testbed, words) => {
      const [endpoint, path = ""] = addressed(testbed, words);
      return told(path, (await testbed.management.observe(endpoint, path)).answer);
    },
    complete: completeEndpoint,
  },
  ...COMPOSITE_COMMANDS,
  update: {
    usage: "update [ENDPOINT] [URI]",
    text: "has the device update its firmware, to the image offered here without a URI",
    words: [0, 2],
    run: updateFirmware,
    complete: completeEndpoint,
  },
};

function listDevices({ management }: Testbed): Answer {
  const devices = management.devices.map(({ endpoint, peer, lifetimeSeconds, binding, version, objects }) => ({
    endpoint,
    address: `${peer.address}:${peer.port}`,
    lifetime: lifetimeSeconds,
    binding,
    version,
    objects: objects.map(({ target }) => target),
  }));
  const lines = devices.map(
    ({ endpoint, address, lifetime, version }) =>
      `${endpoint}  at ${address}, lifetime ${lifetime} s, LwM2M ${version}`,
  );
  return { value: devices, lines: lines.length === 0 ? ["no device is registered"] : lines };
}

async function updateFirmware(testbed: Testbed, words: readonly string[]): Promise<Answer> {
  const isUri = (word: string | undefined) => /^[a-z+]+:\/\//i.test(word ?? "");
  const uri = isUri(words.at(-1)) ? words.at(-1) : undefined;
  const [endpoint] = addressed(testbed, uri === undefined ? words : words.slice(0, -1));
  const outcome = await testbed.management.updateFirmware(endpoint, { uri: uri ?? testbed.urls.goodImage });
  const { result, refused, version } = outcome;
  if (refused !== undefined) throw new CommandError(`the device refused with ${refused}`);
  if (result !== SUCCESS) throw new CommandError(`Update Result ${result}: ${UPDATE_RESULTS[result] ?? "reserved"}`);
  return { value: outcome, lines: [`updated to ${version}`] };
}

function valueFor(text: string, words: readonly string[]) {
  const path = parsePath(text);
  const definition = OBJECTS.get(path.objectId ?? -1);
  const resource = definition && findResource(definition, path.resourceId ?? -1);
  if (resource === undefined) throw new CommandError(`${text} is no resource of an object that is known here`);
  return pathDepth(path) === 4 ? parseSingle(resource, words.join(" "), path) : parseResource(resource, words, path);
}

/** What a Read or Observe was answered, decoded where the format is one that is known. */
function told(path: string, answer: ReadAnswer): Answer {
  coded(answer);
  const { payload, contentFormat = CONTENT_FORMAT.text } = answer;
  const format = findFormat(contentFormat);
  if (format === undefined) {
    const lines = [`${payload.length} octets in content format ${contentFormatName(contentFormat)}`];
    return { value: { contentFormat, payload }, lines };
  }
  const node = format.decode(parsePath(path), payload, (id) => OBJECTS.get(id), { unknownResources: "skip" });
  return describeNode(node);
}
