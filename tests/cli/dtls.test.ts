/** The tool with itself; other stacks are its peers in tests/interop. */
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { SUITES } from "../../services/dtls/suites.ts";
import { bound } from "../dtls/sockets/relay.ts";
import { cli, type RunningCli } from "./support/cli.ts";
import { ca, echoed, KEY, listen, ours, PSK, path, start, theirs, write } from "./support/dtls.ts";

describe("dtls connect and dtls listen", () => {
  it("carry a line a datagram each way, and end with 0 when input ends", async () => {
    const { server, uri } = await listen(...PSK);
    const client = start(["dtls", "connect", uri, ...PSK]);
    client.stdin.write("one\ntwo");
    await server.stdout.until("one\n");
    server.stdin.write("back\n");
    await client.stdout.until("back\n");
    client.stdin.end();
    expect(await client.exit).toBe(0);
    await server.stderr.until("closed by the peer");
    expect(server.stdout.text).toBe("one\ntwo\n");
    expect(client.stdout.text).toBe("back\n");
    expect(client.stderr.text).toContain("✔ connected to 127.0.0.1:");
    expect(client.stderr.text).toContain("TLS_PSK_WITH_AES_128_CCM_8");
    expect(client.stderr.text).toContain("✔ closed by this side");
  });

  it("end with 0 after the peer's close_notify, and at Ctrl-C", async () => {
    const { server, uri } = await listen(...PSK);
    const client = start(["dtls", "connect", uri, ...PSK]);
    await client.stderr.until("connected to");
    server.interrupt();
    expect([await server.exit, await client.exit]).toEqual([0, 0]);
    expect(client.stderr.text).toContain("✔ closed by the peer");
  });

  it("end a connection in good order at Ctrl-C", async () => {
    const { server, uri } = await listen(...PSK);
    const client = start(["dtls", "connect", uri, ...PSK]);
    await client.stderr.until("connected to");
    client.interrupt();
    expect(await client.exit).toBe(0);
    await server.stderr.until("closed by the peer");
  });

  it("go on listening when input ends, and send lines to the client that was heard last", async () => {
    const { server, uri } = await listen(...PSK);
    server.stdin.write("too early\n");
    await server.stderr.until("▲ nobody is connected: the line was not sent");
    const [one, two] = [start(["dtls", "connect", uri, ...PSK]), start(["dtls", "connect", uri, ...PSK])];
    await Promise.all([one.stderr.until("connected to"), two.stderr.until("connected to")]);
    for (const client of [two, one]) {
      client.stdin.write("here\n");
      await server.stdout.until(client === two ? "here\n" : "here\nhere\n");
    }
    server.stdin.end("for one\n");
    await one.stdout.until("for one\n");
    await echoedNothing(two);
    const late = start(["dtls", "connect", uri, ...PSK]);
    await late.stderr.until("connected to");
  });

  it("do not send a line that fits no datagram", async () => {
    const { uri } = await listen(...PSK, "--echo");
    const client = start(["dtls", "connect", uri, ...PSK, "--mtu", "300"]);
    client.stdin.write(`${"x".repeat(300)}\n${"y".repeat(70_000)}\nshort\n`);
    await client.stdout.until("short\n");
    expect(client.stderr.text).toMatch(/▲ 300 octets do not fit a datagram, which takes 271: they were not sent/);
    expect(client.stderr.text).toContain("▲ a line of more than 65536 octets was not sent");
    expect(client.stdout.text).toBe("short\n");
  });

  it("show a terminal what arrives without what would move its cursor", async () => {
    const { server, uri } = await listen(...PSK);
    const client = start(["dtls", "connect", uri, ...PSK], {}, { terminal: true });
    await client.stderr.until("Ctrl-D closes the connection.");
    server.stdin.write("a\u001b[2Jb\n");
    await client.stdout.until("a·[2Jb\n");
  });
});

async function echoedNothing(client: RunningCli): Promise<void> {
  client.stdin.end();
  await client.exit;
  expect(client.stdout.text).toBe("");
}

describe("credentials", () => {
  it("may be a pre-shared key from the environment or a file, and an identity in hexadecimal", async () => {
    const file = write("psk.hex", `${KEY}\n`);
    const { uri } = await listen("--psk-identity", "hex:00ff", "--psk", `file:${file}`, "--echo");
    const options = ["--psk-identity", "hex:00FF", "--psk", "env:THE_KEY"];
    const client = start(["dtls", "connect", uri, ...options], { THE_KEY: `hex:${KEY}` });
    client.stdin.end("hello");
    expect(await client.exit).toBe(0);
  });

  it("may be certificates, with the name that the server's has to be for", async () => {
    const { server, uri } = await listen("--cert", ours.cert, "--key", ours.key, "--ca", ca, "--echo");
    const options = ["--cert", theirs.cert, "--key", theirs.key, "--ca", ca];
    const client = await echoed(uri, ...options, "--server-name", "s.example");
    expect(client.stderr.text).toMatch(/server +certificate of CN=server\n +SHA-256 +[0-9A-F]{64}\n/);
    expect(client.stderr.text).toMatch(/server name +s\.example/);
    expect(server.stderr.text).toMatch(/client +certificate of CN=client/);
    const wrong = start(["dtls", "connect", uri, ...options, "--server-name", "other.example"]);
    expect(await wrong.exit).toBe(1);
    expect(wrong.stderr.text).toMatch(/The peer was sent alert 4\d, \w+: .*certificate/);
  });

  it("may be raw public keys, of which one of several has to be the peer's", async () => {
    const { uri } = await listen("--key", ours.key, "--peer-public-key", theirs.publicKey, "--echo");
    const keys = ["--peer-public-key", theirs.publicKey, "--peer-public-key", ours.publicKey];
    const client = await echoed(uri, "--key", theirs.key, ...keys);
    expect(client.stderr.text).toMatch(/server +raw public key\n +SHA-256 +[0-9A-F]{64}\n/);
    const wrong = start(["dtls", "connect", uri, "--key", theirs.key, "--peer-public-key", theirs.publicKey]);
    expect(await wrong.exit).toBe(1);
    expect(wrong.stderr.text).toContain("The peer was sent alert");
  });

  it("that the peer refuses end the command with 1, the alert, and what it means", async () => {
    const { server, uri } = await listen(...PSK);
    const { code, stdout, stderr } = await cli("dtls", "connect", uri, "--psk-identity", "x", "--psk", `hex:${KEY}`);
    expect(code).toBe(1);
    expect(stdout.text).toBe("");
    expect(stderr.text).toContain(
      "✖ the peer ended the connection with alert 115, unknown_psk_identity: the server does not know the PSK identity",
    );
    await server.stderr.until("The peer was sent alert 115, unknown_psk_identity");
  });
});

describe("wrong use of dtls", () => {
  const secret = "c0ffee";
  it.each([
    { argv: ["connect"], says: "missing required argument 'uri'" },
    { argv: ["connect", "127.0.0.1"], says: "There is no credential." },
    { argv: ["listen", "127.0.0.1", "--ca", ca], says: "There is no credential." },
    { argv: ["connect", "127.0.0.1", "--psk", `hex:${secret}`], says: "--psk needs --psk-identity" },
    { argv: ["connect", "127.0.0.1", "--psk-identity", "dev"], says: "--psk-identity needs --psk" },
    { argv: ["connect", "127.0.0.1", "--ca", ca, "--cert", ours.cert], says: "--cert needs --key" },
    { argv: ["connect", "127.0.0.1", "--key", ours.key], says: "--key needs --ca or --peer-public-key" },
    { argv: ["connect", "127.0.0.1", "--psk-identity", "dev", "--psk", secret], says: "Write hex:DIGITS, env:NAME" },
    {
      argv: ["connect", "127.0.0.1", "--psk-identity", "dev", "--psk", `hex:${secret}x`],
      says: "pairs of hexadecimal",
    },
    { argv: ["connect", "127.0.0.1", "--psk-identity", "dev", "--psk", "hex:"], says: "1 to 64 are allowed" },
    {
      argv: ["connect", "127.0.0.1", "--psk-identity", "dev", "--psk", `hex:${secret.repeat(22)}`],
      says: "the key has 66 octets; 1 to 64 are allowed",
    },
    {
      argv: ["connect", "127.0.0.1", "--psk-identity", "dev", "--psk", "env:NONE"],
      says: "no environment variable NONE",
    },
    {
      argv: ["connect", "127.0.0.1", "--psk-identity", "hex:0", "--psk", `hex:${secret}`],
      says: "--psk-identity: hex:",
    },
    {
      argv: ["connect", "127.0.0.1", "--psk-identity", "x".repeat(129), "--psk", `hex:${secret}`],
      says: "--psk-identity: it has 129 octets; at most 128 are allowed",
    },
    { argv: ["connect", "127.0.0.1", "--ca", "none.pem"], says: "none.pem: there is no such file or folder" },
    { argv: ["connect", "127.0.0.1", "--ca", ours.key], says: `${ours.key}: no certificate` },
    { argv: ["connect", "127.0.0.1", "--ca", ca, "--key", ours.cert], says: `${ours.cert}: no private key` },
    { argv: ["connect", "127.0.0.1", "--peer-public-key", ca], says: `${ca}: ` },
    {
      argv: ["connect", "127.0.0.1", "--ca", ca, "--cert", ours.cert, "--key", theirs.key],
      says: "does not belong to the first certificate",
    },
    { argv: ["connect", "coap://127.0.0.1", ...PSK], says: "coap: is not DTLS over UDP" },
    { argv: ["connect", "coaps://127.0.0.1/rd", ...PSK], says: "DTLS knows no path" },
    { argv: ["connect", "coaps://127.0.0.1:0", ...PSK], says: "port 0 is not from 1 to 65535" },
    { argv: ["listen", "coaps://127.0.0.1:65536", ...PSK], says: "port 65536 is not from 0 to 65535" },
    { argv: ["connect", "coaps://::1", ...PSK], says: "an IPv6 address stands in brackets" },
    { argv: ["connect", "coaps://[nonsense]", ...PSK], says: "[nonsense] is no IPv6 address" },
    { argv: ["connect", "127.0.0.1", "--suite", "TLS_PSK_WITH_AES_128_CCM_9"], says: "Did you mean TLS_PSK_WITH_AES" },
    { argv: ["connect", "127.0.0.1", "--suite", "c0ff"], says: "--help lists the suites." },
    { argv: ["connect", "127.0.0.1", ...PSK, "--suite", "C0AE"], says: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8" },
    { argv: ["connect", "127.0.0.1", "--cid=33"], says: "Allowed is a whole number from 0 to 32." },
    { argv: ["connect", "127.0.0.1", "--mtu", "100"], says: "Allowed is a whole number from 228 to 16384." },
    {
      argv: ["connect", "127.0.0.1", ...PSK, "--keylog", path("no", "folder")],
      says: "there is no such file or folder",
    },
    { argv: ["listen", "127.0.0.1", "--resume", "file"], says: "unknown option '--resume'" },
  ])("ends with 2 and the reason, and prints no secret: $says", async ({ argv, says }) => {
    const { code, stdout, stderr } = await cli("dtls", ...argv);
    expect({ code, out: stdout.text, err: stderr.text }).toEqual({
      code: 2,
      out: "",
      err: expect.stringContaining(says),
    });
    expect(stderr.text).not.toContain(secret);
  });

  it("ends with 1 where nobody listens, or the address is not this host's", async () => {
    const closed = await bound();
    const { port } = closed.address();
    closed.close();
    await once(closed, "close");
    const refused = await cli("dtls", "connect", `127.0.0.1:${port}`, ...PSK);
    expect(refused).toMatchObject({ code: 1, stdout: { text: "" } });
    expect(refused.stderr.text).toContain(`✖ 127.0.0.1:${port}: refused, nobody listens there`);
    const foreign = await cli("dtls", "listen", "192.0.2.1", ...PSK);
    expect(foreign).toMatchObject({ code: 1, stdout: { text: "" } });
    expect(foreign.stderr.text).toContain("✖ cannot bind 192.0.2.1:5684");
  });
});

describe("help of dtls", () => {
  it.each(["connect", "listen"])(
    "lists the suites for %s, and says who can see a key or read the traffic",
    async (name) => {
      const { code, stdout } = await cli("dtls", name, "--help");
      expect(code).toBe(0);
      expect(stdout.text).toContain(`Usage: lwm2m-carrier dtls ${name} [options] <uri>`);
      for (const suite of SUITES) expect(stdout.text).toContain(suite.name);
      expect(stdout.text.replace(/\s+/g, " ")).toContain("with it anybody can read the traffic");
      expect(stdout.text.replace(/\s+/g, " ")).toContain("can be seen by everybody who may list processes");
      expect(stdout.text.split("Examples:")[1]).toContain(`lwm2m-carrier dtls ${name}`);
    },
  );
});
