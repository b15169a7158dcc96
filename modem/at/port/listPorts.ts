/** The serial ports that a modem could be at. */
import { readdir, readlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { serialPortPackage } from "./packageBinding.ts";

export interface PortDescription {
  readonly path: string;
  /** What the device calls itself, `usb-Nordic_Semiconductor_nRF9151_DK-if00` for example. */
  readonly description?: string;
}

/** USB and on-board UARTs of Linux; its legacy `ttyS` exist in number where there is no hardware. */
const LINUX_PORT = /^tty(?:ACM|USB|AMA|XRUSB|THS|GS|O|mxc|PS|HS|MSM)\d+$/;

/** Sorted by path; empty where none can be seen. Linux's are read from `folder`, others come from the package. */
export async function listPorts(folder = "/dev", platform = process.platform): Promise<readonly PortDescription[]> {
  const ports = platform === "linux" ? await linuxPorts(folder) : await packagePorts();
  return ports.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** The package asks udevadm(8) instead, and ends the process where that is missing. */
async function linuxPorts(folder: string): Promise<PortDescription[]> {
  const names = (await namesIn(folder)).filter((name) => LINUX_PORT.test(name));
  const descriptions = new Map<string, string>();
  const byId = join(folder, "serial", "by-id");
  for (const name of await namesIn(byId)) {
    const target = await readlink(join(byId, name)).catch(() => undefined);
    if (target !== undefined) descriptions.set(resolve(byId, target), name);
  }
  return names.map((name) => {
    const path = join(folder, name);
    const description = descriptions.get(path);
    return description === undefined ? { path } : { path, description };
  });
}

async function packagePorts(): Promise<PortDescription[]> {
  const serialport = await serialPortPackage();
  if (serialport === undefined) return [];
  const found = await serialport.SerialPort.list().catch(() => []);
  return found.map(({ path, manufacturer }) =>
    manufacturer === undefined ? { path } : { path, description: manufacturer },
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
