import { describe, expect, it } from "@jest/globals";
import { Session } from "../../../inspector/model/session.ts";
import { exchangeOf, transitionAfter, transitionBefore } from "../../../inspector/ui/panels/wire/exchange.ts";
import { hexDump, isWire, wireSections } from "../../../inspector/ui/panels/wire/wireFields.ts";
import type { RecordFields, TraceRecord } from "../../../ports/trace.ts";

function recordsOf(...fields: RecordFields[]): TraceRecord[] {
  return fields.map((one, index) => ({ seq: index + 1, time: index * 10, device: "demo", ...one }));
}

function sessionOf(...fields: RecordFields[]): Session {
  const session = new Session();
  session.append(recordsOf(...fields));
  return session;
}

const coap = (fields: Omit<RecordFields, "kind">): RecordFields => ({
  kind: "coap",
  remote: "127.0.0.1:5684",
  size: 9,
  ...fields,
});

describe("a message taken apart", () => {
  const labelled = (record: TraceRecord, title: string) =>
    wireSections(record)
      .find((section) => section.title === title)
      ?.fields.map(({ label, text, note }) => [label, text, note]);

  it("spells the CoAP header out", () => {
    const [record] = recordsOf(
      coap({ direction: "out", to: "bootstrap", type: "CON", code: "0.02", mid: 64691, token: "a44e", size: 1500 }),
    );
    expect(labelled(record!, "CoAP")).toEqual([
      ["code", "0.02 POST", undefined],
      ["type", "CON", "Confirmable: has to be acknowledged"],
      ["message ID", "64691", "0xfcb3"],
      ["token", "a44e", undefined],
      ["direction", "to bootstrap, 127.0.0.1:5684", undefined],
      ["size", "1500 octets", "1.5 KiB"],
    ]);
  });

  it("shows what every record tells of the options where they are not listed", () => {
    const [record] = recordsOf(
      coap({
        direction: "out",
        code: "0.02",
        path: "/rd",
        query: "ep=a&lt=60",
        contentFormat: 40,
        block1: { num: 2, more: true, size: 64 },
      }),
    );
    expect(labelled(record!, "Options")).toEqual([
      ["Uri-Path", "/rd", undefined],
      ["Uri-Query", "ep=a", undefined],
      ["Uri-Query", "lt=60", undefined],
      ["Content-Format", "40", "application/link-format"],
      ["Block1", "block 2 of 64 octets, more follow", "octets 128 to 191"],
    ]);
  });

  it("lists every option where the record does", () => {
    const [record] = recordsOf(
      coap({
        direction: "in",
        code: "2.05",
        path: "/rd",
        options: [
          { number: 12, name: "Content-Format", value: 112 },
          { number: 2053, value: "0a" },
        ],
      }),
    );
    expect(labelled(record!, "Options")).toEqual([
      ["Content-Format", "112", "application/senml+cbor"],
      ["option 2053", "0a", undefined],
    ]);
  });

  it("names the values that were carried, and marks those that are secret", () => {
    const [record] = recordsOf(
      coap({
        direction: "in",
        code: "0.03",
        payload: { octets: 41, format: "text/plain", values: { "/5/0/3": 1, "/0/1/5": "[redacted]" } },
      }),
    );
    const labelOf = (path: string) => (path === "/5/0/3" ? "Firmware Update: State" : undefined);
    expect(wireSections(record!, labelOf).find(({ title }) => title === "Payload")?.fields).toEqual([
      { label: "format", text: "text/plain" },
      { label: "size", text: "41 octets" },
      { label: "/5/0/3", text: "1", note: "Firmware Update: State" },
      { label: "/0/1/5", text: "[redacted]", tone: "warning" },
    ]);
  });

  it.each([
    [{ octets: 3, links: [{ target: "/3/0", attributes: { ver: "1.2", obs: true } }] }, "link", "/3/0", "ver=1.2, obs"],
    [
      { octets: 3, samples: [{ path: "/4/0/2", value: -90, time: 1_700_000_000 }] },
      "/4/0/2",
      "-90",
      "2023-11-14T22:13:20.000Z",
    ],
    [{ octets: 64, block: { from: 64, to: 128, more: true } }, "part", "octets 64 to 127", "more follow"],
    [{ octets: 3, hex: "0a0b0c" }, "octets", "0a0b0c", "the beginning"],
    [{ octets: 3, paths: ["/3/0"] }, "asks for", "/3/0", undefined],
  ])("shows whatever else a payload holds: %j", (payload, label, text, note) => {
    const [record] = recordsOf(coap({ direction: "in", code: "2.05", payload }));
    const section = wireSections(record!).find(({ title }) => title === "Payload");
    expect(section?.fields).toContainEqual({ label, text, ...(note !== undefined && { note }) });
    expect(section?.value).toBeUndefined();
  });

  it("marks an answer that refuses", () => {
    const [record] = recordsOf(coap({ direction: "in", code: "4.04", type: "ACK", mid: 1 }));
    expect(wireSections(record!)[0]?.fields[0]).toMatchObject({ text: "4.04 Not Found", tone: "bad" });
  });

  it("says what a DTLS alert means", () => {
    const [record] = recordsOf({
      kind: "dtls",
      phase: "alert",
      alert: "unknown_psk_identity",
      level: "fatal",
      remote: "h:1",
    });
    expect(wireSections(record!)[0]?.fields[0]).toMatchObject({ note: "the server does not know this identity" });
  });

  it("writes octets with their addresses and letters", () => {
    expect(hexDump("48656c6c6f00ff48656c6c6f00ff48656c6c6f")).toBe(
      "0000  48 65 6c 6c 6f 00 ff 48 65 6c 6c 6f 00 ff 48 65  Hello..Hello..He\n" +
        `0010  ${"6c 6c 6f".padEnd(47)}  llo`,
    );
  });

  it("knows what is no message", () => {
    const [record] = recordsOf({ kind: "timer", operation: "set", name: "a", owner: "b" });
    expect(isWire(record!)).toBe(false);
    expect(wireSections(record!)).toEqual([]);
  });
});

describe("what belongs together on the wire", () => {
  const roles = (session: Session, index: number) => exchangeOf(session, index).map(({ index, role }) => [index, role]);

  it("is a request, its retransmissions, the empty acknowledgement and the response of the same token", () => {
    const session = sessionOf(
      coap({ direction: "out", type: "CON", code: "0.02", mid: 7, token: "aa" }),
      coap({ direction: "out", type: "CON", code: "0.02", mid: 7, token: "aa", retransmission: 1 }),
      coap({ direction: "out", type: "CON", code: "0.01", mid: 8, token: "bb" }),
      coap({ direction: "in", type: "ACK", code: "0.00", mid: 7, token: "" }),
      coap({ direction: "in", type: "CON", code: "2.04", mid: 900, token: "aa" }),
      coap({ direction: "out", type: "ACK", code: "0.00", mid: 900, token: "" }),
    );
    expect(roles(session, 0)).toEqual([
      [0, "request"],
      [1, "sent again"],
      [3, "acknowledgement"],
      [4, "response"],
    ]);
    expect(roles(session, 4).map(([index]) => index)).toEqual([0, 1, 4, 5]);
  });

  it("keeps the two sides' message IDs and tokens apart", () => {
    const session = sessionOf(
      coap({ direction: "out", type: "CON", code: "0.02", mid: 7, token: "aa" }),
      coap({ direction: "in", type: "CON", code: "0.01", mid: 7, token: "aa" }),
      coap({ direction: "out", type: "ACK", code: "2.05", mid: 7, token: "aa" }),
      coap({ direction: "in", type: "ACK", code: "2.04", mid: 7, token: "aa" }),
    );
    expect(roles(session, 0)).toEqual([
      [0, "request"],
      [3, "response in ACK"],
    ]);
    expect(roles(session, 1)).toEqual([
      [1, "request"],
      [2, "response in ACK"],
    ]);
  });

  it("keeps peers apart, and is empty for a message that stands alone", () => {
    const session = sessionOf(coap({ direction: "out", type: "CON", code: "0.02", mid: 7, token: "aa" }), {
      ...coap({ direction: "in", type: "ACK", code: "2.04", mid: 7, token: "aa" }),
      remote: "127.0.0.1:1",
    });
    expect(roles(session, 0)).toEqual([]);
  });

  it("is a command to the modem with the lines up to its result, and nothing that the modem says later", () => {
    const at = (line: string, from: "library" | "modem"): RecordFields => ({
      kind: "at",
      line,
      from,
      to: from === "modem" ? "library" : "modem",
    });
    const session = sessionOf(
      at("AT+CFUN?", "library"),
      { kind: "log", line: "between" },
      at("+CFUN: 1", "modem"),
      at("OK", "modem"),
      at("+CEREG: 1", "modem"),
      at("AT+X", "library"),
      at("+CME ERROR: 3", "modem"),
    );
    const expected = [
      [0, "command"],
      [2, "line"],
      [3, "result"],
    ];
    expect(roles(session, 0)).toEqual(expected);
    expect(roles(session, 3)).toEqual(expected);
    expect(roles(session, 4)).toEqual([]);
    expect(roles(session, 6)).toEqual([
      [5, "command"],
      [6, "result"],
    ]);
  });

  it("is a call to the modem and its end", () => {
    const session = sessionOf(
      { kind: "modem", operation: "init", phase: "start" },
      { kind: "modem", operation: "init", phase: "done", cause: 1 },
      { kind: "modem", operation: "init", phase: "start" },
    );
    expect(roles(session, 1)).toEqual([
      [0, "start"],
      [1, "done"],
    ]);
  });
});

describe("messages and transitions", () => {
  const session = sessionOf(
    { kind: "chart", actor: "register/1", event: "go", value: "a", entered: ["a"] },
    { kind: "dtls", phase: "record", direction: "out", remote: "h:1", cause: 1 },
    coap({ direction: "out", type: "CON", code: "0.02", mid: 1, token: "aa", cause: 2 }),
    { kind: "store", operation: "write", name: "facts", cause: 3 },
    { kind: "chart", actor: "register/1", event: "done", value: "b", entered: ["b"], cause: 4 },
    { kind: "log", line: "alone" },
  );

  it("are linked both ways, over whatever lies between", () => {
    expect(transitionBefore(session, 2)).toBe(0);
    expect(transitionAfter(session, 2)).toBe(4);
  });

  it("are not linked where nothing says so", () => {
    expect(transitionBefore(session, 5)).toBeUndefined();
    expect(transitionAfter(session, 5)).toBeUndefined();
  });
});
