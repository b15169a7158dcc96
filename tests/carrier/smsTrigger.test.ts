import { describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import { encodeMessage } from "../../services/coap/message.ts";
import { encodeOptions } from "../../services/coap/optionFields.ts";
import { SERVER_ID, World } from "./support/world.ts";

const SERVER_NUMBER = "+99912345678";
const SECURITY = 0;

/** A CoAP request as the payload of a short message. */
function request(path: string, code: number = CODE.POST): Uint8Array {
  const options = encodeOptions({ path: path.split("/").slice(1) });
  return encodeMessage({
    type: "NON",
    code,
    messageId: 7,
    token: Uint8Array.of(1),
    options,
    payload: new Uint8Array(),
  });
}

/** Number of Updates after a message with this payload. */
async function updatesAfter(payload: Uint8Array, { from = SERVER_NUMBER, expected = "" } = {}): Promise<number> {
  const world = await World.registered();
  const { objects } = world.carrier;
  const account = objects.instanceIds(SECURITY).find((id) => objects.get(SECURITY, id, 10) === SERVER_ID);
  if (expected !== "") objects.set(SECURITY, account ?? -1, 9, expected);
  expect(world.modem.deliverSms(from, payload)).toBe(true);
  await world.settle();
  return world.management.of("POST /rd/1").length;
}

describe("a short message", () => {
  it("that asks to execute 1/x/8 has the device send an Update", async () => {
    expect(await updatesAfter(request("/1/0/8"))).toBe(1);
  });

  it("may have to come from the number that the account has for the server (0/x/9)", async () => {
    expect(await updatesAfter(request("/1/0/8"), { expected: SERVER_NUMBER })).toBe(1);
    expect(await updatesAfter(request("/1/0/8"), { from: "+99900000000", expected: SERVER_NUMBER })).toBe(0);
  });

  it.each([
    ["with text", new TextEncoder().encode("wake up")],
    ["without anything", new Uint8Array()],
    ["that ends early", request("/1/0/8").subarray(0, 6)],
    ["that asks for another resource", request("/1/0/4")],
    ["that names an account which is not there", request("/1/7/8")],
    ["that reads", request("/1/0/8", CODE.GET)],
    ["that goes on behind the resource", request("/1/0/8/0")],
  ])("%s changes nothing", async (_, payload) => {
    expect(await updatesAfter(payload)).toBe(0);
  });
});
