/** Requests of a page, checked field by field. */
import type { Request } from "../protocol.ts";
import {
  BREAKPOINT_FIELDS,
  BREAKPOINT_TRIGGERS,
  MAX_DEPTH,
  MAX_TEXT,
  REQUESTS,
  type RequestField,
} from "./requestFields.ts";

/** `id` is there when the request had one, so that it can be answered. */
export type ReadRequest =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly id?: number; readonly problem: string };

export function readRequest(message: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return { ok: false, problem: "a request is JSON, and this is not" };
  }
  if (!isObject(value)) return { ok: false, problem: `a request is an object, not ${show(value)}` };
  const { id, request: name } = value;
  if (!isNatural(id)) return { ok: false, problem: `"id" is ${show(id)}, must be an integer, 0 or more` };
  const problem = problemOf(name, value);
  return problem === undefined ? { ok: true, request: value as unknown as Request } : { ok: false, id, problem };
}

function problemOf(name: unknown, value: Record<string, unknown>): string | undefined {
  if (typeof name !== "string" || !Object.hasOwn(REQUESTS, name))
    return `"request" is ${show(name)}, must be one of ${Object.keys(REQUESTS).join(", ")}`;
  const fields: Readonly<Record<string, RequestField>> = REQUESTS[name as keyof typeof REQUESTS];
  for (const field of Object.keys(value))
    if (field !== "id" && field !== "request" && !Object.hasOwn(fields, field))
      return `${name} has no field "${field}"`;
  for (const [field, { type, optional }] of Object.entries(fields)) {
    if (!Object.hasOwn(value, field)) {
      if (optional) continue;
      return `"${field}" is missing`;
    }
    const wrong = CHECKS[type](value[field]);
    if (wrong !== undefined) return `"${field}" is ${show(value[field])}, ${wrong}`;
  }
  return undefined;
}

const CHECKS: Readonly<Record<RequestField["type"], (value: unknown) => string | undefined>> = {
  text: (value) => (isText(value) ? undefined : `must be a string of at most ${MAX_TEXT} characters`),
  natural: (value) => (isNatural(value) ? undefined : "must be an integer, 0 or more"),
  event: (value) => {
    if (!isObject(value) || !isText(value.type) || value.type === "")
      return 'must be an object with a string as "type"';
    return isShallow(value, MAX_DEPTH) ? undefined : `is nested deeper than ${MAX_DEPTH} or has a key "__proto__"`;
  },
  values: (value) =>
    isObject(value) && !Object.hasOwn(value, "__proto__") && Object.values(value).every(isScalar)
      ? undefined
      : "must be an object of strings, numbers and booleans",
  breakpoint: (value) => {
    if (!isObject(value)) return "must be an object";
    const known: readonly string[] = BREAKPOINT_FIELDS;
    for (const [field, given] of Object.entries(value)) {
      if (!known.includes(field)) return `has no field "${field}"`;
      if (!isText(given)) return `its "${field}" must be a string of at most ${MAX_TEXT} characters`;
    }
    if (BREAKPOINT_TRIGGERS.every((field) => value[field] === undefined))
      return `must have at least one of ${BREAKPOINT_TRIGGERS.join(", ")}`;
    return undefined;
  },
};

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([key, inner]) => key !== "__proto__" && isShallow(inner, depth - 1));
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_TEXT;
const isNatural = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isScalar = (value: unknown): boolean =>
  (typeof value === "string" && value.length <= MAX_TEXT) || typeof value === "boolean" || Number.isFinite(value);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  let shown: string;
  try {
    shown = JSON.stringify(value) ?? "missing";
  } catch {
    // What can be read may be nested too deep to be written.
    return "nested very deep";
  }
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}
