/** The Finished that shows both sides that they mean the same handshake. */
import { describe, expect, it } from "@jest/globals";
import type { Role } from "../../../services/dtls/types.ts";
import { cut, extended, flipped } from "../support/changes.ts";
import type { DuelOptions } from "../support/duel.ts";
import { ClientDuel, ServerDuel } from "../support/duel.ts";
import { KINDS, type Kind } from "../support/kinds.ts";
import { completes, refuses } from "../support/outcomes.ts";
import { all, alter, move, omit, send, stopAfter, twice } from "../support/script.ts";

/** Full handshakes, and those that resume: there the other side's Finished comes first. */
function setups(role: Role, kind: Kind): readonly (readonly [string, () => DuelOptions])[] {
  const resumed = () => {
    if (role === "client") {
      const first = new ClientDuel({ kind }).run();
      const session = { id: first.twin.sessionId, master: first.twin.master! };
      return { kind, options: { resume: first.client.resumption()! }, twin: { session } };
    }
    const first = new ServerDuel({ kind }).run().close();
    return { kind, server: first.server, twin: { session: { id: first.twin.sessionId, master: first.twin.master! } } };
  };
  return [
    ["in a full handshake", () => ({ kind })],
    ["when a session is resumed", resumed],
  ];
}

const OTHER = { client: "client finished", server: "server finished" } as const;

for (const role of ["client", "server"] as const) {
  for (const kind of [KINDS.pskCcm, KINDS.certificateGcm, KINDS.pskCbc]) {
    describe.each(setups(role, kind))(`B15 a Finished by ${kind.name}, given to a ${role} %s`, (_, setup) => {
      const wrong = { alert: "decrypt_error" } as const;

      it.each([0, 5, 11])("is refused when octet %d is wrong", (at) => {
        refuses(role, { ...setup(), fault: alter("finished", flipped(at)) }, wrong);
      });

      it.each([0, 1, 11])("is refused when it is cut to %d octets", (length) => {
        refuses(role, { ...setup(), fault: alter("finished", cut(length)) }, wrong);
      });

      it("is refused when it is longer than it is", () => {
        refuses(role, { ...setup(), fault: alter("finished", extended(0)) }, { alert: "decode_error" });
      });

      it("is refused when it is the one that the other side would send", () => {
        refuses(role, { ...setup(), fault: alter("finished", (_body, twin) => twin.finished(OTHER[role])) }, wrong);
      });

      it("is refused when it is our own, sent back", () => {
        // A server in a full handshake has not sent one yet: twelve zeros are as good.
        const reflected = alter("finished", (_body, { peerFinished }) =>
          peerFinished.length === 12 ? peerFinished : new Uint8Array(12),
        );
        refuses(role, { ...setup(), fault: reflected }, wrong);
      });

      it("is refused when it is of zeros", () => {
        refuses(role, { ...setup(), fault: alter("finished", () => new Uint8Array(12)) }, wrong);
      });

      it("in the clear is dropped", () => {
        refuses(role, { ...setup(), fault: send("finished", { epoch: 0 }) }, { dropped: "plaintext" });
      });

      it("in the clear and before ChangeCipherSpec is dropped", () => {
        const fault = all(move("finished", "changeCipherSpec"), send("finished", { epoch: 0 }));
        refuses(role, { ...setup(), fault }, { dropped: "plaintext" });
      });

      it("without ChangeCipherSpec is not read", () => {
        refuses(role, { ...setup(), fault: omit("changeCipherSpec") }, {});
      });

      it("that overtakes ChangeCipherSpec waits for it", () => {
        completes(role, { ...setup(), fault: move("finished", "changeCipherSpec") });
      });

      it("is needed: ChangeCipherSpec alone is not enough", () => {
        refuses(role, { ...setup(), fault: stopAfter("changeCipherSpec") }, {});
      });

      it("under the number of another message is refused or waits in vain", () => {
        refuses(role, { ...setup(), fault: send("finished", { messageSeq: (next) => next + 1 }) }, {});
      });
    });
  }

  describe(`B15 a Finished that comes early, given to a ${role}`, () => {
    it.each([KINDS.pskCcm, KINDS.ecdhePsk, KINDS.certificateCcm])(
      "right after the hello leads nowhere by $name",
      (kind) => {
        const early = (script: Parameters<ReturnType<typeof omit>>[0]) =>
          role === "client"
            ? { ...script, 4: [{ what: "serverHello" }, { what: "changeCipherSpec" }, { what: "finished" }] as const }
            : { ...script, 5: [{ what: "changeCipherSpec" }, { what: "finished" }] as const };
        const { twin } = refuses(role, { kind, fault: early }, { dropped: "unexpected" });
        expect(twin.heard.filter((what) => what === "finished")).toEqual([]);
      },
    );
  });
}

describe("B15 a Finished after the handshake", () => {
  it("that comes twice under numbers of its own ends the connection", () => {
    for (const role of ["client", "server"] as const) {
      const fault = twice("finished");
      const attacked =
        role === "client"
          ? new ClientDuel({ kind: KINDS.pskCcm, fault })
          : new ServerDuel({ kind: KINDS.pskCcm, fault });
      attacked.run();
      expect(attacked.data).toEqual([]);
      expect(attacked.closed).toMatchObject({ by: "local", error: { alert: "unexpected_message" } });
    }
  });
});
