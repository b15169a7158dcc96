/** A user's folder of object definitions, one or more objects a file. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Lwm2mError } from "./errors.ts";
import type { ObjectDefinition } from "./model.ts";
import { loadObjectsXml, MAX_OBJECT_XML_CHARACTERS } from "./objectXml.ts";

export const MAX_OBJECT_FILES = 2_048;

/** Every object of the folder's `.xml` files, by file name. Throws `badDefinition` for the first that cannot be used. */
export async function loadObjectFolder(folder: string): Promise<ObjectDefinition[]> {
  const files = (await listFolder(folder)).filter((file) => file.toLowerCase().endsWith(".xml")).sort();
  if (files.length > MAX_OBJECT_FILES) {
    throw new Lwm2mError("badDefinition", `${folder}: more than ${MAX_OBJECT_FILES} files`);
  }
  const sources = new Map<string, string>();
  const definitions: ObjectDefinition[] = [];
  for (const file of files) {
    const path = join(folder, file);
    for (const definition of loadObjectsXml(await readText(path), path)) {
      const key = `object ${definition.id} version ${definition.version}`;
      const other = sources.get(key);
      if (other !== undefined) {
        throw new Lwm2mError("badDefinition", `${path}: Object: ${key} is also in ${other}`);
      }
      sources.set(key, path);
      definitions.push(definition);
    }
  }
  return definitions;
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

async function readText(path: string): Promise<string> {
  try {
    // Characters are at most as many as octets.
    if ((await stat(path)).size > 4 * MAX_OBJECT_XML_CHARACTERS) {
      throw new Lwm2mError("badDefinition", `${path}: file: longer than ${MAX_OBJECT_XML_CHARACTERS} characters`);
    }
    return await readFile(path, "utf8");
  } catch (cause) {
    throw cause instanceof Lwm2mError ? cause : unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): Lwm2mError {
  const code = (cause as NodeJS.ErrnoException).code ?? "error";
  return new Lwm2mError("badDefinition", `${path}: cannot be read (${code})`, { cause });
}
