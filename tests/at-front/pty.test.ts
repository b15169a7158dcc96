/** The pseudo terminal, opened by a program that is not ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { openPty, type PtyHelper } from "../../testbed/at/pty.ts";
import { itWith, itWithTerminal, type TerminalProgram } from "../support/terminalPrograms.ts";

const HELPERS: readonly (readonly [PtyHelper, TerminalProgram])[] = [
  ["python", "python3"],
  ["socat", "socat"],
];

describe("a pseudo terminal", () => {
  for (const [helper, program] of HELPERS) {
    itWith(program)(`of ${helper} carries every octet as it is, both ways`, async () => {
      const pty = await openPty({ helpers: [helper] });
      try {
        const octets = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
        const fd = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY);
        writeSync(fd, octets);
        closeSync(fd);
        const came: Buffer[] = [];
        while (Buffer.concat(came).length < 256) came.push((await once(pty.stream, "data"))[0] as Buffer);
        expect(Buffer.concat(came)).toEqual(octets);
        expect(pty.stream.taken).toBe(256);

        const reader = spawn("head", ["-c", "256", pty.path], { stdio: ["ignore", "pipe", "inherit"] });
        const read: Buffer[] = [];
        reader.stdout.on("data", (data: Buffer) => read.push(data));
        pty.stream.write(octets);
        await once(reader, "close");
        expect(Buffer.concat(read)).toEqual(octets);
        expect(pty.stream.written).toBe(256);
      } finally {
        await pty.close();
      }
    });

    itWith(program)(`of ${helper} is gone when it was closed`, async () => {
      const pty = await openPty({ helpers: [helper] });
      await pty.close();
      await pty.close();
      expect(() => closeSync(openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY))).toThrow();
    });
  }

  itWithTerminal("outlives the program that opened it", async () => {
    const pty = await openPty();
    try {
      for (const text of ["first", "again"]) {
        const fd = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY);
        writeSync(fd, text);
        closeSync(fd);
        const [data] = (await once(pty.stream, "data")) as [Buffer];
        expect(data.toString()).toBe(text);
      }
    } finally {
      await pty.close();
    }
  });

  it("tells when its helper has ended by itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "helper-"));
    try {
      const script = '#!/bin/sh\necho "PTY is /dev/null" >&2\nread -r line\n';
      writeFileSync(join(folder, "python3"), script, { mode: 0o755 });
      const pty = await openPty({ helpers: ["python"], env: { PATH: folder } });
      pty.stream.write("end\n");
      await pty.gone;
      expect(pty.stream.destroyed).toBe(true);
      await pty.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says what to install where no helper starts", async () => {
    await expect(openPty({ env: { PATH: "/nowhere" } })).rejects.toThrow(
      "no pseudo terminal: install python3 or socat, or use TCP in its place (python3: spawn python3 ENOENT; socat: spawn socat ENOENT)",
    );
  });
});
