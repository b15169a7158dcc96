/** The JSON Schema (2020-12) of a record, made from the table in schema.ts; schema/record.schema.json holds it. */
import { COMMON_FIELDS, type FieldType, KINDS, type KindFields, MODEM_FORMS } from "./schema.ts";

export function recordJsonSchema(): Record<string, unknown> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:lwm2m-carrier:schema:record",
    title: "Record",
    ...objectOf(COMMON_FIELDS),
    properties: { ...propertiesOf(COMMON_FIELDS), kind: { enum: Object.keys(KINDS) } },
    allOf: Object.keys(KINDS).map((kind) => ({
      if: { properties: { kind: { const: kind } }, required: ["kind"] },
      // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's word.
      then: { $ref: `#/$defs/${kind}` },
    })),
    $defs: Object.fromEntries(
      Object.entries(KINDS).map(([kind, fields]) => [
        kind,
        { ...objectOf(fields), ...(kind === "modem" && { anyOf: MODEM_FORMS.map((form) => ({ required: [form] })) }) },
      ]),
    ),
  };
}

function objectOf(fields: KindFields): Record<string, unknown> {
  return {
    description: fields.description,
    type: "object",
    required: Object.keys(fields.required),
    properties: propertiesOf(fields),
  };
}

function propertiesOf(fields: KindFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...fields.required, ...fields.optional }).map(([name, type]) => [name, typeOf(type)]),
  );
}

function typeOf(type: FieldType): Record<string, unknown> {
  return type.items === undefined ? { ...type } : { type: "array", ...type, items: typeOf(type.items) };
}
