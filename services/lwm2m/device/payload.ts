/** Nodes of the tree as responses and back: which format counts, and what it gives (OMA LwM2M Core 1.1 §7.4). */
import { CODE } from "../../coap/codes.ts";
import type { OutgoingResponse } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import { findFormat } from "../formats.ts";
import { encodeLinks, type Link } from "../linkFormat.ts";
import type { ContentNode, DefinitionLookup, Path } from "../model.ts";
import type { Refusal } from "./behaviour.ts";

/**
 * 2.05 in the format asked for, or 4.06; without one the device chooses: the plainest that carries the node. A time
 * (seconds since 1970) is told where the format carries times.
 */
export function contentResponse(
  node: ContentNode,
  accept: number | undefined,
  timeSeconds?: number,
): OutgoingResponse | Refusal {
  const contentFormat = accept ?? defaultFormat(node);
  const format = findFormat(contentFormat);
  if (format?.writable !== true || !format.carries(node)) {
    return { code: CODE.NOT_ACCEPTABLE, detail: `content format ${contentFormat} cannot be given here` };
  }
  const timed = timeSeconds === undefined ? undefined : format.encodeTimed?.([{ node, timeSeconds }]);
  return { code: CODE.CONTENT, contentFormat, payload: timed ?? format.encode(node) };
}

export function linksResponse(links: readonly Link[]): OutgoingResponse {
  const payload = new TextEncoder().encode(encodeLinks(links));
  return { code: CODE.CONTENT, contentFormat: CONTENT_FORMAT.link, payload };
}

/**
 * What a payload says of `path`. One without a format is text where a single resource is meant. Throws `Lwm2mError`.
 * `tolerant`: resources that the object does not have are left out (OMA LwM2M Core 1.1 §6.1.7.5).
 */
export function decodeContent(
  path: Path,
  content: { readonly contentFormat?: number; readonly payload: Uint8Array },
  lookup: DefinitionLookup,
  options: { readonly tolerant?: boolean } = {},
): ContentNode | Refusal {
  const number = content.contentFormat ?? (path.resourceId === undefined ? undefined : CONTENT_FORMAT.text);
  const format = number === undefined ? undefined : findFormat(number);
  if (format === undefined) {
    const detail = number === undefined ? "Content-Format is missing" : `content format ${number} is not supported`;
    return { code: CODE.UNSUPPORTED_CONTENT_FORMAT, detail };
  }
  return format.decode(path, content.payload, lookup, {
    unknownResources: options.tolerant === true ? "skip" : "refuse",
  });
}

function defaultFormat(node: ContentNode): number {
  if (node.kind === "resourceInstance" || (node.kind === "resource" && !node.resource.multiple)) {
    return node.resource.type === "opaque" ? CONTENT_FORMAT.opaque : CONTENT_FORMAT.text;
  }
  return CONTENT_FORMAT.tlv;
}
