/** `lwm2m_carrier_data_send()`: Send to every management server that wants it, and the errno of what prevents it. */
import type { EditionPolicy } from "../machines/edition.ts";
import { ERRNO } from "../machines/semanticEvent.ts";
import { accountOf } from "../services/lwm2m/device/accounts.ts";
import { send, sendContent } from "../services/lwm2m/device/send.ts";
import { Lwm2mError } from "../services/lwm2m/errors.ts";
import type { Path } from "../services/lwm2m/model.ts";
import { parsePath } from "../services/lwm2m/path.ts";
import type { Device } from "./device.ts";

/** Paths of one Send. */
const MAX_PATHS = 100;
const CALL = "lwm2m_carrier_data_send()";

export class DataSend {
  readonly #device: Device;
  readonly #policy: EditionPolicy;
  #underWay = false;

  constructor(device: Device, policy: EditionPolicy) {
    this.#device = device;
    this.#policy = policy;
  }

  /** 0 or a negative errno; never rejects. */
  async send(paths: readonly string[]): Promise<number> {
    const { trace } = this.#device.options;
    const cause = trace?.record({ kind: "call", from: "application", to: "library", name: CALL, paths });
    // What an object of the application's own throws is as if its value could not be had.
    const value = await this.#send(paths).catch(() => -ERRNO.EIO);
    trace?.record({
      kind: "return",
      from: "library",
      to: "application",
      of: CALL,
      ok: value === 0,
      value,
      ...(cause !== undefined && { cause }),
    });
    return value;
  }

  async #send(texts: readonly string[]): Promise<number> {
    const paths = pathsOf(texts);
    if (!this.#policy.sendsData || paths === undefined) return -ERRNO.EINVAL;
    if (this.#underWay) return -ERRNO.EINPROGRESS;
    const { tree, options, managements } = this.#device;
    const content = sendContent(tree, paths, options.clock.wall() / 1000);
    if (content.kind !== "content") return -(content.kind === "notThere" ? ERRNO.ENOENT : ERRNO.EPERM);
    const registered = this.#registeredServers();
    if (registered.length === 0) return -ERRNO.ENOENT;
    const listening = registered.filter(({ muted }) => !muted);
    if (listening.length === 0) return -ERRNO.ECANCELED;
    const told = listening.flatMap(({ server, endpoint }) => {
      const records = content.records.filter(({ path: { objectId, instanceId } }) =>
        managements.mayRead(server, objectId!, instanceId!),
      );
      return records.length === 0 ? [] : [{ endpoint, records }];
    });
    if (told.length === 0) return -ERRNO.EPERM;
    this.#underWay = true;
    try {
      const outcomes = await Promise.all(told.map(({ endpoint, records }) => send(endpoint, records)));
      return outcomes.some(({ kind }) => kind === "sent") ? 0 : -ERRNO.EIO;
    } finally {
      this.#underWay = false;
    }
  }

  /** The servers that hold a registration of ours and can be reached now. */
  #registeredServers() {
    const { connections, registrations, tree } = this.#device;
    return registrations.servers.flatMap((server) => {
      const endpoint = connections.endpoint(server);
      // LwM2M 1.1 Appendix E.2: muted, too, where 1/x/23 is absent.
      return endpoint === undefined ? [] : [{ server, endpoint, muted: accountOf(tree, server)?.muteSend !== false }];
    });
  }
}

/** Undefined for none, too many, or one that names nothing to send. */
function pathsOf(texts: readonly string[]): Path[] | undefined {
  if (texts.length === 0 || texts.length > MAX_PATHS) return undefined;
  try {
    const paths = texts.map(parsePath);
    return paths.some(({ objectId }) => objectId === undefined) ? undefined : paths;
  } catch (error) {
    if (error instanceof Lwm2mError) return undefined;
    throw error;
  }
}
