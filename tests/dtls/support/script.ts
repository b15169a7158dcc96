/** What a twin sends, flight by flight: as an honest peer has it, and the faults that change it. */
import type { Fragment, HandshakeMessage } from "../../../services/dtls/handshake/handshakeMessage.ts";
import type { MessageType } from "../../../services/dtls/messages/messageType.ts";
import type { Kind } from "./kinds.ts";
import type { Twin } from "./twin.ts";

export type Part = MessageType | "changeCipherSpec" | "alert" | "applicationData";

/** One thing that is sent; what it leaves open is done as an honest peer does it. */
export interface Item {
  readonly what: Part;
  /** Makes the body from the honest one; hashed and sent. */
  readonly body?: (honest: Uint8Array, twin: Twin) => Uint8Array;
  /** The same after the message was hashed: only the wire sees it. */
  readonly wire?: (hashed: Uint8Array, twin: Twin) => Uint8Array;
  readonly epoch?: 0 | 1;
  /** In place of the number that is next, which is used up all the same. */
  readonly messageSeq?: (next: number) => number;
  /** Sent under the number of the message behind it, and not hashed: one too many that leaves no gap. */
  readonly besides?: true;
  /** How the message is cut; one fragment otherwise. */
  readonly fragments?: (message: HandshakeMessage) => readonly Partial<Fragment>[];
}

/** By the number of the flight (RFC 6347 §4.2.4). */
export type Script = Readonly<Record<number, readonly Item[]>>;

export type Fault = (script: Script) => Script;

export const HONEST: Fault = (script) => script;

export function honestScript(role: "client" | "server", { suite, credential }: Kind, resumed: boolean): Script {
  const finish: readonly Part[] = ["changeCipherSpec", "finished"];
  const signs = suite.keyExchange === "ecdheEcdsa" && credential !== "psk";
  const certificate: Part[] = signs ? ["certificate"] : [];
  if (role === "client") {
    const proof: Part[] = signs ? ["certificateVerify"] : [];
    const keys: Part[] = [...certificate, "clientKeyExchange", ...proof];
    return flights({ 1: ["clientHello"], 3: ["clientHello"], 5: [...(resumed ? [] : keys), ...finish] });
  }
  const exchange: Part[] = suite.keyExchange === "psk" ? [] : ["serverKeyExchange"];
  const request: Part[] = signs ? ["certificateRequest"] : [];
  const hello: Part[] = ["serverHello", ...certificate, ...exchange, ...request, "serverHelloDone"];
  return flights(
    resumed
      ? { 2: ["helloVerifyRequest"], 4: ["serverHello", ...finish] }
      : { 2: ["helloVerifyRequest"], 4: hello, 6: finish },
  );
}

function flights(parts: Readonly<Record<number, readonly Part[]>>): Script {
  return Object.fromEntries(Object.entries(parts).map(([flight, whats]) => [flight, whats.map((what) => ({ what }))]));
}

// Faults.

export function all(...faults: readonly Fault[]): Fault {
  return (script) => faults.reduce((changed, fault) => fault(changed), script);
}

/** Every item of a kind becomes what `change` makes of it; a fault that finds none is a mistake of the test. */
function each(what: Part, change: (item: Item) => readonly Item[], only?: number): Fault {
  return (script) => {
    let found = 0;
    const changed = Object.entries(script).map(([flight, items]) => [
      flight,
      items.flatMap((item) => {
        if (item.what !== what || (only !== undefined && only !== Number(flight))) return [item];
        found++;
        return change(item);
      }),
    ]);
    if (found === 0) throw new Error(`no ${what} to change in the script`);
    return Object.fromEntries(changed);
  };
}

export function omit(what: Part): Fault {
  return each(what, () => []);
}

/** A second one right behind, with a number of its own. */
export function twice(what: Part): Fault {
  return each(what, (item) => [item, item]);
}

/** Puts something in front of an item. */
export function inFrontOf(what: Part, ...items: readonly Item[]): Fault {
  return each(what, (item) => [...items, item]);
}

/** Puts something behind an item. */
export function behind(what: Part, ...items: readonly Item[]): Fault {
  return each(what, (item) => [item, ...items]);
}

/** Takes an item out and puts it in front of another. */
export function move(what: Part, where: Part): Fault {
  return all(omit(what), inFrontOf(where, { what }));
}

/** Changes how an item is sent. */
export function send(what: Part, how: Omit<Item, "what">, flight?: number): Fault {
  return each(what, (item) => [{ ...item, ...how }], flight);
}

/** Another body, of which the twin's own transcript knows. */
export function alter(what: Part, body: NonNullable<Item["body"]>, flight?: number): Fault {
  return send(what, { body }, flight);
}

/** The twin goes as far as this, and says no more. */
export function stopAfter(what: Part): Fault {
  return (script) => {
    let stopped = false;
    const changed = Object.entries(script).map(([flight, items]) => [
      flight,
      items.filter((item) => {
        const goes = !stopped;
        stopped ||= item.what === what;
        return goes;
      }),
    ]);
    if (!stopped) throw new Error(`no ${what} to stop after in the script`);
    return Object.fromEntries(changed);
  };
}
