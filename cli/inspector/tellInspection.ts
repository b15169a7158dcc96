/** Where the page is, and what a run in raw capture gives away. */
import type { CliIo } from "../io.ts";
import { Terminal } from "../terminal.ts";

export interface Told {
  /** Standard output belongs to the records. */
  readonly json: boolean;
  readonly url?: string;
  readonly rawCapture?: boolean;
}

export function tellInspection({ stdout, stderr, env }: CliIo, { json, url, rawCapture = false }: Told): void {
  const terminal = new Terminal(json ? stderr : stdout, env);
  if (url !== undefined) terminal.line(`  inspector  ${terminal.style("name", url)}`);
  if (rawCapture) {
    terminal.line(
      `  ${terminal.marked("warning", "raw capture: what is recorded holds the datagrams, and the keys that open them")}`,
    );
  }
  if (url !== undefined || rawCapture) terminal.line();
}
