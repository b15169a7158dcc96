/** What an app hands in that cannot be written harms neither the app nor the server. */
import { expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { PlainInspector } from "./support/plainInspector.ts";
import { client, follow, serve } from "./support/served.ts";

it("a control that cannot be written costs the page its connection, with the reason", async () => {
  const fields = [{ name: "n", label: "n", type: "number", default: 5n as unknown as number }] as const;
  const controls = [{ name: "odd", label: "Odd", group: "g", fields, run: () => {} }];
  const { url } = await serve(new PlainInspector({ steering: { controls } }));
  for (let times = 0; times < 2; times++) {
    const { code, reason } = await client(`${url}socket`).ended;
    expect([code, reason]).toEqual([1011, expect.stringContaining("BigInt")]);
  }
});

it("a record whose cause cannot be written is told without it", async () => {
  const inspector = new PlainInspector();
  const { url } = await serve(inspector);
  const { frames, until } = await follow(url);
  await until(() => frames.length > 0);
  const odd = { seq: 1, time: 1, device: "thing", kind: "log", line: "x", cause: 1n } as unknown as TraceRecord;
  inspector.sink(odd);
  const told = () => frames.flatMap((frame) => (frame.frame === "records" ? frame.records : []));
  await until(() => told().length > 0);
  expect(told()).toEqual([
    { seq: 1, time: 1, device: "thing", kind: "log", unwritable: expect.stringContaining("BigInt") },
  ]);
});
