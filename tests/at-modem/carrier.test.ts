/** What a carrier has of its modem beside the network: here the card and short messages, through AT commands. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { CODE } from "../../services/coap/codes.ts";
import { createMemoryNetwork } from "../../services/coap/memoryTransport.ts";
import { encodeMessage } from "../../services/coap/message.ts";
import { encodeOptions } from "../../services/coap/optionFields.ts";
import { smartcardFile } from "../../testbed/account.ts";
import { MemoryServer } from "../carrier/support/server.ts";
import { type Bench, bench } from "./bench.ts";

const SERVER_ADDRESS = "192.0.2.2";
const ACCOUNT = { uri: `coap://${SERVER_ADDRESS}`, shortServerId: 123, lifetime: 300 };

const running: { made: Bench; carrier: Carrier }[] = [];

afterEach(async () => {
  for (const { made, carrier } of running.splice(0)) await made.settle(carrier.stop());
});

/** Registered by the account that lies on the modem's card. */
async function registeredByCard(dialect: Dialect) {
  const smartcard = { bootstrap: smartcardFile({ servers: [ACCOUNT] }) };
  const made = await bench({ dialect, simulated: { smartcard } });
  const { clock, modem } = made;
  const network = createMemoryNetwork({ clock, latencyMs: 10 });
  const server = await MemoryServer.start({ network, clock, address: SERVER_ADDRESS });
  const carrier = createCarrier({
    modem,
    clock,
    random: seededRandom(3),
    transport: network.transport("198.51.100.1"),
    bootstrap: { uri: "coap://192.0.2.1", security: { mode: "none" } },
    bootstrapFromSmartcard: true,
  });
  running.push({ made, carrier });
  const { registered } = carrier;
  carrier.start();
  await made.settle(registered);
  return { ...made, server };
}

describe.each(["serialModem", "slm"] as const)("a carrier on a modem behind AT commands, %s", (dialect) => {
  it("takes its account from the card, through AT+CSIM", async () => {
    const { server, records } = await registeredByCard(dialect);
    expect(server.of("POST /rd")[0]?.query).toContain("lt=300");
    expect(records.some(({ kind, line }) => kind === "at" && String(line).startsWith("AT+CSIM="))).toBe(true);
  });

  it("sends an Update when its server asks for it by a short message", async () => {
    const { server, simulated, until } = await registeredByCard(dialect);
    const payload = encodeMessage({
      type: "NON",
      code: CODE.POST,
      messageId: 7,
      token: Uint8Array.of(1),
      options: encodeOptions({ path: ["1", "0", "8"] }),
      payload: new Uint8Array(),
    });
    expect(simulated.deliverSms("+99912345678", payload)).toBe(true);
    await until(() => server.of("POST /rd/1").length === 1);
  });
});
