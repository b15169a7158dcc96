/** Send: values told to a server without its asking (OMA LwM2M Core 1.1 §6.4, Information Reporting). */
import { CODE } from "../../coap/codes.ts";
import type { Endpoint } from "../../coap/types.ts";
import { senmlPayload } from "../composite.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { Path } from "../model.ts";
import { containsPath, samePath } from "../path.ts";
import { senmlRecords } from "../senmlModel.ts";
import type { SenmlRecord } from "../senmlRecord.ts";
import { isRefusal } from "./behaviour.ts";
import { type ExchangeFailure, exchangeFailure } from "./exchangeFailure.ts";
import { readNode, SERVER_READER } from "./readNode.ts";
import type { ObjectTree } from "./tree.ts";

export type SendContent =
  | { readonly kind: "content"; readonly records: readonly SenmlRecord[] }
  /** Nothing is there, or a server may not read it. */
  | { readonly kind: "notThere" | "notReadable"; readonly path: Path };

export type SendOutcome = { readonly kind: "sent" } | ExchangeFailure;

/** Of the two that a server understands (OMA LwM2M Core 1.1 §6.4.7), the one of few octets first. */
const FORMATS = [CONTENT_FORMAT.senmlCbor, CONTENT_FORMAT.senmlJson] as const;

/**
 * What a server could read at these paths, which are not `/`; a path inside another is told once.
 *
 * @param timeSeconds when it is so, since 1970.
 */
export function sendContent(tree: ObjectTree, paths: readonly Path[], timeSeconds: number): SendContent {
  const records: SenmlRecord[] = [];
  for (const path of outermost(paths)) {
    const node = readNode(tree, path, SERVER_READER);
    if (isRefusal(node)) return { kind: node.code === CODE.METHOD_NOT_ALLOWED ? "notReadable" : "notThere", path };
    const told = senmlRecords(node);
    if (told.length === 0) return { kind: isClosed(tree, path) ? "notReadable" : "notThere", path };
    for (const record of told) records.push({ ...record, time: timeSeconds });
  }
  return { kind: "content", records };
}

/** POST /dp to a server that holds a registration of ours. */
export async function send(
  endpoint: Endpoint,
  records: readonly SenmlRecord[],
  signal?: AbortSignal,
): Promise<SendOutcome> {
  let failure: ExchangeFailure | undefined;
  for (const contentFormat of FORMATS) {
    const outcome = await endpoint.request({
      method: CODE.POST,
      path: ["dp"],
      contentFormat,
      payload: senmlPayload(contentFormat, records),
      ...(signal !== undefined && { signal }),
    });
    if (outcome.kind === "response" && outcome.response.code === CODE.CHANGED) return { kind: "sent" };
    failure = exchangeFailure(endpoint, outcome);
    if (failure.kind !== "refused" || failure.code !== CODE.UNSUPPORTED_CONTENT_FORMAT) break;
  }
  return failure!;
}

function outermost(paths: readonly Path[]): Path[] {
  return paths.filter(
    (path, index) =>
      !paths.some((other, at) => at !== index && containsPath(other, path) && (at < index || !samePath(other, path))),
  );
}

/** The object has nothing that a server may read, as Security. */
function isClosed(tree: ObjectTree, { objectId }: Path): boolean {
  return objectId !== undefined && tree.definition(objectId)?.resources.some(SERVER_READER.mayRead) !== true;
}
