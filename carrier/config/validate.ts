/** A configuration file's content against its schema, and what is wrong in words. */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { ConfigProblem } from "./configError.ts";
import { nearest } from "./nearest.ts";
import { readConfigSchema, resolveSchema, type Schema } from "./schema.ts";
import { describeSchema, kindOf, show } from "./words.ts";

const SCHEMA = readConfigSchema();
const check = new Ajv2020({ allErrors: true, verbose: true, discriminator: true }).compile(SCHEMA);

/** What is wrong with a file's content, in its order; empty when it is a `ConfigFile`. */
export function validate(content: unknown): readonly ConfigProblem[] {
  if (check(content)) return [];
  const errors = check.errors ?? [];
  // What one branch of `anyOf` lacks is said by that keyword's own error.
  const branches = errors.filter(({ keyword }) => keyword === "anyOf").map(({ schemaPath }) => `${schemaPath}/`);
  return errors.filter(({ schemaPath }) => !branches.some((branch) => schemaPath.startsWith(branch))).map(problemOf);
}

/** `/servers/0/uri` as `servers[0].uri`. */
export function keyOf(pointer: string, last?: string): string {
  const segments = pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (last !== undefined) segments.push(last);
  return segments.reduce((key, segment) => {
    if (/^\d+$/.test(segment)) return `${key}[${segment}]`;
    return key === "" ? segment : `${key}.${segment}`;
  }, "");
}

function problemOf(error: ErrorObject): ConfigProblem {
  const { keyword, params, instancePath } = error;
  const schema = (error.parentSchema ?? {}) as Schema;
  switch (keyword) {
    case "additionalProperties":
      return unknownKey(keyOf(instancePath, params.additionalProperty), params.additionalProperty, schema);
    case "required":
      return { key: keyOf(instancePath, params.missingProperty), is: "is missing", hint: "it has no default" };
    case "anyOf": {
      const choices = schema.anyOf?.map(({ required = [] }) => required) ?? [];
      const needed = choices.map((names) => names.join(" and ")).join(" or ");
      return { key: keyOf(instancePath, choices[0]?.[0]), is: "is missing", hint: `${needed} is needed` };
    }
    case "discriminator":
      return wrongBranch(keyOf(instancePath, params.tag), params, schema);
    case "uniqueItems":
      return { key: keyOf(instancePath, String(params.i)), is: "is there twice", hint: "once is enough" };
    default:
      return { key: keyOf(instancePath), is: `is ${shown(error, schema)}`, hint: hintOf(error.data, schema) };
  }
}

function unknownKey(key: string, name: string, { properties = {} }: Schema): ConfigProblem {
  const known = Object.keys(properties);
  const near = nearest(name, known);
  const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
  return { key, is: "is not a known key", hint };
}

/** The value that says which form an object has (`mode`, `kind`) is none of those there are. */
function wrongBranch(key: string, { tag, tagValue }: ErrorObject["params"], { oneOf = [] }: Schema): ConfigProblem {
  const values = oneOf.map((branch) => resolveSchema(SCHEMA, branch).properties?.[tag]?.const);
  const is = tagValue === undefined ? "is missing" : `is ${show(tagValue)}`;
  return { key, is, hint: hintOf(tagValue, { enum: values }) };
}

function hintOf(value: unknown, schema: Schema): string {
  const words = schema.enum?.filter((word) => typeof word === "string");
  const near = typeof value === "string" && words !== undefined ? nearest(value, words) : undefined;
  return `allowed is ${describeSchema(schema)}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

/** The value, unless it is or may hold a secret. */
function shown({ data, instancePath }: ErrorObject, { writeOnly }: Schema): string {
  const secret = writeOnly === true || /\/(security|storeKey)$/.test(instancePath);
  return secret ? `${kindOf(data)} that is not shown` : show(data);
}
