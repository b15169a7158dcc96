import { describe, expect, it } from "@jest/globals";
import { createActor, createMachine } from "xstate";
import { plain } from "../../inspector/emitter/plain.ts";

const told = (value: unknown) => plain(value, "context");

describe("a value as plain data", () => {
  it("is itself where JSON has a word for it", () => {
    const value = { text: "a", number: 1.5, flag: true, nothing: null, list: [1, [2]], inner: { deep: {} } };
    expect(told(value)).toEqual(value);
    expect(told(value)).not.toBe(value);
  });

  it("says what JSON has no word for", () => {
    class Point {
      x = 1;
      #hidden = 2;
      get y() {
        return this.#hidden;
      }
    }
    const actor = createActor(createMachine({ id: "m" }));
    expect(
      told({
        map: new Map<unknown, unknown>([
          ["a", 1],
          [{ k: 1 }, new Map()],
        ]),
        set: new Set([1, "b"]),
        date: new Date(0),
        noDate: new Date(Number.NaN),
        big: 10n,
        nan: Number.NaN,
        infinite: -Number.POSITIVE_INFINITY,
        bytes: Uint8Array.of(1, 255),
        buffer: Buffer.from([2]),
        words: new Uint16Array([1]),
        call: function named() {},
        symbol: Symbol("s"),
        point: new Point(),
        url: new URL("coap://host/"),
        error: Object.assign(new TypeError("wrong", { cause: new Error("inner") }), { code: "E_WRONG" }),
        promise: Promise.resolve(1),
        pattern: /a+/,
        actor,
        snapshot: actor.getSnapshot(),
        machine: actor.logic,
        missing: undefined,
        holes: [undefined, 1],
      }),
    ).toEqual({
      map: {
        $map: [
          ["a", 1],
          [{ k: 1 }, { $map: [] }],
        ],
      },
      set: { $set: [1, "b"] },
      date: { $date: "1970-01-01T00:00:00.000Z" },
      noDate: { $date: "invalid" },
      big: { $bigint: "10" },
      nan: { $number: "NaN" },
      infinite: { $number: "-Infinity" },
      bytes: { $bytes: "01ff" },
      buffer: { $bytes: "02" },
      words: { $bytes: "0100" },
      call: { $function: "named" },
      symbol: { $symbol: "s" },
      point: { $class: "Point", x: 1 },
      url: { $class: "URL", value: "coap://host/" },
      error: { $error: "TypeError", message: "wrong", code: "E_WRONG", cause: { $error: "Error", message: "inner" } },
      promise: { $class: "Promise" },
      pattern: { $class: "RegExp", source: "a+" },
      actor: { $actor: actor.id },
      snapshot: { $snapshot: { status: "active", value: {} } },
      machine: { $machine: "m" },
      holes: [null, 1],
    });
  });

  it("does not go in circles, and tells the same thing twice", () => {
    const shared = { a: 1 };
    const circle: Record<string, unknown> = { one: shared, two: shared };
    circle.self = circle;
    circle.list = [circle];
    expect(told(circle)).toEqual({
      one: { a: 1 },
      two: { a: 1 },
      self: { $cycle: "context" },
      list: [{ $cycle: "context" }],
    });
  });

  it("is bounded in depth, width, length and all", () => {
    let deep: unknown = "bottom";
    for (let n = 0; n < 50; n++) deep = { deep };
    expect(JSON.stringify(told(deep))).toContain('{"$deep":"object of 1"}');
    expect(told(Array.from({ length: 1_000 }, (_, n) => n))).toEqual([
      ...Array.from({ length: 100 }, (_, n) => n),
      { $more: 900 },
    ]);
    const wide = told(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n]))) as object;
    expect(wide).toMatchObject({ k99: 99, $more: 200 });
    expect(told("x".repeat(5_000))).toBe(`${"x".repeat(2_000)}… (5000 characters)`);
    expect(told(new Uint8Array(1_000))).toEqual({ $bytes: "00".repeat(256), $more: 744 });
    const huge = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ text: "y".repeat(1_000) })));
    expect(JSON.stringify(told(huge)).length).toBeLessThan(150_000);
  });

  it("tells what could not be read instead of throwing", () => {
    const broken = {
      fine: 1,
      get bad() {
        throw new Error("no getter");
      },
      proxy: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error("no keys");
          },
        },
      ),
      json: new (class Odd {
        toJSON() {
          throw new Error("no JSON");
        }
      })(),
      error: Object.defineProperty(new Error("x"), "message", {
        get() {
          throw new Error("no message");
        },
      }),
    };
    expect(told(broken)).toEqual({
      fine: 1,
      bad: { $threw: "no getter" },
      proxy: { $threw: "no keys" },
      json: { $threw: "no JSON" },
      error: { $error: "Error", message: "an error that cannot be shown" },
    });
  });

  it("keeps secrets to itself, wherever they stand", () => {
    const secret = "SECRET";
    const value = {
      psk: secret,
      security: { identity: secret, key: Uint8Array.of(1), privateKey: { pem: secret } },
      list: [{ passphrase: secret }],
      map: new Map([["storeKey", secret]]),
      error: Object.assign(new Error("x"), { key: secret }),
      json: new (class Config {
        toJSON() {
          return { psk: secret };
        }
      })(),
      none: { key: null, psk: undefined },
    };
    const shown = told(value);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown).toMatchObject({ psk: "[redacted]", security: { key: "[redacted]" }, none: { key: null } });
  });

  it("shows who a device is, which is no secret", () => {
    expect(told({ identity: { imei: "351358811721627" } })).toEqual({ identity: { imei: "351358811721627" } });
  });

  it("lets the app redact more, by path, and takes a redactor that throws for a yes", () => {
    const redact = (path: string, value: unknown) => {
      if (path === "context.user.name") return "somebody";
      if (path.startsWith("context.cards.")) throw new Error("broken redactor");
      return value;
    };
    expect(plain({ user: { name: "Ann", age: 3 }, cards: [{ n: 1 }] }, "context", { redact })).toEqual({
      user: { name: "somebody", age: 3 },
      cards: ["[redacted]"],
    });
  });

  it("lets the app redact what errors and other things say of themselves", () => {
    const redact = (_path: string, value: unknown) =>
      typeof value === "string" ? value.replaceAll("SECRET", "***") : value;
    const value = {
      error: new Error("wrong: SECRET", { cause: new Error("SECRET") }),
      symbol: Symbol("SECRET"),
      pattern: /SECRET/,
      get broken() {
        throw new Error("SECRET");
      },
    };
    expect(JSON.stringify(plain(value, "context", { redact }))).not.toContain("SECRET");
    expect(plain(value.error, "error", { redact })).toMatchObject({ $error: "Error", message: "wrong: ***" });
  });

  it("has no prototype of the app's making", () => {
    const shown = told(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')) as Record<string, unknown>;
    expect((shown as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(shown)).toEqual(["__proto__", "constructor"]);
  });
});
