/** Send: values told to a server without its asking (OMA LwM2M Core 1.1 §6.4, Information Reporting). */
import { CODE } from "../../coap/codes.ts";
import type { Endpoint } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { Path } from "../model.ts";
import { containsPath, samePath } from "../path.ts";
import { encodeSenmlJson, type SenmlRecord } from "../senmlJson.ts";
import { senmlRecords } from "../senmlModel.ts";
import { isRefusal } from "./behaviour.ts";
import { type ExchangeFailure, exchangeFailure } from "./exchangeFailure.ts";
import { readNode, SERVER_READER } from "./readNode.ts";
import type { ObjectTree } from "./tree.ts";

export type SendContent =
  /** SenML JSON. */
  | { readonly kind: "content"; readonly payload: Uint8Array }
  /** Nothing is there, or a server may not read it. */
  | { readonly kind: "notThere" | "notReadable"; readonly path: Path };

export type SendOutcome = { readonly kind: "sent" } | ExchangeFailure;

/** What a server could read at these paths, which are not `/`; a path inside another is told once. */
export function sendContent(tree: ObjectTree, paths: readonly Path[]): SendContent {
  const records: SenmlRecord[] = [];
  for (const path of outermost(paths)) {
    const node = readNode(tree, path, SERVER_READER);
    if (isRefusal(node)) return { kind: node.code === CODE.METHOD_NOT_ALLOWED ? "notReadable" : "notThere", path };
    const told = senmlRecords(node);
    if (told.length === 0) return { kind: isClosed(tree, path) ? "notReadable" : "notThere", path };
    records.push(...told);
  }
  return { kind: "content", payload: encodeSenmlJson(records) };
}

/** POST /dp to a server that holds a registration of ours. */
export async function send(endpoint: Endpoint, payload: Uint8Array, signal?: AbortSignal): Promise<SendOutcome> {
  const outcome = await endpoint.request({
    method: CODE.POST,
    path: ["dp"],
    contentFormat: CONTENT_FORMAT.senmlJson,
    payload,
    ...(signal !== undefined && { signal }),
  });
  const taken = outcome.kind === "response" && outcome.response.code === CODE.CHANGED;
  return taken ? { kind: "sent" } : exchangeFailure(endpoint, outcome);
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
