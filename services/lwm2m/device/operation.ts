/** What a management server's request is, and who may do it (OMA LwM2M Core 1.1 §6.3, Table 6.3.-1; object 2). */
import { CODE } from "../../coap/codes.ts";
import type { IncomingRequest } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { DefinitionLookup, Path } from "../model.ts";
import { findResource } from "../objects/index.ts";
import { pathDepth } from "../path.ts";

export type Operation =
  | "read"
  | "discover"
  | "observe"
  | "cancelObserve"
  | "write"
  | "writeAttributes"
  | "execute"
  | "create"
  | "delete"
  | "readComposite"
  | "writeComposite"
  | "observeComposite"
  | "cancelComposite";

/** Who may do what (object 2); objects 0 and 21 are closed to every management server whatever it says. */
export interface AccessPolicy {
  /** Without an instance id the operation is on a whole object. */
  allows(operation: Operation, shortServerId: number, objectId: number, instanceId: number | undefined): boolean;
  /** A server has created an instance. */
  created?(shortServerId: number, objectId: number, instanceId: number): void;
}

const POSTED: readonly (Operation | undefined)[] = [undefined, "create", "write", "execute"];

/** What a request means at that depth of the tree (§6.3, Table 6.3.-1); undefined when nothing. */
export function operationOf(request: IncomingRequest, path: Path, lookup: DefinitionLookup): Operation | undefined {
  const depth = pathDepth(path);
  const { method, accept, observe, query, contentFormat, payload } = request;
  switch (method) {
    case CODE.GET:
      if (depth === 0) return undefined;
      if (observe !== undefined) return observe === 0 ? "observe" : "cancelObserve";
      return accept === CONTENT_FORMAT.link ? (depth < 4 ? "discover" : undefined) : "read";
    case CODE.PUT:
      if (depth > 0 && query.length > 0 && contentFormat === undefined && payload.length === 0)
        return "writeAttributes";
      return depth < 2 ? undefined : "write";
    case CODE.POST:
      if (depth === 3 && isPartialUpdate(request, path, lookup)) return "write";
      return POSTED[depth];
    case CODE.DELETE:
      return depth === 2 ? "delete" : undefined;
    // Composites name their places in the payload (§6.3.8, §6.3.9, §6.4.6).
    case CODE.FETCH:
      if (depth > 0) return undefined;
      if (observe === undefined) return "readComposite";
      return observe === 0 ? "observeComposite" : "cancelComposite";
    case CODE.IPATCH:
      return depth === 0 ? "writeComposite" : undefined;
    default:
      return undefined;
  }
}

/** Arguments of an Execute come as text or not at all; anything else updates a resource's instances (§6.3.3). */
function isPartialUpdate({ contentFormat }: IncomingRequest, path: Path, lookup: DefinitionLookup): boolean {
  if (contentFormat === undefined || contentFormat === CONTENT_FORMAT.text) return false;
  const { objectId, resourceId } = path as Required<Path>;
  const definition = lookup(objectId);
  return definition !== undefined && findResource(definition, resourceId)?.operations !== "E";
}
