/** What a management server's request is, and who may do it (OMA LwM2M Core 1.1 §6.3, Table 6.3.-1; object 2). */
import { CODE } from "../../coap/codes.ts";
import type { IncomingRequest } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";

export type Operation =
  | "read"
  | "discover"
  | "observe"
  | "cancelObserve"
  | "write"
  | "writeAttributes"
  | "execute"
  | "create"
  | "delete";

/** Who may do what (object 2); objects 0 and 21 are closed to every management server whatever it says. */
export interface AccessPolicy {
  /** Without an instance id the operation is on a whole object. */
  allows(operation: Operation, shortServerId: number, objectId: number, instanceId: number | undefined): boolean;
}

/** What a request means at that depth of the tree (§6.3, Table 6.3.-1); undefined when nothing. */
export function operationOf(request: IncomingRequest, depth: number): Operation | undefined {
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
      return ([undefined, "create", "write", "execute"] as const)[depth];
    case CODE.DELETE:
      return depth === 2 ? "delete" : undefined;
    default:
      return undefined;
  }
}
