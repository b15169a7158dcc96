/** The inspector beside something that this command runs: the page's address, and what a page may do. */
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import type { Inspector, InspectorOptions } from "../../inspector/options.ts";
import { serveInspector } from "../../inspector/server/serveInspector.ts";
import type { CliIo } from "../io.ts";
import { Terminal } from "../terminal.ts";
import { openPage } from "./openPage.ts";

/** What a command line says of the inspector. */
export interface InspectionChoice {
  /** True or a port: with it; false: without; undefined: as the command has it by itself. */
  readonly inspect?: boolean | number;
  readonly open?: boolean;
}

export interface Inspection {
  readonly inspector: Inspector;
  /** Of the page. */
  readonly url: string;
  close(): Promise<void>;
}

/** Records kept for who comes late. */
export const HISTORY = 50_000;

/** Rejects with `ServeError` when the port is taken. */
export async function startInspection(
  io: CliIo,
  choice: InspectionChoice,
  options: InspectorOptions,
  { live = true } = {},
): Promise<Inspection> {
  const inspector = createInspector({ history: HISTORY, ...options });
  const port = typeof choice.inspect === "number" ? choice.inspect : 0;
  const server = await serveInspector(inspector, { port, live }).catch((error: unknown) => {
    inspector.close();
    throw error;
  });
  const errors = new Terminal(io.stderr, io.env);
  if (choice.open === true) {
    openPage(server.url, (reason) => {
      errors.line(errors.marked("warning", `No browser could be started (${reason}); the page is at ${server.url}`));
    });
  }
  return {
    inspector,
    url: server.url,
    async close() {
      await server.close();
      inspector.close();
    },
  };
}
