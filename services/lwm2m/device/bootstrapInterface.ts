/**
 * What a bootstrap server does to the tree: Discover, Read, Write, Delete, Finish (OMA LwM2M Core 1.1 §6.1.7).
 * All of it is one transaction, which begins with the first change and ends with `commit` or `rollback`.
 */
import { CODE } from "../../coap/codes.ts";
import type { CoapHandler, IncomingRequest, OutgoingResponse } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { ContentNode, InstanceValues, Path } from "../model.ts";
import { ACCESS_CONTROL } from "../objects/accessControl.ts";
import { DEVICE } from "../objects/device.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { formatPath, parsePathSegments, pathDepth } from "../path.ts";
import { bootstrapInstanceId } from "./accounts.ts";
import { isRefusal, type Refusal } from "./behaviour.ts";
import { checkConsistency } from "./consistency.ts";
import { bootstrapDiscoverLinks } from "./discover.ts";
import type { InstanceEdit } from "./edit.ts";
import { contentResponse, decodeContent, linksResponse } from "./payload.ts";
import { BOOTSTRAP_READER, readNode } from "./readNode.ts";
import { refusalOfError, refusalResponse } from "./refusals.ts";
import type { SecretName, SecretVault } from "./secretVault.ts";
import type { ObjectTree, TreeSnapshot } from "./tree.ts";

export interface BootstrapInterfaceOptions {
  readonly tree: ObjectTree;
  readonly vault: SecretVault;
  /** Whether the modem has the secret of a Security instance that this bootstrap leaves as it is. */
  hasStoredSecret?(securityInstanceId: number, name: SecretName): boolean;
  /**
   * Bootstrap-Finish, with what `checkConsistency` found: none is answered 2.04, else 4.06. Told before the response is
   * sent. A code that it returns is answered instead.
   */
  onFinish(problems: readonly string[]): number | undefined;
  /** Nothing was done: `detail` names why, and no value. */
  onRefused?(path: readonly string[], refusal: Refusal, operation: BootstrapOperation): void;
}

export type BootstrapOperation = "discover" | "read" | "write" | "delete" | "finish" | "unknown";

type Result = OutgoingResponse | Refusal;

/** What a Bootstrap-Read may reach. */
const READABLE: ReadonlySet<number> = new Set([SERVER.id, ACCESS_CONTROL.id]);

export class BootstrapInterface implements CoapHandler {
  readonly #options: BootstrapInterfaceOptions;
  #before: TreeSnapshot | undefined;
  /** Security instances that this transaction wrote whole: their secrets are what came with it. */
  readonly #written = new Set<number>();

  constructor(options: BootstrapInterfaceOptions) {
    this.#options = options;
  }

  onRequest(request: IncomingRequest): OutgoingResponse {
    try {
      const result = this.#perform(request);
      return isRefusal(result) ? this.#refused(request, result) : result;
    } catch (error) {
      return this.#refused(request, refusalOfError(error));
    }
  }

  /** What was written stays. */
  commit(): void {
    this.#before = undefined;
    this.#written.clear();
  }

  /** The tree as it was before the first change; secrets that came are wiped. */
  rollback(): void {
    if (this.#before === undefined) return;
    this.#options.vault.wipe();
    this.#options.tree.restore(this.#before);
    this.commit();
  }

  #perform(request: IncomingRequest): Result {
    const { method, path: segments, accept } = request;
    if (method === CODE.POST && segments.length === 1 && segments[0] === "bs") return this.#finish();
    const path = parsePathSegments(segments);
    if (path === undefined) return { code: CODE.NOT_FOUND, detail: "no such path" };
    const depth = pathDepth(path);
    if (method === CODE.GET && accept === CONTENT_FORMAT.link && depth < 2) return this.#discover(path);
    if (method === CODE.GET && accept !== CONTENT_FORMAT.link && depth > 0) return this.#read(path, accept);
    if (method === CODE.PUT && depth > 0) return this.#write(request, path);
    if (method === CODE.DELETE && depth < 3) return this.#delete(path);
    return { code: CODE.METHOD_NOT_ALLOWED, detail: `not allowed on ${formatPath(path)}` };
  }

  #discover(path: Path): Result {
    const links = bootstrapDiscoverLinks(this.#options.tree, path);
    return isRefusal(links) ? links : linksResponse(links);
  }

  #read(path: Path, accept: number | undefined): Result {
    if (!READABLE.has(path.objectId!)) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: "only objects 1 and 2 can be read" };
    }
    const node = readNode(this.#options.tree, path, BOOTSTRAP_READER);
    return isRefusal(node) ? node : contentResponse(node, accept);
  }

  #write(request: IncomingRequest, path: Path): Result {
    const { tree } = this.#options;
    if (tree.definition(path.objectId!) === undefined)
      return { code: CODE.NOT_FOUND, detail: `no object ${path.objectId}` };
    const node = decodeContent(path, request, tree.definition, { tolerant: true });
    if (isRefusal(node)) return node;
    const edits = this.#editsOf(node);
    if (isRefusal(edits)) return edits;
    this.#begin();
    const refusal = tree.apply("bootstrap", edits);
    if (refusal !== undefined) return refusal;
    for (const { objectId, instanceId, mode } of edits) {
      if (objectId === SECURITY.id && mode !== "assign") this.#written.add(instanceId);
    }
    return { code: CODE.CHANGED };
  }

  /** Instances are created or replaced; a resource alone joins what its instance has. */
  #editsOf(node: ContentNode): readonly InstanceEdit[] | Refusal {
    const { tree } = this.#options;
    const { objectId, instanceId, resourceId, resourceInstanceId } = node.path as Required<Path>;
    const whole = (id: number, values: InstanceValues): InstanceEdit => {
      const mode = tree.hasInstance(objectId, id) ? "replace" : "create";
      return { objectId, instanceId: id, values, mode };
    };
    if (node.kind === "object") return Array.from(node.instances, ([id, values]) => whole(id, values));
    if (instanceId === undefined) return { code: CODE.BAD_REQUEST, detail: "which instance is meant is missing" };
    if (node.kind === "instance") return [whole(instanceId, node.values)];
    const mode = tree.hasInstance(objectId, instanceId) ? "update" : "create";
    if (node.kind === "resource") {
      const values = new Map([[resourceId, node.value]]);
      return [{ objectId, instanceId, values, mode: mode === "update" ? "assign" : "create" }];
    }
    const values = new Map([[resourceId, new Map([[resourceInstanceId, node.value]])]]);
    return [{ objectId, instanceId, values, mode }];
  }

  /** The bootstrap account and what the device itself is (its single objects) survive every Delete (§6.1.7.6). */
  #delete({ objectId, instanceId }: Path): Result {
    const { tree } = this.#options;
    const bootstrapId = bootstrapInstanceId(tree);
    if (objectId !== undefined && tree.definition(objectId) === undefined) {
      return { code: CODE.NOT_FOUND, detail: `no object ${objectId}` };
    }
    if (objectId !== undefined && instanceId !== undefined) {
      if (!tree.hasInstance(objectId, instanceId))
        return { code: CODE.NOT_FOUND, detail: `no instance /${objectId}/${instanceId}` };
      if (this.#stays(objectId, instanceId, bootstrapId))
        return { code: CODE.BAD_REQUEST, detail: `/${objectId}/${instanceId} has to stay` };
    }
    if (objectId === DEVICE.id) return { code: CODE.BAD_REQUEST, detail: "/3 has to stay" };
    this.#begin();
    tree.batch(() => {
      for (const object of objectId === undefined ? tree.objectIds() : [objectId]) {
        for (const instance of instanceId === undefined ? tree.instanceIds(object) : [instanceId]) {
          if (!this.#stays(object, instance, bootstrapId)) tree.delete(object, instance, "bootstrap");
        }
      }
    });
    return { code: CODE.DELETED };
  }

  #stays(objectId: number, instanceId: number, bootstrapId: number | undefined): boolean {
    const { tree } = this.#options;
    if (objectId === SECURITY.id) return instanceId === bootstrapId;
    return tree.definition(objectId)?.multiple !== true || tree.behaviour(objectId)?.fixedInstances === true;
  }

  #finish(): Result {
    const { tree, vault, hasStoredSecret, onFinish } = this.#options;
    const problems = checkConsistency(tree, {
      hasSecret: (id, name) => vault.has(id, name) || (!this.#written.has(id) && hasStoredSecret?.(id, name) !== false),
    });
    const code = onFinish(problems);
    if (code !== undefined) return { code };
    return problems.length === 0 ? { code: CODE.CHANGED } : { code: CODE.NOT_ACCEPTABLE, detail: problems.join("; ") };
  }

  #begin(): void {
    this.#before ??= this.#options.tree.snapshot();
  }

  #refused(request: IncomingRequest, refusal: Refusal): OutgoingResponse {
    this.#options.onRefused?.(request.path, refusal, operationOf(request));
    return refusalResponse(refusal);
  }
}

function operationOf({ method, accept }: IncomingRequest): BootstrapOperation {
  if (method === CODE.GET) return accept === CONTENT_FORMAT.link ? "discover" : "read";
  return OPERATIONS[method] ?? "unknown";
}

const OPERATIONS: Readonly<Record<number, BootstrapOperation>> = {
  [CODE.PUT]: "write",
  [CODE.DELETE]: "delete",
  [CODE.POST]: "finish",
};
