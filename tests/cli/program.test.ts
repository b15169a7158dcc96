import { describe, expect, it } from "@jest/globals";
import { VERSION } from "../../carrier/version.ts";
import { Terminal } from "../../cli/terminal.ts";
import { Captured, cli, startCli } from "./support/cli.ts";

describe("lwm2m-carrier", () => {
  it("lists its commands with --help", async () => {
    const { code, stdout } = await cli("--help");
    expect(code).toBe(0);
    for (const name of ["demo", "run", "servers", "charts", "objects", "firmware"]) {
      expect(stdout.text).toMatch(new RegExp(`^  ${name} `, "m"));
    }
  });

  it.each([
    ["demo"],
    ["run"],
    ["servers"],
    ["charts", "check"],
    ["charts", "export"],
    ["objects", "export"],
    ["firmware", "make"],
  ])("has help with examples for %s %s", async (...command) => {
    const words = command.filter((word) => word !== undefined);
    const { code, stdout } = await cli(...words, "--help");
    expect(code).toBe(0);
    expect(stdout.text).toContain(`Usage: lwm2m-carrier ${words.join(" ")}`);
    expect(stdout.text.split("Examples:")[1]).toContain(`lwm2m-carrier ${words.join(" ")}`);
  });

  it("prints its version", async () => {
    expect(await cli("--version")).toMatchObject({ code: 0, stdout: { text: `${VERSION}\n` } });
  });

  it.each([
    { argv: [], says: "Usage: lwm2m-carrier" },
    { argv: ["dmeo"], says: "unknown command 'dmeo'\n(Did you mean demo?)" },
    { argv: ["demo", "--edtion", "3.6"], says: "unknown option '--edtion'\n(Did you mean --edition?)" },
    { argv: ["demo", "--edition", "3.5"], says: "Allowed choices are 0.10, 0.21, 0.30-pre, 0.30, 3.3, 3.6." },
    { argv: ["demo", "--scenario", "none"], says: "Allowed choices are success, certs-failure," },
    { argv: ["demo", "--speed", "0"], says: "Allowed is a number above 0 and up to 10000." },
    { argv: ["demo", "--seed", "-1"], says: "Allowed is a whole number from 0 to 4294967295." },
    { argv: ["demo", "more"], says: "too many arguments" },
    { argv: ["run"], says: "required option '--config <file>' not specified" },
    { argv: ["run", "--config", "none.json"], says: "none.json: the file is not there" },
    { argv: ["charts"], says: "Usage: lwm2m-carrier charts" },
    { argv: ["charts", "check", "only-one"], says: "missing required argument 'chart'" },
    { argv: ["charts", "export", "x"], says: "required option '--format <format>' not specified" },
    { argv: ["firmware", "make", "image.bin"], says: "required option '--version <version>' not specified" },
    { argv: ["firmware", "make", "--version", "a", "--size", "5", "i"], says: "Allowed is a whole number from 129" },
    { argv: ["servers", "--image", "no-such-image"], says: "no-such-image: there is no such file or folder" },
  ])("ends wrong use with 2 and a word on standard error: $argv", async ({ argv, says }) => {
    const { code, stdout, stderr } = await cli(...argv);
    expect(code).toBe(2);
    expect(stdout.text).toBe("");
    expect(stderr.text).toContain(says);
  });

  it.each([
    { env: {}, tty: false, colour: false },
    { env: {}, tty: true, colour: true },
    { env: { NO_COLOR: "1" }, tty: true, colour: false },
    { env: { NO_COLOR: "" }, tty: true, colour: true },
    { env: { TERM: "dumb" }, tty: true, colour: false },
    { env: { FORCE_COLOR: "1" }, tty: false, colour: true },
    { env: { FORCE_COLOR: "0" }, tty: true, colour: false },
    { env: { FORCE_COLOR: "1", NO_COLOR: "1" }, tty: false, colour: true },
  ])("is colourful where that is wanted: $env, terminal $tty", ({ env, tty, colour }) => {
    const stream = Object.assign(new Captured(), { isTTY: tty });
    const terminal = new Terminal(stream, env);
    terminal.line(terminal.marked("good", "done"));
    expect(stream.text.includes("\u001b[32m")).toBe(colour);
  });

  it("keeps its help within the width of the terminal", async () => {
    const { exit, stdout } = startCli(["demo", "--help"], { COLUMNS: "60" });
    await exit;
    const described = stdout.lines.slice(0, stdout.lines.indexOf("Examples:"));
    expect(Math.max(...described.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it.each([
    { columns: "60", lines: ["  device      one two three four five six seven eight nine", "              ten"] },
    { columns: "24", lines: ["  device", "    one two three four", "    five six seven eight", "    nine ten"] },
  ])("breaks its tables between words, below each other where it is narrow: $columns", ({ columns, lines }) => {
    const stream = new Captured();
    const terminal = new Terminal(stream, { COLUMNS: columns });
    const text = "one two three four five six seven eight nine ten";
    terminal.table([
      ["device", text],
      ["recordings", "x"],
    ]);
    expect(stream.lines.slice(0, lines.length)).toEqual(lines);
  });
});
