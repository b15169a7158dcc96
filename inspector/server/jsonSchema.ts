/**
 * The JSON Schema (2020-12) of what pages and server say to each other (protocol.ts); schema/inspector.schema.json
 * holds it. Records are those of schema/record.schema.json.
 */
import { BREAKPOINT_FIELDS, BREAKPOINT_TRIGGERS, MAX_TEXT, REQUESTS, type RequestField } from "./requestFields.ts";

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const flag = { type: "boolean" };
const natural = { type: "integer", minimum: 0 };
const limitedText = { type: "string", maxLength: MAX_TEXT };
const scalar = { type: ["string", "number", "boolean"] };
const records = { type: "array", items: { $ref: "urn:lwm2m-carrier:schema:record" } };
const listOf = (items: Schema): Schema => ({ type: "array", items });
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

export function inspectorJsonSchema(): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:lwm2m-carrier:schema:inspector",
    title: "A message between a page and the inspector's server, WebSocket subprotocol lwm2m-inspect.v1",
    anyOf: [ref("message"), ref("request")],
    $defs: {
      message: {
        description: "From the server: frames, in order.",
        ...listOf({ oneOf: Object.keys(FRAMES).map(ref) }),
        minItems: 1,
      },
      request: { description: "From the page.", oneOf: Object.keys(REQUESTS).map((name) => ref(`${name}Request`)) },
      ...FRAMES,
      ...PARTS,
      ...Object.fromEntries(
        Object.entries(REQUESTS).map(([name, fields]) => [`${name}Request`, requestOf(name, fields)]),
      ),
    },
  };
}

const FRAMES = {
  hello: object(
    "The first frame of a connection.",
    { frame: { const: "hello" }, protocol: natural, version: text, instance: text, title: text, live: flag },
    { steering: ref("steering") },
  ),
  checkpoint: object("Everything as it was before record number `before`; what the page had is to be forgotten.", {
    frame: { const: "checkpoint" },
    before: natural,
    records,
  }),
  records: object("Records, `first` the number of the first; numbers rise by one over all devices.", {
    frame: { const: "records" },
    first: natural,
    records,
  }),
  gap: object("Records that this page does not get; a checkpoint follows.", {
    frame: { const: "gap" },
    first: natural,
    count: { type: "integer", minimum: 1 },
  }),
  breakpoints: object("The breakpoints that hold from now on, whichever page has added or removed one.", {
    frame: { const: "breakpoints" },
    breakpoints: listOf(ref("breakpoint")),
  }),
  reply: object(
    "The answer to the request with this id.",
    { frame: { const: "reply" }, id: natural, ok: flag },
    { value: {}, error: text },
  ),
};

const PARTS = {
  steering: object(
    "What the app allows to be done to it.",
    { send: flag, fire: flag, freeze: flag, controls: listOf(ref("control")) },
    { breakpoints: listOf(ref("breakpoint")) },
  ),
  control: object(
    "Something that the app lets be done to it: a form and a button.",
    { name: text, label: text, group: text, fields: listOf(ref("field")) },
    { description: text, device: text },
  ),
  field: object(
    "A field of a control's form.",
    { name: text, label: text, type: { enum: ["text", "number", "choice", "flag"] } },
    { choices: listOf(text), default: scalar, minimum: { type: "number" }, maximum: { type: "number" } },
  ),
  breakpoint: {
    ...object(
      "Everything given has to hold.",
      {},
      Object.fromEntries(BREAKPOINT_FIELDS.map((field) => [field, limitedText])),
    ),
    anyOf: BREAKPOINT_TRIGGERS.map((field) => ({ required: [field] })),
  },
};

const FIELDS: Readonly<Record<RequestField["type"], Schema>> = {
  text: limitedText,
  natural,
  event: { type: "object", required: ["type"], properties: { type: { ...limitedText, minLength: 1 } } },
  values: { type: "object", additionalProperties: { anyOf: [limitedText, { type: ["number", "boolean"] }] } },
  breakpoint: ref("breakpoint"),
};

function requestOf(name: string, fields: Readonly<Record<string, RequestField>>): Schema {
  const told = Object.entries(fields).map(([field, { type, optional }]) => [field, FIELDS[type], optional] as const);
  const part = (isOptional: boolean) =>
    Object.fromEntries(told.filter(([, , optional]) => (optional === true) === isOptional).map(([f, s]) => [f, s]));
  return object(
    DESCRIPTIONS[name as keyof typeof REQUESTS],
    { id: natural, request: { const: name }, ...part(false) },
    part(true),
  );
}

const DESCRIPTIONS: Readonly<Record<keyof typeof REQUESTS, string>> = {
  resume: "The page's first message: what it has of which run of the server, if anything.",
  send: "Sends an event to an actor.",
  fire: "Fires a timer now; `timer` is the seq of its `set` record.",
  control: "Does what the app offers.",
  addBreakpoint: "Time is frozen there from now on, whichever page asked for it.",
  removeBreakpoint: "Time is not frozen there any more.",
  pause: "Freezes time and arrivals.",
  continue: "Lets time and arrivals go on.",
  step: "Lets them go on up to the next step of a chart.",
};

function object(description: string, required: Schema, optional: Schema = {}): Schema {
  return {
    description,
    type: "object",
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}
