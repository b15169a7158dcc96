/** Each option of the protocol once, in the roles that have it. */
import { once } from "node:events";
import { existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { bound } from "../dtls/sockets/relay.ts";
import { cli } from "./support/cli.ts";
import { ca, echoed, KEY, listen, ours, PSK, path, start, write } from "./support/dtls.ts";

describe("options of the protocol", () => {
  it("--suite offers suites by name or number, preferred first", async () => {
    const { uri } = await listen(...PSK, "--echo", "--suite", "d003", "--suite", "tls_psk_with_aes_128_gcm_sha256");
    const client = await echoed(uri, ...PSK, "--suite", "TLS_PSK_WITH_AES_128_GCM_SHA256");
    expect(client.stderr.text).toMatch(/suite +TLS_PSK_WITH_AES_128_GCM_SHA256/);
    const other = await echoed(uri, ...PSK, "--suite", "0xD003");
    expect(other.stderr.text).toMatch(/suite +TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256/);
  });

  it("--suite with CBC warns of it", async () => {
    const { server, uri } = await listen(...PSK, "--echo", "--suite", "00AE");
    const client = await echoed(uri, ...PSK, "--suite", "00AE");
    const warning = "▲ TLS_PSK_WITH_AES_128_CBC_SHA256: CBC cannot be checked in constant time in JavaScript";
    expect([server.stderr.text, client.stderr.text]).toEqual([
      expect.stringContaining(warning),
      expect.stringContaining(warning),
    ]);
  });

  it("--cid asks for a Connection ID, with its length if one is given, and takes no other word", async () => {
    const { server, uri } = await listen(...PSK, "--echo", "--cid=4");
    const client = start(["dtls", "connect", "--cid", uri, ...PSK]);
    await client.stderr.until(/Connection ID +own empty, the peer's [0-9a-f]{8}$/m);
    await server.stderr.until(/Connection ID +own [0-9a-f]{8}, the peer's empty$/m);
    const without = start(["dtls", "connect", uri, ...PSK]);
    await without.stderr.until(/Connection ID +none$/m);
  });

  it("--mtu keeps every datagram within", async () => {
    const { uri } = await listen("--cert", ours.cert, "--key", ours.key, "--mtu", "300", "--flights");
    const sizes: number[] = [];
    const sink = await bound();
    try {
      sink.on("message", ({ length }) => sizes.push(length));
      const port = sink.address().port;
      const silent = start(["dtls", "connect", `coaps://127.0.0.1:${port}`, "--ca", ca, "--mtu", "228"]);
      await once(sink, "message");
      silent.interrupt();
      expect(await silent.exit).toBe(1);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(228);
    } finally {
      sink.close();
    }
    const client = start(["dtls", "connect", uri, "--ca", ca, "--mtu", "300"]);
    await client.stderr.until(/data +up to 271 octets/);
  });

  it("--flights prints a line for each flight, with the peer where there are several", async () => {
    const { server, uri } = await listen(...PSK, "--echo", "--flights");
    const client = await echoed(uri, ...PSK, "--flights");
    const flights = client.stderr.lines.filter((line) => /^ +\d+ ms {2}[→←] \d/.test(line));
    const shown = flights.map((line) => line.replace(/^ +\d+ ms {2}/, "").replace(/ +\d+ octets {2}/, " "));
    expect(shown).toEqual([
      "→ 1 ClientHello",
      "← 2 HelloVerifyRequest",
      "→ 3 ClientHello",
      "← 4 ServerHello, ServerHelloDone",
      "→ 5 ClientKeyExchange, ChangeCipherSpec, Finished",
      "← 6 ChangeCipherSpec, Finished",
    ]);
    expect(client.stderr.text).toMatch(/→ +alert 0 close_notify$/m);
    expect(server.stderr.text).toMatch(/^127\.0\.0\.1:\d+ +\d+ ms {2}→ 6 /m);
    expect(client.stderr.text).not.toContain("\u001b");
  });

  it("--json prints everything as JSON lines on standard output", async () => {
    const server = start(["dtls", "listen", "coaps://127.0.0.1:0", ...PSK, "--json", "--echo"]);
    await server.stdout.until('"kind":"listening"');
    const { uri } = JSON.parse(server.stdout.lines[0] ?? "") as { uri: string };
    const client = start(["dtls", "connect", uri, ...PSK, "--json", "--flights"]);
    client.stdin.write("hello\n");
    await client.stdout.until('"kind":"data"');
    client.stdin.end();
    expect(await client.exit).toBe(0);
    await server.stdout.until('"kind":"closed"');
    expect(client.stderr.text).toBe("");
    const lines = client.stdout.records as unknown as Record<string, unknown>[];
    expect(lines.map(({ kind }) => kind)).toEqual([...Array(6).fill("flight"), "connected", "data", "alert", "closed"]);
    expect(lines[6]).toMatchObject({
      suite: "TLS_PSK_WITH_AES_128_CCM_8",
      resumed: false,
      credential: { kind: "psk" },
    });
    expect(lines[7]).toMatchObject({ text: "hello", bytes: Uint8Array.from(Buffer.from("hello")) });
    expect(lines[9]).toMatchObject({ by: "local", dropped: { replay: 0 } });
    expect(client.stdout.text).not.toContain(Buffer.from("dev").toString("hex"));

    const refused = await cli("dtls", "connect", uri, "--psk-identity", "x", "--psk", `hex:${KEY}`, "--json");
    expect(refused.code).toBe(1);
    expect(refused.stdout.records.at(-1)).toMatchObject({
      kind: "failed",
      error: { code: "alert", alert: { code: 115, name: "unknown_psk_identity", meaning: expect.any(String) } },
    });
  });

  it("--resume keeps the session for its owner alone, and resumes it", async () => {
    const { uri } = await listen(...PSK, "--echo");
    const file = path("session.pem");
    const first = await echoed(uri, ...PSK, "--resume", file);
    expect(first.stderr.text).toMatch(/session +new/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toContain("-----BEGIN DTLS SESSION-----");
    const second = await echoed(uri, ...PSK, "--resume", file);
    expect(second.stderr.text).toMatch(/session +resumed/);
  });

  it("--resume makes a new session where the server knows the old one no longer", async () => {
    const file = path("old.pem");
    const { server, uri } = await listen(...PSK, "--echo");
    await echoed(uri, ...PSK, "--resume", file);
    server.interrupt();
    await server.exit;
    const before = readFileSync(file, "utf8");
    const other = await listen(...PSK, "--echo");
    const client = await echoed(other.uri, ...PSK, "--resume", file);
    expect(client.stderr.text).toMatch(/session +new/);
    expect(readFileSync(file, "utf8")).not.toBe(before);
  });

  it.each([
    { content: "no session", says: "it has no PEM block" },
    { content: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", says: "it holds CERTIFICATE" },
    { content: "-----BEGIN DTLS SESSION-----\nAA*A\n-----END DTLS SESSION-----\n", says: "line 2: " },
    { content: "-----BEGIN DTLS SESSION-----\nAAAA\n-----END DTLS SESSION-----\n", says: "what was stored" },
    { content: "x".repeat(16_385), says: "at most 16384 are read" },
  ])("--resume refuses a file that holds no session, and leaves it: $says", async ({ content, says }) => {
    const file = write("none.pem", content);
    const { code, stderr } = await cli("dtls", "connect", "127.0.0.1", ...PSK, "--resume", file);
    expect(code).toBe(2);
    expect(stderr.text).toContain(file);
    expect(stderr.text).toContain(says);
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  it("--resume forgets a session after a fatal alert", async () => {
    const file = path("forgotten.pem");
    const { server, uri } = await listen(...PSK, "--echo");
    await echoed(uri, ...PSK, "--resume", file);
    server.interrupt();
    await server.exit;
    const other = await listen(...PSK, "--suite", "00A8");
    const refused = await cli("dtls", "connect", other.uri, ...PSK, "--suite", "C0A8", "--resume", file);
    expect(refused.stderr.text).toContain("alert 40, handshake_failure");
    expect(existsSync(file)).toBe(false);
  });

  it("--keylog adds a line a handshake to a file for its owner alone", async () => {
    const { uri } = await listen(...PSK, "--echo", "--keylog", path("server.keys"));
    await echoed(uri, ...PSK, "--keylog", path("client.keys"));
    await echoed(uri, ...PSK, "--keylog", path("client.keys"));
    const log = readFileSync(path("client.keys"), "utf8");
    expect(log).toMatch(/^(CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}\n){2}$/);
    expect(readFileSync(path("server.keys"), "utf8")).toBe(log);
    expect(statSync(path("client.keys")).mode & 0o777).toBe(0o600);
  });

  const itWhereDisksAreFull = existsSync("/dev/full") ? it : it.skip;
  itWhereDisksAreFull("--keylog that can no longer be written does not end the handshake", async () => {
    symlinkSync("/dev/full", path("full.keys"));
    const { uri } = await listen(...PSK, "--echo");
    const client = await echoed(uri, ...PSK, "--keylog", path("full.keys"));
    expect(client.stderr.text).toContain("▲ the key log ended: ");
  });
});
