/** Operations on several places at once (OMA LwM2M Core 1.1 §6.3.8, §6.3.9, §6.4.6). */
import { CODE } from "../../coap/codes.ts";
import type { IncomingRequest, OutgoingResponse } from "../../coap/types.ts";
import { type CompositeFormat, type CompositeWrite, findCompositeFormat } from "../composite.ts";
import { CONTENT_FORMAT, contentFormatName } from "../contentFormat.ts";
import type { Path, SingleValue } from "../model.ts";
import { formatPath } from "../path.ts";
import { senmlRecords } from "../senmlModel.ts";
import type { SenmlRecord } from "../senmlRecord.ts";
import { isRefusal, type Refusal } from "./behaviour.ts";
import type { InstanceEdit } from "./edit.ts";
import type { ObserveTarget } from "./observeTarget.ts";
import { type Reader, readNode } from "./readNode.ts";
import type { ObjectTree } from "./tree.ts";

/** What a composite request's payload is in. */
export function compositeFormat(contentFormat: number | undefined): CompositeFormat | Refusal {
  const format = contentFormat === undefined ? undefined : findCompositeFormat(contentFormat);
  if (format !== undefined) return format;
  const given = contentFormat === undefined ? "no Content-Format" : contentFormatName(contentFormat);
  return {
    code: CODE.UNSUPPORTED_CONTENT_FORMAT,
    detail: `a composite operation comes in SenML, this one in ${given}`,
  };
}

/** What a FETCH asks for. Throws `Lwm2mError` for a payload that is none of its format's. */
export function compositeTarget({ contentFormat, accept, payload }: IncomingRequest): ObserveTarget | Refusal {
  const format = compositeFormat(contentFormat);
  if (isRefusal(format)) return format;
  return {
    paths: distinct(format.decodePaths(payload)),
    composite: true,
    payload: payload.slice(),
    contentFormat: format.number,
    ...(accept !== undefined && { accept }),
  };
}

/** What the answer is in: the format asked for, else the SenML of the payload's kind. */
export function answerFormat(accept: number | undefined, contentFormat: number | undefined): CompositeFormat | Refusal {
  const isCbor = contentFormat === CONTENT_FORMAT.senmlCbor || contentFormat === CONTENT_FORMAT.senmlEtchCbor;
  const number = accept ?? (isCbor ? CONTENT_FORMAT.senmlCbor : CONTENT_FORMAT.senmlJson);
  const format = findCompositeFormat(number);
  if (format?.answers === true) return format;
  return { code: CODE.NOT_ACCEPTABLE, detail: `${contentFormatName(number)} cannot answer a composite operation` };
}

/** Reads what can be read of these places; it is refused when nothing of any can. */
export function readPlaces(
  tree: ObjectTree,
  paths: readonly Path[],
  reader: Reader,
  forbidden: (path: Path) => Refusal | undefined,
): readonly SenmlRecord[] | Refusal {
  const records = new Map<string, SenmlRecord>();
  let refusal: Refusal | undefined;
  let isAnswered = false;
  for (const path of paths.flatMap((path) => placesOf(tree, path))) {
    const node = forbidden(path) ?? readNode(tree, path, reader);
    if (isRefusal(node)) {
      refusal ??= node;
      continue;
    }
    isAnswered = true;
    // What lies in two of the places is told once.
    for (const record of senmlRecords(node)) records.set(formatPath(record.path), record);
  }
  return isAnswered || refusal === undefined ? [...records.values()] : refusal;
}

/** A `timeSeconds` (since 1970) is that of each value. */
export function compositeResponse(
  format: CompositeFormat,
  records: readonly SenmlRecord[],
  timeSeconds?: number,
): OutgoingResponse {
  const told = timeSeconds === undefined ? records : records.map((record) => ({ ...record, time: timeSeconds }));
  return { code: CODE.CONTENT, contentFormat: format.number, payload: format.encode(told) };
}

/** One partial update for each instance that is written to. */
export function compositeEdits(writes: readonly CompositeWrite[]): readonly InstanceEdit[] {
  const edits = new Map<string, PartialUpdate>();
  for (const { path, value } of writes) {
    const { objectId, instanceId, resourceId, resourceInstanceId } = path as Required<Path>;
    const key = `${objectId}/${instanceId}`;
    const edit = edits.get(key) ?? { objectId, instanceId, mode: "update", values: new Map(), removed: new Map() };
    edits.set(key, edit);
    if (value === null) {
      const gone = edit.removed.get(resourceId) ?? new Set();
      edit.removed.set(resourceId, gone.add(resourceInstanceId));
    } else if ((resourceInstanceId as number | undefined) === undefined) {
      edit.values.set(resourceId, value);
    } else {
      const instances = (edit.values.get(resourceId) as Map<number, SingleValue> | undefined) ?? new Map();
      edit.values.set(resourceId, instances.set(resourceInstanceId, value));
    }
  }
  return [...edits.values()];
}

interface PartialUpdate extends InstanceEdit {
  readonly values: Map<number, SingleValue | Map<number, SingleValue>>;
  readonly removed: Map<number, Set<number>>;
}

/**
 * Each place once, however often it is named. One inside another stays: it is observed by its own attributes
 * (OMA LwM2M Core 1.1 §7.3.2).
 */
function distinct(paths: readonly Path[]): readonly Path[] {
  return [...new Map(paths.map((path) => [formatPath(path), path])).values()];
}

/** `/` stands for every object. */
function placesOf(tree: ObjectTree, path: Path): readonly Path[] {
  return path.objectId === undefined ? tree.objectIds().map((objectId) => ({ objectId })) : [path];
}
