/** Sockets of the front, bridged to this host's UDP and to our DTLS, with peers outside of it. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { type DtlsListener, listenDtls } from "../../services/dtls/index.ts";
import { createCa, issue } from "../support/certificateAuthority.ts";
import { type Setting, Terminal } from "./support/terminal.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Registered, with these credentials. */
async function started(setting: Setting = {}, ...credentials: readonly string[]): Promise<Terminal> {
  const terminal = await Terminal.start(setting);
  closing.push(() => terminal.close());
  await terminal.obeyed(...credentials);
  await terminal.register();
  return terminal;
}

/** Answers every datagram with `answer` of it. */
async function peer(
  answer: (datagram: Buffer) => Buffer = (datagram) => datagram,
): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket("udp4");
  socket.on("message", (datagram, { port, address }) => socket.send(answer(datagram), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  closing.push(() => new Promise<void>((done) => socket.close(() => done())));
  return { socket, port: socket.address().port };
}

/** A secure peer that sends back what it gets, turned round. */
async function securePeer(resumed: boolean[] = []): Promise<DtlsListener> {
  const listener = await listenDtls({
    host: "127.0.0.1",
    port: 0,
    clock: new SystemClock(),
    psk: (identity) =>
      Buffer.from(identity).toString() === "device" ? Buffer.from("00112233445566778899", "hex") : undefined,
    onConnection: (socket) => {
      resumed.push(socket.info.resumed);
      socket.attach({ onData: (bytes) => socket.send(Uint8Array.from(bytes).reverse()), onClose: () => {} });
    },
    onFailure: () => {},
  });
  closing.push(() => listener.close());
  return listener;
}

describe("datagram sockets by handle", () => {
  it("are opened, listed, connected, used in every mode and closed", async () => {
    const { port } = await peer();
    const terminal = await started();
    expect(await terminal.say("AT#XSOCKET=1,2,0")).toBe("\r\n#XSOCKET: 0,2,17\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XSOCKET=2,2,0,1")).toBe("\r\n#XSOCKET: 1,2,17\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XSOCKET?")).toBe("\r\n#XSOCKET: 0,1,0,2,0\r\n\r\n#XSOCKET: 1,2,0,2,1\r\n\r\nOK\r\n");
    expect(await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${port}`)).toBe("\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n");

    expect(await terminal.say('AT#XSEND=0,0,0,"hello"')).toBe("\r\n#XSEND: 0,0,5\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toBe("\r\n#XRECV: 0,0,5\r\nhello\r\nOK\r\n");

    expect(await terminal.say('AT#XSEND=0,0,8704,"hello"')).toBe("\r\n#XSEND: 0,1,5\r\n\r\nOK\r\n");
    expect(await terminal.until(/NTF.*\r\n/)).toBe("\r\n#XSENDNTF: 0,0,5\r\n");
    await terminal.say("AT#XRECV=0,0,0,10");

    expect(await terminal.say('AT#XSEND=0,1,0,"00ff0d0a"')).toBe("\r\n#XSEND: 0,0,4\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XRECV=0,1,0,10")).toBe("\r\n#XRECV: 0,1,4\r\n00FF0D0A\r\nOK\r\n");

    terminal.write("AT#XSEND=0,2,0,8\r");
    expect(await terminal.until(/OK\r\n/)).toBe("\r\nOK\r\n");
    terminal.write("\r\nOK\r\n\0\u00ff");
    expect(await terminal.until(/#XDATAMODE: 0\r\n/)).toBe("\r\n#XDATAMODE: 0\r\n");
    expect(await terminal.say("AT#XRECV=0,1,0,10")).toBe("\r\n#XRECV: 0,1,8\r\n0D0A4F4B0D0A00FF\r\nOK\r\n");

    terminal.write("AT#XSEND=0,2,0\r");
    await terminal.until(/OK\r\n/);
    terminal.write("a+b++c+++");
    expect(await terminal.until(/#XDATAMODE: 0\r\n/)).toBe("\r\n#XDATAMODE: 0\r\n");
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toBe("\r\n#XRECV: 0,0,6\r\na+b++c\r\nOK\r\n");

    expect(await terminal.say("AT#XCLOSE=0")).toBe("\r\n#XCLOSE: 0,0\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XCLOSE")).toBe("\r\n#XCLOSE: 1,0\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XSOCKET?")).toBe("\r\nOK\r\n");
  });

  it("read data to their end, however many come at once", async () => {
    const { port } = await peer();
    const terminal = await started();
    await terminal.obeyed("AT#XSOCKET=1,2,0", `AT#XCONNECT=0,"127.0.0.1",${port}`);
    for (const [length, end] of [
      [",60000", ""],
      ["", "+++"],
    ] as const) {
      terminal.write(`AT#XSEND=0,2,0${length}\r${"x".repeat(60_000)}${end}`);
      await terminal.until(/#XDATAMODE: -?\d\r\n/);
      expect(await terminal.say("AT")).toBe("\r\nOK\r\n");
    }
  });

  it("send to whom they are told and say from whom it came", async () => {
    const { port } = await peer();
    const terminal = await started();
    await terminal.say("AT#XSOCKET=1,2,0");
    expect(await terminal.say(`AT#XSENDTO=0,0,0,"127.0.0.1",${port},"hello"`)).toBe(
      "\r\n#XSENDTO: 0,0,5\r\n\r\nOK\r\n",
    );
    expect(await terminal.say("AT#XRECVFROM=0,0,0,10")).toBe(
      `\r\n#XRECVFROM: 0,0,5,"127.0.0.1",${port}\r\nhello\r\nOK\r\n`,
    );
  });

  it("give ERROR when nothing comes in time, at once with the flag for it, and leave what is peeked at", async () => {
    const { port } = await peer();
    const terminal = await started();
    await terminal.say("AT#XSOCKET=1,2,0");
    await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${port}`);
    expect(await terminal.say("AT#XRECV=0,0,64,10")).toBe("\r\nERROR\r\n");
    terminal.write("AT#XRECV=0,0,0,10\r");
    await terminal.passes(9_999);
    expect(await terminal.rest()).toBe("");
    await terminal.passes(1);
    expect(await terminal.rest()).toBe("\r\nERROR\r\n");
    await terminal.say('AT#XSEND=0,0,0,"hello"');
    expect(await terminal.say("AT#XRECV=0,0,2,10")).toContain("hello");
    expect(await terminal.say("AT#XRECV=0,0,0,10,4")).toBe("\r\n#XRECV: 0,0,4\r\nhell\r\nOK\r\n");
  });

  it("are eight, and of kinds that are simulated", async () => {
    const terminal = await started();
    for (let handle = 0; handle < 8; handle++) {
      expect(await terminal.say("AT#XSOCKET=1,2,0")).toContain(`#XSOCKET: ${handle},`);
    }
    expect(await terminal.say("AT#XSOCKET=1,2,0")).toBe("\r\nERROR\r\n");
    await terminal.say("AT#XCLOSE");
    for (const refused of ["1,1,0", "3,3,0"]) expect(await terminal.say(`AT#XSOCKET=${refused}`)).toBe("\r\nERROR\r\n");
    expect(await terminal.say("AT#XRECV=3,0,0,10")).toBe("\r\nERROR\r\n");
  });
});

describe("sockets of a modem without network", () => {
  it("send nothing and lose what comes, and go on when it is back", async () => {
    const { port, socket } = await peer();
    const terminal = await started();
    await terminal.say("AT#XSOCKET=1,2,0");
    await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${port}`);
    await terminal.obeyed("AT#XAPOLL=0,1,1");
    await terminal.say('AT#XSEND=0,0,0,"one"');
    await terminal.until(/#XAPOLL: 0,1\r\n/);
    await terminal.say("AT#XRECV=0,0,0,10");
    const [{ port: own }] = (await Promise.all([
      once(socket, "message").then(([, from]) => from),
      terminal.say('AT#XSEND=0,0,0,"two"'),
    ])) as [{ port: number }, string];
    await terminal.until(/#XAPOLL: 0,1\r\n/);
    await terminal.say("AT#XRECV=0,0,0,10");

    await terminal.obeyed("AT+CFUN=4");
    expect(await terminal.say('AT#XSEND=0,0,0,"lost"')).toBe("\r\nERROR\r\n");
    expect(await terminal.say('AT#XGETADDRINFO="127.0.0.1"')).toContain("ERROR");
    await new Promise<void>((done) => socket.send("unheard", own, "127.0.0.1", () => done()));
    expect(await terminal.rest()).toBe("");
    await terminal.register();
    await terminal.say('AT#XSEND=0,0,0,"three"');
    await terminal.until(/#XAPOLL: 0,1\r\n/);
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toContain("three");
  });
});

describe("#XAPOLL", () => {
  it("tells once of what has arrived, and again when it was read", async () => {
    const { port } = await peer();
    const terminal = await started();
    await terminal.say("AT#XSOCKET=1,2,0");
    await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${port}`);
    await terminal.obeyed("AT#XAPOLL=0,1,1");
    await terminal.say('AT#XSEND=0,0,0,"one"');
    await terminal.say('AT#XSEND=0,0,0,"two"');
    expect(await terminal.until(/#XAPOLL: .*\r\n/)).toBe("\r\n#XAPOLL: 0,1\r\n");
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toContain("one");
    expect(await terminal.until(/#XAPOLL: .*\r\n/)).toBe("\r\n#XAPOLL: 0,1\r\n");
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toContain("two");
    await terminal.obeyed("AT#XAPOLL=0,0");
    await terminal.say('AT#XSEND=0,0,0,"three"');
    await terminal.say("AT#XRECV=0,0,0,10");
    expect(await terminal.rest()).toBe("");
  });
});

describe("#XRECVCFG", () => {
  it("gives data as they arrive", async () => {
    const { port } = await peer();
    const terminal = await started();
    await terminal.say("AT#XSOCKET=1,2,0");
    await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${port}`);
    await terminal.obeyed("AT#XRECVCFG=0,1,1");
    await terminal.say('AT#XSEND=0,0,0,"hello"');
    expect(await terminal.until(/6C6F\r\n/)).toBe("\r\n#XRECV: 0,1,5\r\n68656C6C6F\r\n");
    await terminal.obeyed("AT#XRECVCFG=0,1");
    await terminal.say('AT#XSEND=0,0,0,"hello"');
    expect(await terminal.until(/hello\r\n/)).toBe("\r\n#XRECV: 0,0,5\r\nhello\r\n");
  });
});

describe("secure sockets", () => {
  const KEYS = ['AT%CMNG=0,25,3,"00112233445566778899"', 'AT%CMNG=0,25,4,"device"'];

  it("make the handshake with the keys of their tag, tell suite and Connection ID, and are saved and loaded", async () => {
    const listener = await securePeer();
    const terminal = await started({}, ...KEYS);
    expect(await terminal.say("AT#XSSOCKET=1,2,0,25")).toBe("\r\n#XSSOCKET: 0,2,273\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XSSOCKET?")).toBe("\r\n#XSSOCKET: 0,1,0,2,25,0\r\n\r\nOK\r\n");
    await terminal.obeyed("AT#XSSOCKETOPT=0,1,14,2", "AT#XSSOCKETOPT=0,1,18,7");
    expect(await terminal.say("AT#XSSOCKETOPT=0,0,15")).toBe("\r\n#XSSOCKETOPT: 0,0\r\n\r\nOK\r\n");
    expect(await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${listener.address.port}`)).toBe(
      "\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n",
    );
    expect(await terminal.say("AT#XSSOCKETOPT=0,0,4")).toMatch(/^\r\n#XSSOCKETOPT: 0,0x[0-9a-f]{4}\r\n\r\nOK\r\n$/);
    expect(await terminal.say("AT#XSSOCKETOPT=0,0,15")).toBe("\r\n#XSSOCKETOPT: 0,3\r\n\r\nOK\r\n");
    await terminal.say('AT#XSEND=0,0,0,"hello"');
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toBe("\r\n#XRECV: 0,0,5\r\nolleh\r\nOK\r\n");

    await terminal.obeyed("AT#XSSOCKETOPT=0,1,19,1");
    expect(await terminal.say('AT#XSEND=0,0,0,"hello"')).toBe("\r\nERROR\r\n");
    await terminal.obeyed("AT#XSSOCKETOPT=0,1,20,1");
    await terminal.say('AT#XSEND=0,0,0,"again"');
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toContain("niaga");
  });

  it("resume where the session cache knows the peer, and not when it was purged or is off", async () => {
    const resumed: boolean[] = [];
    const listener = await securePeer(resumed);
    const terminal = await started({}, ...KEYS);
    for (const option of ["14,0", "14,0", "13,1", "14,0", "12,0"]) {
      await terminal.say("AT#XSSOCKET=1,2,0,25");
      await terminal.obeyed(`AT#XSSOCKETOPT=0,1,${option}`);
      expect(await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${listener.address.port}`)).toContain("#XCONNECT: 0,1");
      await terminal.say("AT#XCLOSE=0");
    }
    expect(resumed).toEqual([false, true, false, true, false]);
  });

  it("give ERROR for a tag without keys, and for keys that the peer does not know", async () => {
    const listener = await securePeer();
    const terminal = await started({}, 'AT%CMNG=0,26,3,"0011"', 'AT%CMNG=0,26,4,"stranger"');
    await terminal.say("AT#XSSOCKET=1,2,0,25");
    expect(await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${listener.address.port}`)).toBe("\r\nERROR\r\n");
    await terminal.say("AT#XSSOCKET=1,2,0,26");
    await terminal.obeyed("AT#XSSOCKETOPT=1,1,18,1");
    terminal.write(`AT#XCONNECT=1,"127.0.0.1",${listener.address.port}\r`);
    let answer = "";
    while (!answer.includes("ERROR")) {
      await terminal.passes(100);
      answer += await terminal.rest();
    }
    expect(answer).toBe("\r\nERROR\r\n");
  });

  it("prove themselves with the certificate of their tag and check the peer's against its CA and the name set", async () => {
    const ca = createCa({ name: "Root", notBefore: 0 });
    const server = issue({ ca, subject: "server", san: ["DNS:server.example"], notBefore: 0 });
    const device = issue({ ca, subject: "device", notBefore: 0 });
    const listener = await listenDtls({
      host: "127.0.0.1",
      port: 0,
      clock: new SystemClock(),
      certificate: { chain: [server.der], privateKey: server.privateKey },
      trust: { anchors: [ca.der] },
      onConnection: (socket) => socket.attach({ onData: (bytes) => socket.send(bytes), onClose: () => {} }),
      onFailure: () => {},
    });
    closing.push(() => listener.close());
    const pems = [ca.pem, device.pem, device.privateKeyPem];
    const terminal = await started({}, ...pems.map((pem, type) => `AT%CMNG=0,27,${type},"${pem}"`));
    const connect = async (handle: number, name: string) => {
      await terminal.say("AT#XSSOCKET=1,2,0,27,2");
      await terminal.obeyed(`AT#XSSOCKETOPT=${handle},1,2,${name}`);
      return terminal.say(`AT#XCONNECT=${handle},"127.0.0.1",${listener.address.port}`);
    };
    expect(await connect(0, "server.example")).toBe("\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n");
    await terminal.say('AT#XSEND=0,0,0,"hello"');
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toBe("\r\n#XRECV: 0,0,5\r\nhello\r\nOK\r\n");
    expect(await connect(1, "another.example")).toBe("\r\nERROR\r\n");
  });

  it("tell of a peer that ends the connection", async () => {
    const listener = await securePeer();
    const terminal = await started({}, ...KEYS);
    await terminal.say("AT#XSSOCKET=1,2,0,25");
    await terminal.say(`AT#XCONNECT=0,"127.0.0.1",${listener.address.port}`);
    await terminal.obeyed("AT#XAPOLL=0,1,1");
    await listener.close();
    expect(await terminal.until(/#XAPOLL: .*\r\n/)).toBe("\r\n#XAPOLL: 0,16\r\n");
    expect(await terminal.say("AT#XRECV=0,0,0,10")).toBe("\r\nOK\r\n");
  });
});

describe("sockets of the older application", () => {
  it("are selected, and used without a handle", async () => {
    const { port } = await peer();
    const terminal = await started({ dialect: "slm" });
    expect(await terminal.say("AT#XSOCKET=1,2,0")).toBe("\r\n#XSOCKET: 0,2,17\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XSOCKET=1,2,0")).toBe("\r\n#XSOCKET: 1,2,17\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XSOCKETSELECT=0")).toBe("\r\n#XSOCKETSELECT: 0\r\n\r\nOK\r\n");
    expect(await terminal.say(`AT#XCONNECT="127.0.0.1",${port}`)).toBe("\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
    expect(await terminal.say('AT#XSEND="hello"')).toBe("\r\n#XSEND: 5\r\n\r\nOK\r\n");
    expect(await terminal.say("AT#XRECV=10")).toBe("\r\n#XRECV: 5\r\nhello\r\nOK\r\n");
    terminal.write("AT#XSEND\r\n");
    await terminal.until(/OK\r\n/);
    terminal.write("\0\u00ff+++");
    await terminal.until(/#XDATAMODE: 0\r\n/);
    expect(await terminal.say("AT#XPOLL=1000,0")).toMatch(/^\r\n#XPOLL: 0,"0x0*1"\r\n\r\nOK\r\n$/);
    expect(await terminal.say("AT#XRECV=10")).toBe("\r\n#XRECV: 2\r\n\0\u00ff\r\nOK\r\n");
    expect(await terminal.say("AT#XSOCKET=0")).toBe('\r\n#XSOCKET: 0,"closed"\r\n\r\nOK\r\n');
    expect(await terminal.say("AT#XSOCKETSELECT?")).toBe(
      "\r\n#XSOCKETSELECT: 1,1,0,2,-1,0,0\r\n\r\n#XSOCKETSELECT: 1\r\n\r\nOK\r\n",
    );
  });
});

describe("names", () => {
  it("are resolved, or said not to be found", async () => {
    const terminal = await started();
    expect(await terminal.say('AT#XGETADDRINFO="127.0.0.1"')).toBe('\r\n#XGETADDRINFO: "127.0.0.1"\r\n\r\nOK\r\n');
    expect(await terminal.say('AT#XGETADDRINFO="no.such.name.invalid"')).toBe(
      '\r\n#XGETADDRINFO: "not found"\r\n\r\nERROR\r\n',
    );
  });
});
