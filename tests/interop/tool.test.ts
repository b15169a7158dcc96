/** The command `dtls connect` and `dtls listen`, as its users start it, with the tools that they know. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { type CredentialKind, FILES, IDENTITY, PSK_HEX } from "./support/credentials.ts";
import { gnutlsClient, gnutlsServer } from "./support/gnutls.ts";
import { opensslClient, opensslServer } from "./support/openssl.ts";
import { HOST } from "./support/ours.ts";
import { ECDSA_CCM8, type Pairing, PSK_CCM8 } from "./support/pairings.ts";
import { Peer } from "./support/peer.ts";

const COMMAND = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const RAW_KEY_CCM8: Pairing = { ...ECDSA_CCM8, credential: "rawPublicKey" };

const credentialsOf = (own: "client" | "server", peer: "client" | "server") =>
  ({
    psk: ["--psk-identity", IDENTITY, "--psk", `hex:${PSK_HEX}`],
    certificate: ["--cert", FILES[own].certificate, "--key", FILES[own].privateKey, "--ca", FILES.ca],
    rawPublicKey: ["--key", FILES[own].privateKey, "--peer-public-key", FILES[peer].publicKey],
  }) satisfies Record<CredentialKind, readonly string[]>;

function toolConnect(port: number, { credential, suite }: Pairing, ...options: readonly string[]): Peer {
  const credentials = credentialsOf("client", "server")[credential];
  const where = ["dtls", "connect", `coaps://${HOST}:${port}`];
  return new Peer(process.execPath, [COMMAND, ...where, ...credentials, "--suite", suite, ...options]);
}

async function toolListen({ credential, suite }: Pairing): Promise<{ readonly tool: Peer; readonly port: number }> {
  const credentials = credentialsOf("server", "client")[credential];
  const where = ["dtls", "listen", `coaps://${HOST}:0`];
  const tool = new Peer(process.execPath, [COMMAND, ...where, ...credentials, "--suite", suite, "--echo"]);
  const line = await tool.line(/listening at coaps:/);
  return { tool, port: Number(/coaps:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]) };
}

describe("dtls connect", () => {
  it("talks with OpenSSL's server, and ends with 0 at the end of input", async () => {
    const { port, peer } = await opensslServer(PSK_CCM8);
    const tool = toolConnect(port, PSK_CCM8, "--flights");
    await tool.line(/connected to/);
    peer.write("from the server");
    await tool.line(/^from the server$/);
    tool.write("from the tool");
    tool.finish();
    expect(await tool.ended).toBe(0);
    // The tool sends a line without its end, so that what the server prints next stands beside it.
    await peer.line(/^from the toolDONE$/);
    expect(tool.lines.join("\n")).toMatch(/ClientHello.*HelloVerifyRequest.*Finished/s);
  });

  it.each([ECDSA_CCM8, RAW_KEY_CCM8])("talks with GnuTLS's server ($credential)", async (pairing) => {
    const { port } = await gnutlsServer(pairing);
    const tool = toolConnect(port, pairing);
    tool.write("from the tool");
    await tool.line(/^from the tool$/);
    tool.finish();
    expect(await tool.ended).toBe(0);
  });

  it("ends with 1 and says what the alert of OpenSSL's server means", async () => {
    const { port } = await opensslServer(PSK_CCM8);
    const tool = toolConnect(port, ECDSA_CCM8);
    await tool.line(/handshake_failure/);
    expect(await tool.ended).toBe(1);
  });
});

describe("dtls listen", () => {
  it("echoes to OpenSSL's client", async () => {
    const { tool, port } = await toolListen(ECDSA_CCM8);
    const client = opensslClient(port, ECDSA_CCM8);
    client.write("from the client");
    await tool.line(/^from the client$/);
    await client.line(/^from the client$/);
    client.finish();
    expect(await client.ended).toBe(0);
    await tool.line(/closed by the peer/);
  });

  it.each([PSK_CCM8, RAW_KEY_CCM8])("echoes to GnuTLS's client ($credential)", async (pairing) => {
    const { tool, port } = await toolListen(pairing);
    const client = gnutlsClient(port, pairing);
    client.write("from the client");
    await tool.line(/^from the client$/);
    await client.line(/^from the client$/);
    client.finish();
    expect(await client.ended).toBe(0);
  });
});
