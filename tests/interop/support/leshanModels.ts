/** A folder with our definitions as `lwm2m-carrier objects export` writes them, for Leshan to read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { ObjectDefinition } from "../../../services/lwm2m/model.ts";
import { ALL_OBJECTS } from "../../../services/lwm2m/objects/index.ts";
import { exportObjectXml } from "../../../services/lwm2m/objectXml.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** All of the project's objects and those given; it goes with the test file. */
export function exportModels(...more: readonly ObjectDefinition[]): string {
  const folder = mkdtempSync(join(tmpdir(), "leshan-models-"));
  folders.push(folder);
  for (const definition of [...ALL_OBJECTS, ...more]) {
    writeFileSync(join(folder, `${definition.id}-${definition.version}.xml`), exportObjectXml(definition));
  }
  return folder;
}
