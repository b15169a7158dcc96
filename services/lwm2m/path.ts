/** Paths into the resource tree, `/3/0/6/0` (OMA LwM2M Core 1.1 §6.4, §7.3). */
import { Lwm2mError } from "./errors.ts";
import type { Path } from "./model.ts";

/** 65535 is reserved (OMA LwM2M Core 1.1 §7.2). */
export const MAX_ID = 65_534;
const MAX_DEPTH = 4;
const ID = /^(?:0|[1-9]\d{0,4})$/;

/** Parses `/`, `/3` … `/3/0/6/0`; a leading slash is required, a trailing one refused. Throws `badPath`. */
export function parsePath(text: string): Path {
  if (text === "/") return {};
  const path = text.startsWith("/") ? parsePathSegments(text.slice(1).split("/")) : undefined;
  if (path === undefined) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw new Lwm2mError(
      "badPath",
      `"${shown}" is not a path: want /OBJECT/INSTANCE/RESOURCE/RESOURCE-INSTANCE, ids 0 to ${MAX_ID}`,
    );
  }
  return path;
}

/** A path from Uri-Path segments; undefined when they are none. */
export function parsePathSegments(segments: readonly string[]): Path | undefined {
  if (segments.length > MAX_DEPTH) return undefined;
  const ids: number[] = [];
  for (const segment of segments) {
    const id = ID.test(segment) ? Number(segment) : MAX_ID + 1;
    if (id > MAX_ID) return undefined;
    ids.push(id);
  }
  return pathOf(ids);
}

export function formatPath(path: Path): string {
  return `/${pathIds(path).join("/")}`;
}

/** 0 for `/`, 1 for an object … 4 for a resource instance. */
export function pathDepth(path: Path): 0 | 1 | 2 | 3 | 4 {
  if (path.objectId === undefined) return 0;
  if (path.instanceId === undefined) return 1;
  if (path.resourceId === undefined) return 2;
  return path.resourceInstanceId === undefined ? 3 : 4;
}

/** The ids from the object down. */
export function pathIds(path: Path): readonly number[] {
  return [path.objectId, path.instanceId, path.resourceId, path.resourceInstanceId].slice(
    0,
    pathDepth(path),
  ) as number[];
}

/** The path with these ids, at most four. */
export function pathOf(ids: readonly number[]): Path {
  const [objectId, instanceId, resourceId, resourceInstanceId] = ids;
  if (objectId === undefined) return {};
  if (instanceId === undefined) return { objectId };
  if (resourceId === undefined) return { objectId, instanceId };
  if (resourceInstanceId === undefined) return { objectId, instanceId, resourceId };
  return { objectId, instanceId, resourceId, resourceInstanceId };
}

/** The path one level below. */
export function childPath(path: Path, id: number): Path {
  return pathOf([...pathIds(path), id]);
}

/** The path one level above; undefined above `/`. */
export function parentPath(path: Path): Path | undefined {
  const ids = pathIds(path);
  return ids.length === 0 ? undefined : pathOf(ids.slice(0, -1));
}

export function samePath(a: Path, b: Path): boolean {
  return comparePaths(a, b) === 0;
}

/** True when `inner` is `outer` or lies below it. */
export function containsPath(outer: Path, inner: Path): boolean {
  const ids = pathIds(inner);
  return pathIds(outer).every((id, level) => ids[level] === id);
}

/** Tree order: by id on each level, a parent before its children. */
export function comparePaths(a: Path, b: Path): number {
  const left = pathIds(a);
  const right = pathIds(b);
  for (let level = 0; level < left.length && level < right.length; level++) {
    const difference = left[level]! - right[level]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
