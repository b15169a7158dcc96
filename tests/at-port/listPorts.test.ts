import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "@jest/globals";
import { listPorts } from "../../modem/at/port/listPorts.ts";

let folder: string | undefined;
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

it("lists what may be a modem, with the device's own name where the system knows it", async () => {
  folder = await mkdtemp(join(tmpdir(), "ports-"));
  for (const name of ["ttyUSB0", "ttyACM1", "ttyACM0", "tty1", "ttyS0", "null"])
    await writeFile(join(folder, name), "");
  await mkdir(join(folder, "serial", "by-id"), { recursive: true });
  await symlink("../../ttyACM1", join(folder, "serial", "by-id", "usb-Nordic_Semiconductor_nRF9151_DK-if00"));
  expect(await listPorts(folder, "linux")).toEqual([
    { path: join(folder, "ttyACM0") },
    { path: join(folder, "ttyACM1"), description: "usb-Nordic_Semiconductor_nRF9151_DK-if00" },
    { path: join(folder, "ttyUSB0") },
  ]);
});

it("lists nothing where there is nothing to see", async () => {
  expect(await listPorts(join(tmpdir(), "no-such-folder"), "linux")).toEqual([]);
});
