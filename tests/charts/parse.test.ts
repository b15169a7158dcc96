import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Arc } from "../../charts/chart.ts";
import { ChartError, ChartSyntaxError } from "../../charts/errors.ts";
import { chartNames, chartSource, loadChart } from "../../charts/loadChart.ts";
import { parseChart } from "../../charts/parse.ts";

const arcsOf = (arcs: string) => parseChart(`msc { a, b; ${arcs} }`).arcs;
const shapeOf = (arc: Arc | undefined) => {
  const { label: _, attributes: __, position: ___, source: ____, ...shape } = arc!;
  return shape;
};

describe("chart parser", () => {
  it.each(chartNames())("reads %s with every labelled line", (name) => {
    const chart = loadChart(name);
    const lines = chartSource(name).split("\n");
    // A line with more than one label declares the entities.
    const labels = lines.flatMap((line, index) => {
      const found = [...line.matchAll(/\[label="([^"]*)"\]/g)];
      return found.length === 1 ? [`${index + 1} ${found[0]![1]}`] : [];
    });
    const parsed = chart.arcs.filter(({ label }) => label !== "");
    expect(labels.length).toBeGreaterThan(3);
    expect(parsed.map(({ label, position }) => `${position.line} ${label}`)).toEqual(labels);
    expect(chart.name).toBe(name);
    expect(Number(chart.options.hscale)).toBeGreaterThan(1);
  });

  const rows: readonly [string, object][] = [
    ["a -> b", { kind: "message", arrow: "->", from: "a", to: "b" }],
    ["a => b", { kind: "message", arrow: "=>", from: "a", to: "b" }],
    ["a =>> b", { kind: "message", arrow: "=>>", from: "a", to: "b" }],
    ["a >> b", { kind: "message", arrow: ">>", from: "a", to: "b" }],
    ["a :> b", { kind: "message", arrow: ":>", from: "a", to: "b" }],
    ["a -x b", { kind: "message", arrow: "-x", from: "a", to: "b" }],
    ["a -X b", { kind: "message", arrow: "-x", from: "a", to: "b" }],
    ["a <- b", { kind: "message", arrow: "->", from: "b", to: "a" }],
    ["a <= b", { kind: "message", arrow: "=>", from: "b", to: "a" }],
    ["a <<= b", { kind: "message", arrow: "=>>", from: "b", to: "a" }],
    ["a << b", { kind: "message", arrow: ">>", from: "b", to: "a" }],
    ["a <: b", { kind: "message", arrow: ":>", from: "b", to: "a" }],
    ["a x- b", { kind: "message", arrow: "-x", from: "b", to: "a" }],
    ["a <-> b", { kind: "message", arrow: "<->", from: "a", to: "b" }],
    ["a <=> b", { kind: "message", arrow: "<=>", from: "a", to: "b" }],
    ["a <<=>> b", { kind: "message", arrow: "<<=>>", from: "a", to: "b" }],
    ["a <<>> b", { kind: "message", arrow: "<<>>", from: "a", to: "b" }],
    ["a <:> b", { kind: "message", arrow: "<:>", from: "a", to: "b" }],
    ["a=>>a", { kind: "message", arrow: "=>>", from: "a", to: "a" }],
    ['"a"<<="b"', { kind: "message", arrow: "=>>", from: "b", to: "a" }],
    ["a box b", { kind: "box", shape: "box", from: "a", to: "b" }],
    ["a rbox a", { kind: "box", shape: "rbox", from: "a", to: "a" }],
    ["a abox a", { kind: "box", shape: "abox", from: "a", to: "a" }],
    ["a note a", { kind: "box", shape: "note", from: "a", to: "a" }],
    ["---", { kind: "divider" }],
    ["|||", { kind: "gap", style: "|||" }],
    ["...", { kind: "gap", style: "..." }],
  ];
  it.each(rows)("reads %s", (source, shape) => {
    const [arc] = arcsOf(`${source} [label="x"];`);
    expect(shapeOf(arc)).toEqual(shape);
    expect(arc).toMatchObject({ label: "x", source: `${source} [label="x"]`, position: { line: 1, column: 13 } });
  });

  it("reads entities by name, label and attributes, and options", () => {
    const chart = parseChart(
      'msc { hscale="1.5", width = 800; x [label="The X", linecolour=red], "long name"; x -> "long name"; }',
    );
    expect(chart.options).toEqual({ hscale: "1.5", width: "800" });
    expect(chart.entities).toMatchObject([
      { id: "x", label: "The X", attributes: { linecolour: "red" } },
      { id: "long name", label: "long name" },
    ]);
  });

  it("takes arcs that share a line, comments of all kinds and escaped quotes", () => {
    const arcs = arcsOf('# one\n// two\n/* three\n */ a -> b [label="say \\"hi\\" # no comment"], b -> a;\n');
    expect(arcs.map(({ label, position }) => [label, position.line])).toEqual([
      ['say "hi" # no comment', 4],
      ["", 4],
    ]);
  });

  it("knows where an arc begins", () => {
    const arcs = parseChart("msc {\n a, b;\n   a -> b;\n\tb -> a;\n}").arcs;
    expect(arcs.map(({ position }) => position)).toEqual([
      { line: 3, column: 4 },
      { line: 4, column: 2 },
    ]);
  });

  const wrong: readonly [string, string, number, number, RegExp][] = [
    ["nothing", "", 1, 1, /expected msc, found the end/],
    ["another word", "digraph {", 1, 1, /expected msc, found "digraph"/],
    ["a missing brace", "msc a;", 1, 5, /expected \{/],
    ["an unknown option", 'msc { colour="red"; a; }', 1, 7, /expected an option \(hscale/],
    ["an entity twice", "msc { a, a; }", 1, 10, /expected a name that no other entity has/],
    ["an unknown entity", "msc {\n  a, b;\n  a -> c;\n}", 3, 8, /expected one of the entities "a", "b", found "c"/],
    ["an unknown arrow", "msc {\n  a, b;\n  a = b;\n}", 3, 5, /expected an arrow .*=>>.* or box/],
    ["a missing semicolon", "msc {\n  a, b;\n  a -> b\n  b -> a;\n}", 4, 3, /expected ;, found "b"/],
    ["a missing end", "msc {\n  a;\n  a -> a;\n", 4, 1, /expected an entity, ---/],
    ["an open string", 'msc {\n  a;\n  a -> a [label="x];\n}', 3, 17, /expected a closing quote/],
    ["an open comment", "msc {\n /* a; }", 2, 2, /expected an end of the comment/],
    ["an open bracket", "msc {\n a;\n a -> a [label;\n}", 3, 15, /expected =, found ";"/],
    ["a stray character", "msc { a; a ? a; }", 1, 12, /expected a name, .* found "\?"/],
    ["something behind the end", "msc { a; a -> a; } more", 1, 20, /expected the end of the chart, found "more"/],
  ];
  it.each(wrong)("refuses %s with its position", (_, source, line, column, message) => {
    const error = thrownBy(() => parseChart(source, "mine"));
    expect(error).toBeInstanceOf(ChartSyntaxError);
    expect(error).toMatchObject({ code: "syntax", line, column });
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain(`mine:${line}:${column}:`);
  });

  it("refuses every truncation of a chart", () => {
    const source = chartSource("certs-failure").trimEnd();
    for (let length = 0; length < source.length; length++) {
      expect(() => parseChart(source.slice(0, length))).toThrow(ChartSyntaxError);
    }
  });

  it("fails in no other way, whatever it is given", () => {
    const piece = fc.constantFrom(
      "msc",
      "{",
      "}",
      "a",
      "b",
      ";",
      ",",
      "->",
      "x-",
      "-x",
      "[",
      "]",
      "label",
      "=",
      '"s"',
      "---",
      "#",
      "/*",
      '"',
      "\n",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseChart(pieces.join(" "));
        } catch (error) {
          expect(error).toBeInstanceOf(ChartSyntaxError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("charts of the package", () => {
  it("finds none under an unknown name and says which there are", () => {
    expect(() => loadChart("../package")).toThrow(ChartError);
    expect(() => loadChart("nonsense")).toThrow(/there is no chart "nonsense"; there are certs-failure, /);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
