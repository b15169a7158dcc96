/** `dtls` on the command line: its options and help. */
import type { Command, Option } from "commander";
import { isCbc, SUITES } from "../../services/dtls/suites.ts";
import { examples } from "../helpText.ts";
import type { CliIo, ExitCode } from "../io.ts";
import { Terminal, wrap } from "../terminal.ts";
import { credentialOptions, protocolOptions } from "./options.ts";

export function addDtls(program: Command, io: CliIo, ended: (code: ExitCode) => void): void {
  const dtls = program
    .command("dtls")
    .summary("speak DTLS 1.2 with a server or a client")
    .description("DTLS 1.2 by hand, with what the IoT uses: CCM_8 suites, raw public keys, Connection ID.");
  const connect = withoutLooseLength(dtls.command("connect"))
    .summary("connects to a server")
    .description(
      "Connects to a DTLS server. A line of standard input goes to it as one datagram, what arrives goes to standard " +
        "output, the rest to standard error. The end of input closes the connection. Ends with 0 after close_notify of " +
        "either side, with 1 after an alert, which is explained.",
    )
    .argument("<uri>", "coaps://host[:port]");
  addOptions(connect, credentialOptions());
  connect
    .option("--server-name <name>", "name to ask for, and that the certificate has to be for; the host by default")
    .option("--resume <file>", "resume the session in a file, and keep the new one there; the file is a secret");
  addOptions(connect, protocolOptions())
    .addHelpText("after", dtlsNotes(io))
    .addHelpText(
      "after",
      examples(io, [
        ["dtls connect coaps://192.0.2.1 --psk-identity dev --psk env:PSK --flights", "a pre-shared key"],
        ["dtls connect coaps://lwm2m.example --ca ca.pem --cert me.pem --key me.key --cid", "certificates"],
        ["dtls connect coaps://192.0.2.1 --key me.key --peer-public-key server.pub", "raw public keys"],
      ]),
    )
    .action(async (uri, options) => ended(await (await import("../commands/dtls.ts")).connect(io, uri, options)));

  const listen = withoutLooseLength(dtls.command("listen"))
    .summary("accepts clients, for tests")
    .description(
      "Accepts DTLS clients, for tests, until Ctrl-C. What arrives goes to standard output, the rest to standard error; a " +
        "line of standard input goes as one datagram to the client that was heard last. The end of input does not stop it.",
    )
    .argument("<uri>", "coaps://host[:port]; port 0 takes a free one");
  addOptions(listen, credentialOptions());
  listen.option("--echo", "send back what arrives");
  addOptions(listen, protocolOptions())
    .addHelpText("after", dtlsNotes(io))
    .addHelpText(
      "after",
      examples(io, [
        ["dtls listen coaps://127.0.0.1:5684 --psk-identity dev --psk env:PSK --echo", "a pre-shared key"],
        ["dtls listen coaps://[::]:5684 --cert server.pem --key server.key --ca ca.pem --cid=4", "certificates"],
        ["dtls listen coaps://127.0.0.1:0 --key server.key --peer-public-key me.pub", "raw public keys, a free port"],
      ]),
    )
    .action(async (uri, options) => ended(await (await import("../commands/dtls.ts")).listen(io, uri, options)));
}

function addOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** `--cid` never takes the word behind it for its length. */
function withoutLooseLength(command: Command): Command {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (args) => parse(args.map((arg) => (arg === "--cid" ? "--cid=" : arg)));
  return command;
}

/** Suites, and what is to be known of secrets. */
function dtlsNotes(io: CliIo): () => string {
  return () => {
    const terminal = new Terminal(io.stdout, io.env);
    const suites = SUITES.map((suite) => {
      const id = suite.id.toString(16).toUpperCase().padStart(4, "0");
      return `  ${terminal.style("name", id)}  ${suite.name}${isCbc(suite) ? terminal.style("faint", "  only when named") : ""}`;
    });
    const text =
      "A key on the command line can be seen by everybody who may list processes, and stays in the shell's history: " +
      "env:NAME and file:PATH keep it out of both, with hexadecimal digits in the variable or the file.";
    const secrets = wrap(text, terminal.columns - 2).map((line) => `  ${line}`);
    return [
      "",
      terminal.style("strong", "Suites:"),
      ...suites,
      "",
      terminal.style("strong", "Secrets:"),
      ...secrets,
    ].join("\n");
  };
}
