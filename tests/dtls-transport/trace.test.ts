/** Records of kind `dtls`: what happened, what led to it, and no secret. */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { CODE } from "../../services/coap/codes.ts";
import { CoapEndpoint } from "../../services/coap/endpoint.ts";
import { recordProblems } from "../../trace/index.ts";
import { createTrace } from "../../trace/trace.ts";
import { IDENTITY, KEY, Network, SERVER } from "./support/network.ts";

const NO_CID = { connectionId: false } as const;
const flightOf = ({ direction, flight, messages }: TraceRecord) => `${direction} ${flight} ${messages}`;

describe("records of a session", () => {
  it("tell the handshake flight by flight, between the lifelines, each caused by the one before", async () => {
    const network = new Network();
    await network.serve();
    await network.session(network.client(), { cause: 7 });
    const flights = network.of("flight");
    expect(flights.map(flightOf)).toEqual([
      "out 1 ClientHello",
      "in 2 HelloVerifyRequest",
      "out 3 ClientHello",
      "in 4 ServerHello,ServerHelloDone",
      "out 5 ClientKeyExchange,ChangeCipherSpec,Finished",
      "in 6 ChangeCipherSpec,Finished",
    ]);
    for (const { direction, from, to, remote } of flights) {
      expect([from, to]).toEqual(direction === "out" ? ["library", "server/1"] : ["server/1", "library"]);
      expect(remote).toBe(`${SERVER}:5684`);
    }
    const [connected] = network.of("connected");
    expect(connected).toMatchObject({
      suite: "TLS_PSK_WITH_AES_128_CCM_8",
      resumed: false,
      extendedMasterSecret: true,
    });
    expect(connected?.connectionIds).toMatchObject({ own: "", peer: expect.stringMatching(/^[0-9a-f]{12}$/) });
    // From the end of the handshake back to what the session was opened for.
    let at: TraceRecord | undefined = connected;
    const way: string[] = [];
    while (at?.cause !== undefined && at.cause !== 7) {
      at = network.records.find(({ seq }) => seq === at?.cause);
      way.push(String(at?.direction));
    }
    expect(at?.cause).toBe(7);
    expect(way.length).toBeGreaterThanOrEqual(5);
  });

  it("tell repeated flights, alerts, drops and the end, and conform to the schema", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const lost = network.memory.lose({ name: "first", when: ({ from }, n) => from.address !== SERVER && n === 0 });
    const client = await network.session(network.client());
    expect(lost.hits).toBe(1);
    expect(network.of("flight").map(({ retransmission }) => retransmission)).toContain(1);
    network.inject(Uint8Array.of(1, 2, 3));
    client.session.close();
    const ends = network.records.slice(-3).map(({ phase, reason, alert, by }) => [phase, reason ?? alert ?? by]);
    expect(ends).toContainEqual(["alert", "close_notify"]);
    expect(ends).toContainEqual(["closed", "local"]);
    expect(network.of("dropped")).toMatchObject([{ reason: "malformed", size: 3 }]);
    expect(network.records.flatMap(recordProblems)).toEqual([]);
  });

  it("tell why no session came about", async () => {
    const network = new Network();
    await network.serve();
    network.keys.set(IDENTITY, "ff");
    await network.open(network.client());
    expect(network.of("closed")).toMatchObject([{ by: expect.any(String), detail: expect.stringMatching(/key/) }]);
    expect(network.records.flatMap(recordProblems)).toEqual([]);
  });

  it("link a CoAP message to the record that carries it, and back", async () => {
    const network = new Network();
    await network.serve();
    const sink = (record: TraceRecord) => void network.records.push(record);
    const trace = createTrace({ clock: network.clock, device: "dev", sink });
    const { session } = await network.session(network.client({ trace }));
    const requests: string[] = [];
    const endpoint = new CoapEndpoint({
      session,
      clock: network.clock,
      random: seededRandom(1),
      trace,
      lifelines: { local: "library", peer: "server/1" },
      handler: {
        onRequest: ({ path }) => {
          requests.push(path.join("/"));
          return { code: CODE.CONTENT };
        },
      },
    });
    network.records.length = 0;
    // The server sends back what it gets: the request comes as one of its own.
    void endpoint.request({ method: CODE.GET, path: ["rd"] });
    await network.pass(100);
    expect(requests).toEqual(["rd"]);
    const [request, carried, arrived, echoed] = network.records;
    expect([request?.kind, carried?.kind, arrived?.kind, echoed?.kind]).toEqual(["coap", "dtls", "dtls", "coap"]);
    expect(carried).toMatchObject({ phase: "record", direction: "out", type: "applicationData", cause: request?.seq });
    expect(arrived).toMatchObject({ phase: "record", direction: "in", type: "applicationData" });
    expect(network.records.filter(({ kind, code }) => kind === "coap" && code === "2.05")[0]?.cause).toBeDefined();
    endpoint.close();
  });

  it("hold no key, no identity and nothing that was said", async () => {
    const network = new Network();
    network.tags = { 26: { psk: "c0ffee00c0ffee", pskIdentity: "canary-identity" } };
    network.keys.set("canary-identity", "c0ffee00c0ffee");
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    client.say("canary-content");
    await network.pass(200_000);
    client.say("canary-content");
    await network.pass(1_000);
    client.session.close();
    network.keys.set("canary-identity", KEY);
    await network.open(network.client());
    expect(network.records.length).toBeGreaterThan(40);
    const seen = JSON.stringify(network.records).toLowerCase();
    for (const secret of [
      "canary",
      Buffer.from("canary").toString("hex"),
      "c0ffee",
      Buffer.from("c0ffee", "hex").toString("base64"),
    ]) {
      expect(seen).not.toContain(secret.toLowerCase());
    }
  });
});
