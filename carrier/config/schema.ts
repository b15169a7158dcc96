/** The JSON Schema of the configuration file, as the package ships it. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The parts of JSON Schema (2020-12) that configurations and their errors are made from. */
export interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly examples?: readonly unknown[];
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  /** A secret: never shown. */
  readonly writeOnly?: boolean;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Reads the schema; found from the sources and from dist alike. */
export function readConfigSchema(): Schema {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return JSON.parse(readFileSync(join(root, "schema", "config.schema.json"), "utf8"));
}

/** A schema with what its `$ref` points at. */
export function resolveSchema(root: Schema, { $ref, ...own }: Schema): Schema {
  if ($ref === undefined) return own;
  return { ...resolveSchema(root, root.$defs?.[$ref.slice("#/$defs/".length)] ?? {}), ...own };
}
