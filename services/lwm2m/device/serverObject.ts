/** Object 1, Server: what a management server triggers (OMA LwM2M Core 1.1 Appendix E.2). */
import { CODE } from "../../coap/codes.ts";
import { SERVER } from "../objects/server.ts";
import { ACCOUNT_DEFAULTS, bootstrapAccount } from "./accounts.ts";
import type { Refusal, ResourceBehaviours, StoredWrite } from "./behaviour.ts";
import type { ObjectTree } from "./tree.ts";

/** Told before the response is sent: what ends the session has to wait for the next turn. */
export interface ServerHost {
  /** 1/x/8: send an Update. */
  onUpdateTrigger(shortServerId: number): void;
  /** 1/x/4: deregister and stay away for so long. */
  onDisable(shortServerId: number, timeoutSeconds: number): void;
  /** 1/x/9: ask the bootstrap server. */
  onBootstrapTrigger(shortServerId: number): void;
  /** What the next Update has to tell is another now. */
  onChanged(shortServerId: number, what: "lifetime" | "binding"): void;
}

interface Context {
  readonly tree: ObjectTree;
  readonly host: ServerHost;
}

const RESOURCES: ResourceBehaviours<Context> = {
  1: {
    check: (_instanceId, value) => (Number(value) > 0 ? undefined : badRequest("a lifetime is above 0")),
    written: (write, context) => tellChange("lifetime", write, context),
  },
  4: {
    execute(instanceId, _args, { tree, host }) {
      const timeout = tree.value(SERVER, instanceId, 5) ?? ACCOUNT_DEFAULTS.disableTimeoutSeconds;
      host.onDisable(shortServerId(tree, instanceId), Number(timeout));
      return undefined;
    },
  },
  7: {
    check: (_instanceId, value) =>
      String(value).includes("U") ? undefined : badRequest("this device has binding U only"),
    written: (write, context) => tellChange("binding", write, context),
  },
  8: {
    execute(instanceId, _args, { tree, host }) {
      host.onUpdateTrigger(shortServerId(tree, instanceId));
      return undefined;
    },
  },
  9: {
    execute(instanceId, _args, { tree, host }) {
      if (bootstrapAccount(tree) === undefined) {
        return { code: CODE.METHOD_NOT_ALLOWED, detail: "there is no bootstrap server account" };
      }
      host.onBootstrapTrigger(shortServerId(tree, instanceId));
      return undefined;
    },
  },
  22: {
    check: (_instanceId, value) => (value === "U" ? undefined : badRequest("this device has transport U only")),
  },
};

export function addServerObject(tree: ObjectTree, host: ServerHost): void {
  tree.add(SERVER, { resources: RESOURCES, context: { tree, host } });
}

/** The bootstrap interface and the device itself know what they change. */
function tellChange(what: "lifetime" | "binding", write: StoredWrite, { tree, host }: Context): void {
  const { instanceId, now, before, caller } = write;
  if (caller === "server" && now !== before) host.onChanged(shortServerId(tree, instanceId), what);
}

function shortServerId(tree: ObjectTree, instanceId: number): number {
  return Number(tree.value(SERVER, instanceId, 0));
}

function badRequest(detail: string): Refusal {
  return { code: CODE.BAD_REQUEST, detail };
}
