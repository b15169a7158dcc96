/** What `dtls connect` and `dtls listen` take. */
import { InvalidArgumentError, Option } from "commander";
import { nearest } from "../../carrier/config/nearest.ts";
import { SUITES, type SuiteName, suiteOfId, suiteOfName } from "../../services/dtls/suites.ts";
import { wholeNumber } from "../optionTypes.ts";

/** Both commands. Keys and files are read when the command runs: what refuses them must not print them. */
export interface DtlsOptions {
  readonly pskIdentity?: string;
  readonly psk?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly peerPublicKey?: readonly string[];
  readonly suite?: readonly SuiteName[];
  /** True without a length. */
  readonly cid?: number | true;
  readonly mtu?: number;
  readonly keylog?: string;
  readonly flights?: boolean;
  readonly json?: boolean;
}

export interface ConnectOptions extends DtlsOptions {
  readonly serverName?: string;
  readonly resume?: string;
}

export interface ListenOptions extends DtlsOptions {
  readonly echo?: boolean;
}

export function credentialOptions(): readonly Option[] {
  return [
    new Option("--psk-identity <identity>", "identity of the pre-shared key: text, or octets as hex:…"),
    new Option("--psk <key>", "pre-shared key: hex:DIGITS, env:NAME or file:PATH"),
    new Option("--cert <file>", "certificate chain of this side, PEM, its own first"),
    new Option("--key <file>", "private key of this side, PEM; without --cert it is a raw public key"),
    new Option("--ca <file>", "CA certificates that the peer's has to come from, PEM"),
    new Option("--peer-public-key <file>", "raw public key that the peer may have, PEM; repeatable").argParser(collect),
  ];
}

export function protocolOptions(): readonly Option[] {
  return [
    new Option("--suite <name>", "cipher suite, by name or number (C0A8), preferred first; repeatable").argParser(
      collectSuite,
    ),
    new Option("--cid [length]", "Connection ID; --cid=LENGTH is that of the one to receive, in octets").argParser(
      (text) => (text === "" ? true : wholeNumber(0, 32)(text)),
    ),
    new Option("--mtu <octets>", "largest datagram to send").argParser(wholeNumber(228, 16_384)),
    new Option("--keylog <file>", "add the secrets of each handshake to a file: with it anybody can read the traffic"),
    new Option("--flights", "print a line for each flight of the handshake, and for alerts"),
    new Option("--json", "print what happens and what arrives as JSON lines"),
  ];
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function collectSuite(text: string, before: readonly SuiteName[] = []): readonly SuiteName[] {
  const upper = text.toUpperCase();
  const id = /^(?:0X)?([0-9A-F]{4})$/.exec(upper)?.[1];
  const suite = id === undefined ? suiteOfName(upper) : suiteOfId(Number.parseInt(id, 16));
  if (suite !== undefined) return [...before, suite.name];
  const near = nearest(
    text,
    SUITES.map(({ name }) => name),
  );
  throw new InvalidArgumentError(near === undefined ? "--help lists the suites." : `Did you mean ${near}?`);
}
