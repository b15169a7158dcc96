/** What Eclipse Leshan's bootstrap server makes of a device: accounts, rights, and when it is led again. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { LeshanBootstrap, type LeshanProvision, type LeshanSecurityInstance } from "./support/leshanBootstrap.ts";
import type { Content } from "./support/leshanContent.ts";
import { CREDENTIALS } from "./support/leshanCredentials.ts";
import { ENDPOINT, type LeshanTestDevice, LIFETIME_SECONDS, SERVER_ID, startDevice } from "./support/leshanDevice.ts";
import { LeshanServer } from "./support/leshanServer.ts";

const { text, tlv } = CONTENT_FORMAT;
const OTHER_ID = 124;
const READ = 1;
const [BOOTSTRAP_TRIGGER, UTC_OFFSET, RESET_ERRORS] = ["/1/0/9", "/3/0/14", "/3/0/12"];

let bootstrap: LeshanBootstrap;
let open: LeshanServer;
let secure: LeshanServer;
beforeAll(async () => {
  [bootstrap, open, secure] = await Promise.all([LeshanBootstrap.start(), LeshanServer.start(), LeshanServer.start()]);
});

interface Accounts {
  readonly bootstrap: LeshanSecurityInstance;
  /** Without security. */
  readonly open: LeshanSecurityInstance;
  /** With a pre-shared key. */
  readonly secure: LeshanSecurityInstance;
}

/** All three servers begin anew; the accounts are as the bootstrap server writes them. */
async function accounts(): Promise<Accounts> {
  const [led, { coap }, { coaps }] = await Promise.all([
    bootstrap.configure({}),
    open.configure(),
    secure.configure(CREDENTIALS.psk.server),
  ]);
  const { publicKeyOrIdentity, secretKey } = CREDENTIALS.psk.device().secrets!;
  return {
    bootstrap: { uri: `coap://127.0.0.1:${led.coap}`, securityMode: "NO_SEC", bootstrapServer: true },
    open: { uri: `coap://127.0.0.1:${coap}`, securityMode: "NO_SEC", serverId: SERVER_ID },
    secure: {
      ...{ uri: `coaps://127.0.0.1:${coaps}`, securityMode: "PSK", serverId: OTHER_ID },
      ...{ publicKeyOrId: publicKeyOrIdentity!, secretKey: secretKey! },
    },
  };
}

/** From now on a bootstrap does this. */
const gives = (provision: LeshanProvision) => bootstrap.provision({ [ENDPOINT]: provision });

const start = ({ bootstrap: { uri } }: Accounts): LeshanTestDevice =>
  startDevice({ bootstrap: { uri, security: { mode: "none" } } });

/** To all of one bootstrap, in order, as `write /0/1 2.04`, and what was read. */
async function finished(): Promise<{ readonly answers: readonly string[]; readonly values: Content["values"] }> {
  await bootstrap.event("finished");
  const answers: string[] = [];
  let values: Content["values"] = {};
  for (const _ of bootstrap.unseen("answered")) {
    const { request, path, code, ...content } = await bootstrap.event("answered");
    answers.push([request, path, code].filter((part) => part !== undefined).join(" "));
    values = { ...values, ...content.values };
  }
  return { answers, values };
}

const server = (shortId: number) => ({ shortId, lifetime: LIFETIME_SECONDS });

/** Both management servers, and what they may do with /3/0. */
const both = (given: Accounts): LeshanProvision => ({
  toDelete: ["/"],
  security: { 1: given.open, 2: given.secure },
  servers: { 0: server(SERVER_ID), 1: server(OTHER_ID) },
  acls: { 0: { objectId: 3, objectInstanceId: 0, acls: { [OTHER_ID]: READ }, AccessControlOwner: SERVER_ID } },
  toRead: ["/1", "/2"],
});
const RIGHTS = { "/2/0/0": 3, "/2/0/1": 0, [`/2/0/2/${OTHER_ID}`]: READ, "/2/0/3": SERVER_ID };

describe("a device that Leshan's bootstrap server led", () => {
  it("registers with both servers that it was given, one of them with PSK", async () => {
    const given = await accounts();
    await gives(both(given));
    start(given);
    const { answers, values } = await finished();
    expect(answers).toEqual([
      ...["delete / 2.02", "write /0/1 2.04", "write /0/2 2.04", "write /1/0 2.04", "write /1/1 2.04"],
      ...["write /2/0 2.04", "read /1 2.05", "read /2 2.05", "finish 2.04"],
    ]);
    expect(values).toMatchObject({ "/1/0/0": SERVER_ID, "/1/1/0": OTHER_ID, ...RIGHTS });
    for (const [management, { uri }] of [
      [open, given.open],
      [secure, given.secure],
    ] as const) {
      expect(await management.event("registered")).toMatchObject({ endpoint: ENDPOINT, registration: { uri } });
    }
  });

  it("lets both servers do what the bootstrap server said of them, and no more", async () => {
    const given = await accounts();
    await gives(both(given));
    start(given);
    await Promise.all([open.event("registered"), secure.event("registered")]);
    const [owner, other] = [open.device(ENDPOINT), secure.device(ENDPOINT)];
    for (const each of [owner, other]) expect(await each.read("/2/0", tlv)).toMatchObject({ values: RIGHTS });
    expect(await owner.write(UTC_OFFSET, { [UTC_OFFSET]: "+05:00" }, text)).toMatchObject({ code: "2.04" });
    expect(await other.read(UTC_OFFSET, text)).toMatchObject({ values: { [UTC_OFFSET]: "+05:00" } });
    expect(await other.write(UTC_OFFSET, { [UTC_OFFSET]: "+06:00" }, text)).toMatchObject({ code: "4.01" });
    expect(await other.execute(RESET_ERRORS)).toMatchObject({ code: "4.01" });
    expect(await owner.execute(RESET_ERRORS)).toMatchObject({ code: "2.04" });
  });

  it("asks again when a management server triggers it, and is led elsewhere after a Delete of everything", async () => {
    const given = await accounts();
    await gives({ ...both(given), acls: {} });
    start(given);
    await finished();
    await open.event("registered");
    const { registration: before } = await secure.event("registered");
    expect(await open.device(ENDPOINT).create("/16", { "/16/3/0/0": "a" }, tlv)).toMatchObject({ code: "2.01" });
    await gives({ toDelete: ["/"], security: { 1: given.secure }, servers: { 0: server(OTHER_ID) }, toRead: ["/1"] });
    expect(await open.device(ENDPOINT).execute(BOOTSTRAP_TRIGGER)).toMatchObject({ code: "2.04" });
    const { answers, values } = await finished();
    expect(answers).toEqual(["delete / 2.02", "write /0/1 2.04", "write /1/0 2.04", "read /1 2.05", "finish 2.04"]);
    expect(values).toMatchObject({ "/1/0/0": OTHER_ID });
    expect(Object.keys(values).filter((path) => !path.startsWith("/1/0/"))).toEqual([]);
    const { registration } = await secure.event("registered");
    expect(registration.id).not.toBe(before.id);
    expect(registration.instances.filter((path) => /^\/(1|2|16)\//.test(path))).toEqual(["/1/0"]);
    expect(open.unseen("registered")).toEqual([]);
  });

  it("forgets the bootstrap server's account when the Account Timeout is over that the server wrote", async () => {
    const given = await accounts();
    await gives({
      toDelete: ["/1"],
      security: { 0: { ...given.bootstrap, bootstrapServerAccountTimeout: 1 }, 1: given.open },
      servers: { 0: server(SERVER_ID) },
    });
    const ours = start(given);
    await open.event("registered");
    const isOver = ({ kind, operation, name }: TraceRecord) =>
      kind === "timer" && operation === "fired" && name === "account.expired";
    await ours.record("the end of the Account Timeout", isOver);
    expect(await open.device(ENDPOINT).execute(BOOTSTRAP_TRIGGER)).toMatchObject({ code: "4.05" });
  });
});
