/** One handshake a connection: there is no second one, whoever asks. */
import { describe, expect, it } from "@jest/globals";
import { EXTENSION } from "../../../services/dtls/messages/extensions.ts";
import { MESSAGES } from "../../../services/dtls/messages/messageType.ts";
import { clientHello, withExtension } from "../support/changes.ts";
import { duel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, expectNextWorks, expectOver, expectUsable, refuses } from "../support/outcomes.ts";
import { alter, behind, type Part } from "../support/script.ts";

const kind = KINDS.pskCcm;
const ASKS: ReadonlySet<string> = new Set(["helloRequest", "clientHello"]);
const OTHERS = Object.keys(MESSAGES).filter(
  (what) => !ASKS.has(what) && what !== "finished",
) as (keyof typeof MESSAGES)[];

/** A handshake message of no content that matters, protected. */
function message(type: number, body: readonly number[] = []): Uint8Array {
  return Uint8Array.of(type, 0, 0, body.length, 0, 9, 0, 0, 0, 0, 0, body.length, ...body);
}

for (const role of ["client", "server"] as const) {
  describe(`C23 a renegotiation, asked of a ${role}`, () => {
    const connected = () => {
      const attacked = duel(role, { kind }).run();
      attacked.inject(attacked.twin.say("first"));
      expect(attacked.data).toEqual(["first"]);
      return attacked;
    };

    it.each(["helloRequest", "clientHello"] as const)(
      "by a protected %s is refused by a warning, and the connection goes on",
      (what) => {
        const attacked = connected();
        for (let count = 1; count <= 3; count++) {
          attacked.inject(attacked.twin.record(22, message(MESSAGES[what].code), 1));
          expect(attacked.twin.alerts).toHaveLength(count);
        }
        expect(attacked.twin.alerts).toContainEqual({ epoch: 1, level: "warning", alert: "no_renegotiation" });
        expectUsable(attacked);
      },
    );

    it.each(OTHERS)("by a protected %s ends the connection", (what) => {
      const attacked = connected();
      attacked.inject(attacked.twin.record(22, message(MESSAGES[what].code, [1, 2, 3]), 1));
      expect(attacked.twin.alerts).toEqual([{ epoch: 1, level: "fatal", alert: "unexpected_message" }]);
      expect(attacked.closed).toMatchObject({ by: "local", error: { code: "protocol" } });
      expect(attacked.data).toEqual(["first"]);
      expect(attacked.timer).toBeNull();
      expect(attacked.associations).toBe(0);
    });

    it("by a protected ChangeCipherSpec ends the connection", () => {
      const attacked = duel(role, { kind }).run();
      attacked.inject(attacked.twin.record(20, Uint8Array.of(1), 1));
      expect(attacked.closed).toMatchObject({ error: { alert: "unexpected_message" } });
      expectOver(attacked);
      expectNextWorks(attacked);
    });

    it("in the clear is not heard", () => {
      const attacked = connected();
      attacked.inject(
        attacked.twin.record(22, message(MESSAGES.helloRequest.code), 0),
        attacked.twin.record(20, Uint8Array.of(1), 0),
      );
      expect(attacked.dropped.plaintext).toBe(2);
      expect(attacked.twin.alerts).toEqual([]);
      expectUsable(attacked);
    });

    it.each<Part>(["helloRequest", "clientHello"])(
      "between ChangeCipherSpec and Finished by a %s ends the handshake",
      (what) => {
        const fault = behind("changeCipherSpec", { what, epoch: 1, besides: true, body: () => new Uint8Array(0) });
        refuses(role, { kind, fault }, { alert: "unexpected_message" });
      },
    );
  });
}

describe("C23 a first ClientHello that says it renegotiates", () => {
  it("is refused", () => {
    const fault = alter(
      "clientHello",
      clientHello((hello) => withExtension(hello, EXTENSION.renegotiationInfo, 2, 1, 2)),
    );
    refuses("server", { kind, fault }, { alert: "handshake_failure" });
  });

  it("may say by a suite value that it does not", () => {
    const fault = alter(
      "clientHello",
      clientHello(({ suites, extensions }) => ({
        suites: [...suites, 0x00ff],
        extensions: new Map([...extensions].filter(([number]) => number !== EXTENSION.renegotiationInfo)),
      })),
    );
    completes("server", { kind, fault });
  });
});
