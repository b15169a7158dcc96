#!/usr/bin/env node
/** Entry of the command: the process's own streams and signals. */
import { constants } from "node:os";
import { runCli } from "./runCli.ts";

const end = new AbortController();

/** The first asks for an orderly end, a second one ends at once. */
function interrupt(signal: "SIGINT" | "SIGTERM"): void {
  if (end.signal.aborted) process.exit(128 + constants.signals[signal]);
  end.abort(signal);
}

process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
// Whoever read the output has gone (`| head`): nothing more to say, and no reason to complain.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    end.abort("EPIPE");
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: end.signal,
  interrupt: () => interrupt("SIGINT"),
});
