/** A serial port by the package `serialport`, where it is installed. */
import type { PortHandle } from "./portStream.ts";
import type { LineSettings } from "./ttyBinding.ts";

type Package = typeof import("serialport");

/** Undefined where the package, or its build for this platform, is missing. */
export async function serialPortPackage(): Promise<Package | undefined> {
  try {
    return await import("serialport");
  } catch {
    return undefined;
  }
}

export async function openWithPackage({ SerialPort }: Package, settings: LineSettings): Promise<PortHandle> {
  const { path, baudRate, flowControl } = settings;
  const port = new SerialPort({ path, baudRate, rtscts: flowControl, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return {
    stream: port,
    close: (done) => (port.isOpen ? port.close(() => done()) : done()),
  };
}
