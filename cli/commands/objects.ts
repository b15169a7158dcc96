/** `objects export`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectDefinition } from "../../services/lwm2m/model.ts";
import { ALL_OBJECTS, OBJECTS } from "../../services/lwm2m/objects/index.ts";
import { exportObjectXml } from "../../services/lwm2m/objectXml.ts";
import { type CliIo, EXIT, type ExitCode } from "../io.ts";
import { Terminal } from "../terminal.ts";

export async function exportObjects(io: CliIo, folder: string): Promise<ExitCode> {
  await mkdir(folder, { recursive: true });
  for (const definition of ALL_OBJECTS) {
    await writeFile(join(folder, fileOf(definition)), exportObjectXml(definition));
  }
  const terminal = new Terminal(io.stdout, io.env);
  terminal.line(terminal.marked("good", `${ALL_OBJECTS.length} object definitions in ${folder}`));
  const rows = ALL_OBJECTS.map(
    (definition) => [fileOf(definition), `${definition.name} ${definition.version}`] as const,
  );
  terminal.table(rows);
  return EXIT.done;
}

/** As OMA's registry names them: `5.xml` is the newest version, `5-1_0.xml` an older one. */
function fileOf(definition: ObjectDefinition): string {
  const { id, version } = definition;
  return OBJECTS.get(id) === definition ? `${id}.xml` : `${id}-${version.replace(".", "_")}.xml`;
}
