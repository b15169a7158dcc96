import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { TraceRecord } from "../../ports/trace.ts";
import {
  jsonText,
  openRecording,
  RecordingError,
  readRecording,
  replacer,
  reviver,
  streamRecording,
} from "../../trace/index.ts";
import { SAMPLE_RECORDS } from "./sampleRecords.ts";

const folder = mkdtempSync(join(tmpdir(), "recording-"));
afterAll(() => rmSync(folder, { recursive: true }));
let path = "";
let files = 0;
beforeEach(() => {
  path = join(folder, `${++files}.jsonl`);
});

const fault = (seq: number, name = "x"): TraceRecord => ({ seq, time: seq, device: "d", kind: "fault", name });
const line = (record: TraceRecord) => `${JSON.stringify(record)}\n`;

describe("recording", () => {
  it("gives back what was written, octets included", async () => {
    const recording = openRecording(path);
    for (const record of SAMPLE_RECORDS) recording.sink(record);
    recording.close();
    expect(await readRecording(path)).toEqual({ records: SAMPLE_RECORDS });
  });

  it("is in the file by the next turn of the event loop, without a flush", async () => {
    const recording = openRecording(path);
    recording.sink(fault(1));
    recording.sink(fault(2));
    await nextTurn();
    await nextTurn();
    expect(readFileSync(path, "utf8")).toBe(line(fault(1)) + line(fault(2)));
    recording.close();
  });

  it("is in the file at once when much is written in one turn, so that memory stays bounded", () => {
    const recording = openRecording(path);
    const record = fault(1, "x".repeat(1000));
    for (let i = 0; i < 1000; i++) recording.sink(record);
    expect(1000 * line(record).length - readFileSync(path).length).toBeLessThan(64 * 1024 + 1100);
    recording.flush();
    expect(readFileSync(path).length).toBe(1000 * line(record).length);
    recording.close();
  });

  it("goes on in a file that there is, and knows the next seq", async () => {
    const first = openRecording(path);
    expect(first.nextSeq).toBe(1);
    first.sink(fault(1));
    first.sink(fault(2, "y".repeat(10_000)));
    first.close();
    const second = openRecording(path);
    expect(second.nextSeq).toBe(3);
    second.sink(fault(3));
    second.close();
    expect((await readRecording(path)).records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("survives being cut off at any octet: whole lines are read, the torn one is told, and writing goes on", async () => {
    const lines = [fault(1), fault(2, "ü€"), fault(3)].map(line);
    const whole = Buffer.from(lines.join(""));
    const ends = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join("")));
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length).length;
      // A line that lacks nothing but its newline is whole.
      const parsed = ends.filter((end) => end - 1 <= length).length;
      const begun = length - (ends[complete - 1] ?? 0);
      expect(await readRecording(path)).toEqual({
        records: [fault(1), fault(2, "ü€"), fault(3)].slice(0, parsed),
        ...(parsed === complete && begun > 0 && { torn: { line: complete + 1, octets: begun } }),
      });
      const next = openRecording(path);
      expect(next.nextSeq).toBe(complete + 1);
      next.sink(fault(complete + 1, "again"));
      next.close();
      const { records, torn } = await readRecording(path);
      expect([records.length, records.at(-1)?.name, torn]).toEqual([complete + 1, "again", undefined]);
    }
  });

  it("refuses a broken line that is not the last, with its number", async () => {
    writeFileSync(path, `${line(fault(1))}{"seq":2,\n${line(fault(3))}`);
    await expect(readRecording(path)).rejects.toMatchObject({ name: "RecordingError", code: "brokenLine", line: 2 });
    await expect(readRecording(path)).rejects.toThrow(`${path}:2: not JSON`);
  });

  it("refuses a last line that is broken and ended", async () => {
    writeFileSync(path, `${line(fault(1))}{"seq":2,\n`);
    await expect(readRecording(path)).rejects.toMatchObject({ code: "brokenLine", line: 2 });
    expect(() => openRecording(path)).toThrow(RecordingError);
  });

  it("refuses a line that is JSON but no record, and says why", async () => {
    writeFileSync(path, `${line(fault(1))}\n`);
    await expect(readRecording(path)).rejects.toMatchObject({ code: "brokenLine", line: 2 });
    writeFileSync(path, line(fault(1)) + line({ ...fault(2), name: 3 }));
    await expect(readRecording(path)).rejects.toThrow(':2: not a record: "name" is 3, must be a string');
  });

  it("refuses a line without end", async () => {
    writeFileSync(path, line(fault(1)));
    appendFileSync(path, "x".repeat(17 * 1024 * 1024));
    await expect(readRecording(path)).rejects.toMatchObject({ code: "lineTooLong", line: 2 });
  });

  it("says that a file cannot be read or written", async () => {
    await expect(readRecording(join(folder, "none"))).rejects.toMatchObject({ code: "unreadable" });
    expect(() => openRecording(join(folder, "none", "x"))).toThrow(expect.objectContaining({ code: "unwritable" }));
  });

  it("never throws out of the sink; the next flush tells what went wrong", () => {
    const recording = openRecording(path);
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    recording.sink({ ...fault(1), circular });
    recording.sink(fault(2));
    expect(() => recording.flush()).toThrow(/record 1: .*circular/);
    expect(() => recording.close()).toThrow(RecordingError);
    expect(() => recording.close()).not.toThrow();
    recording.sink(fault(3));
    expect(readFileSync(path, "utf8")).toBe("");
  });

  // Other systems have no device that is always full.
  const itOnLinux = process.platform === "linux" ? it : it.skip;
  itOnLinux("tells of a disk that is full", () => {
    const recording = openRecording("/dev/full");
    recording.sink(fault(1));
    expect(() => recording.flush()).toThrow(/ENOSPC/);
    expect(() => recording.close()).toThrow(/ENOSPC/);
  });

  it("streams a file whose lines cross the reader's chunks", async () => {
    const many = Array.from({ length: 300 }, (_, index) => fault(index + 1, "z".repeat((index * 37) % 2000)));
    writeFileSync(path, many.map(line).join(""));
    const seqs: number[] = [];
    for await (const { seq } of streamRecording(path)) seqs.push(seq);
    expect(seqs).toEqual(many.map(({ seq }) => seq));
    truncateSync(path, readFileSync(path).length - 5);
    const torn: number[] = [];
    let read = 0;
    for await (const _ of streamRecording(path, ({ line }) => torn.push(line))) read++;
    expect([read, torn]).toEqual([299, [300]]);
  });
});

describe("octets in JSON", () => {
  const there = (value: unknown) => JSON.stringify(value, replacer);
  const back = (text: string) => JSON.parse(text, reviver);

  it("are hexadecimal", () => {
    expect(there({ bytes: Uint8Array.of(1, 255) })).toBe('{"bytes":{"$bytes":"01ff"}}');
    expect(there(Buffer.from([1, 255]))).toBe('{"$bytes":"01ff"}');
    expect(there(Uint8Array.of(9, 1, 255, 9).subarray(1, 3))).toBe('{"$bytes":"01ff"}');
    expect(back('{"$bytes":""}')).toEqual(new Uint8Array());
  });

  it("are written the same way, whatever they lie in, by what looks for them first", () => {
    const deep = (levels: number): unknown => (levels === 0 ? Uint8Array.of(7) : { in: deep(levels - 1) });
    const shared = Array.from({ length: 25_000 }, () => ({ a: 1 }));
    const samples: unknown[] = [
      ...[null, 1, "text", Uint8Array.of(1), [], {}, [Buffer.from([1])], { a: { b: [0, { c: Uint8Array.of() }] } }],
      ...[deep(3), deep(100), [...shared, Uint8Array.of(2)], new Date(0), Object.create(null, {})],
      { toJSON: () => ({ octets: Uint8Array.of(3) }) },
      new (class {
        toJSON = () => [Uint8Array.of(4)];
      })(),
      new Map([[1, 2]]),
      { a: undefined, b: () => 1, c: Symbol("c") },
    ];
    for (const sample of samples) expect(jsonText(sample)).toBe(there(sample));
    const round: Record<string, unknown> = {};
    round.self = [round];
    expect(() => jsonText(round)).toThrow(TypeError);
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true }), (value) => expect(jsonText(value)).toBe(there(value))),
    );
  });

  it("come back as they were", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(back(there({ a: [bytes] }))).toEqual({ a: [bytes] })));
  });

  it.each(['{"$bytes":"0"}', '{"$bytes":"0g"}', '{"$bytes":1}', '{"$bytes":"00","more":1}'])(
    "leave %s as it is",
    (text) => {
      expect(back(text)).toEqual(JSON.parse(text));
    },
  );
});
