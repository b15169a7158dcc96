/** `firmware make`. */
import { writeFile } from "node:fs/promises";
import { systemRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { type CliIo, EXIT, type ExitCode } from "../io.ts";
import { Terminal } from "../terminal.ts";

export interface MakeFirmwareOptions {
  readonly version: string;
  readonly from?: string;
  /** Octets of the whole image. */
  readonly size: number;
}

export async function makeFirmware(io: CliIo, file: string, options: MakeFirmwareOptions): Promise<ExitCode> {
  const { version, from, size } = options;
  const image = encodeFirmwareImage({
    version,
    sizeBytes: size,
    random: systemRandom(),
    ...(from !== undefined && { baseVersion: from }),
  });
  await writeFile(file, image);
  const terminal = new Terminal(io.stdout, io.env);
  const updates = from === undefined ? "updates every firmware" : `updates ${from}`;
  terminal.line(terminal.marked("good", `${file}: ${image.length} octets, ${updates} to ${version}`));
  return EXIT.done;
}
