/** Two management servers of Eclipse Leshan share a device: object 2 says what each of them may do. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { account, ENDPOINT, type LeshanTestDevice, SERVER_ID, startDevice } from "./support/leshanDevice.ts";
import { exportModels } from "./support/leshanModels.ts";
import { type LeshanDevice, LeshanServer } from "./support/leshanServer.ts";

const { tlv, senmlCbor } = CONTENT_FORMAT;
const OTHER_ID = 124;
const [READ, WRITE] = [1, 2];

let first: LeshanServer;
let second: LeshanServer;
let models: string;
beforeAll(async () => {
  models = exportModels();
  [first, second] = await Promise.all([LeshanServer.start(), LeshanServer.start()]);
});

interface Shared {
  /** The device as each of the servers meets it. */
  readonly owner: LeshanDevice;
  readonly other: LeshanDevice;
  readonly ours: LeshanTestDevice;
}

/** A device that is registered with both. */
async function shared(): Promise<Shared> {
  const [{ coap: one }, { coap: two }] = await Promise.all([first.configure({ models }), second.configure({ models })]);
  const ours = startDevice({
    servers: [
      account(`coap://127.0.0.1:${one}`),
      account(`coap://127.0.0.1:${two}`, undefined, { shortServerId: OTHER_ID }),
    ],
  });
  await Promise.all([first.event("registered"), second.event("registered")]);
  return { owner: first.device(ENDPOINT), other: second.device(ENDPOINT), ours };
}

const denied = { code: "4.01" };

describe("two Leshan servers", () => {
  it("each see their own account only", async () => {
    const { owner, other } = await shared();
    expect(await owner.read("/1/0/0", tlv)).toMatchObject({ values: { "/1/0/0": SERVER_ID } });
    expect(await owner.read("/1/1/0", tlv)).toMatchObject(denied);
    expect(await other.read("/1/1/0", tlv)).toMatchObject({ values: { "/1/1/0": OTHER_ID } });
    expect(await other.read("/1/0/0", tlv)).toMatchObject(denied);
  });

  it("read what is said of an instance that one of them created, which is its owner's alone", async () => {
    const { owner, other } = await shared();
    expect(await owner.create("/16", { "/16/3/0/0": "a" }, tlv)).toMatchObject({ code: "2.01" });
    const said = { values: { "/2/0/0": 16, "/2/0/1": 3, [`/2/0/2/${SERVER_ID}`]: 15, "/2/0/3": SERVER_ID } };
    expect(await owner.read("/2/0", tlv)).toMatchObject(said);
    expect(await other.read("/2/0", senmlCbor)).toMatchObject(said);
    expect(await owner.read("/16/3", tlv)).toMatchObject({ code: "2.05" });
    expect(await other.read("/16/3", tlv)).toMatchObject(denied);
    expect(await other.write("/16/3", { "/16/3/0/0": "b" }, tlv)).toMatchObject(denied);
    expect(await other.writeAttributes("/16/3", "pmin=1")).toMatchObject(denied);
    expect(await other.observe("/16/3", tlv)).toMatchObject(denied);
    expect(await other.delete("/16/3")).toMatchObject(denied);
  });

  it("do what the owner lets them, and no more", async () => {
    const { owner, other } = await shared();
    await owner.create("/16", { "/16/3/0/0": "a" }, tlv);
    const acl = (rights: number) => ({ [`/2/0/2/${SERVER_ID}`]: 15, [`/2/0/2/${OTHER_ID}`]: rights });
    expect(await owner.write("/2/0/2", acl(READ), tlv)).toMatchObject({ code: "2.04" });
    expect(await other.read("/16/3/0", tlv)).toMatchObject({ values: { "/16/3/0/0": "a" } });
    expect(await other.write("/16/3", { "/16/3/0/0": "b" }, tlv)).toMatchObject(denied);
    expect(await owner.write("/2/0/2", acl(READ | WRITE), tlv)).toMatchObject({ code: "2.04" });
    expect(await other.write("/16/3", { "/16/3/0/0": "b" }, tlv)).toMatchObject({ code: "2.04" });
    expect(await owner.read("/16/3/0", tlv)).toMatchObject({ values: { "/16/3/0/0": "b" } });
    expect(await other.delete("/16/3")).toMatchObject(denied);
  });

  it("do not change what is said of what is not theirs", async () => {
    const { owner, other } = await shared();
    await owner.create("/16", { "/16/3/0/0": "a" }, tlv);
    expect(await other.write("/2/0/2", { [`/2/0/2/${OTHER_ID}`]: READ }, tlv)).toMatchObject(denied);
    expect(await owner.delete("/2/0")).toMatchObject({ code: "4.05" });
    expect(await owner.delete("/16/3")).toMatchObject({ code: "2.02" });
    expect(await other.read("/2/0", tlv)).toMatchObject({ code: "4.04" });
  });

  it("are both told of what both observe", async () => {
    const { owner, other, ours } = await shared();
    ours.carrier.values.setUtcOffset("+01:00");
    await Promise.all([owner.observe("/3/0/14", tlv), other.observe("/3/0/14", tlv)]);
    expect(await owner.write("/3/0/14", { "/3/0/14": "+05:00" }, tlv)).toMatchObject({ code: "2.04" });
    for (const server of [first, second]) {
      expect(await server.event("notification")).toMatchObject({ values: { "/3/0/14": "+05:00" } });
    }
  });
});
