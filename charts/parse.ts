/**
 * Parser of mscgen's language, as far as sequence charts here use it:
 * `msc { options; entities; arcs; }`, arcs and boxes between entities, dividers and gaps, attributes in brackets.
 */
import {
  ARROWS,
  type Arc,
  type Arrow,
  type Attributes,
  BIDIRECTIONAL_ARROWS,
  BOX_SHAPES,
  type BoxShape,
  type Chart,
  type Entity,
  GAP_STYLES,
  type GapStyle,
} from "./chart.ts";
import { ChartSyntaxError } from "./errors.ts";
import { scan, type Token } from "./scan.ts";

/** Arrows drawn from right to left, and what they are from left to right. */
const LEFTWARD: Readonly<Record<string, Arrow>> = {
  "<-": "->",
  "<=": "=>",
  "<<=": "=>>",
  "<<": ">>",
  "<:": ":>",
  "x-": "-x",
};
const RIGHTWARD: ReadonlySet<string> = new Set([...ARROWS, ...BIDIRECTIONAL_ARROWS]);
const SHAPES: ReadonlySet<string> = new Set(BOX_SHAPES);
const GAPS: ReadonlySet<string> = new Set(GAP_STYLES);
const DIVIDER = "---";
const OPTION_NAMES: ReadonlySet<string> = new Set(["hscale", "width", "arcgradient", "wordwraparcs"]);

/** Parses a chart. Throws `ChartSyntaxError` with line and column. `name` is for messages and for finding bindings. */
export function parseChart(source: string, name?: string): Chart {
  const parser = new Parser(source, name);
  const chart = parser.chart();
  return name === undefined ? chart : { name, ...chart };
}

class Parser {
  readonly #source: string;
  readonly #name: string | undefined;
  readonly #tokens: readonly Token[];
  readonly #entities = new Map<string, Entity>();
  #next = 0;

  constructor(source: string, name: string | undefined) {
    this.#source = source;
    this.#name = name;
    this.#tokens = scan(source, name);
  }

  chart(): Chart {
    if (this.#token.text.toLowerCase() !== "msc") this.#fail("msc");
    this.#next++;
    this.#take("{");
    const options = this.#options();
    this.#declareEntities();
    const arcs: Arc[] = [];
    while (!this.#sees("}")) {
      do arcs.push(this.#arc());
      while (this.#skip(","));
      this.#take(";");
    }
    this.#take("}");
    if (this.#token.kind !== "end") this.#fail("the end of the chart");
    return { options, entities: [...this.#entities.values()], arcs };
  }

  #options(): Attributes {
    const options: Record<string, string> = {};
    if (this.#tokens[this.#next + 1]?.text !== "=") return options;
    do {
      if (!OPTION_NAMES.has(this.#token.text.toLowerCase())) this.#fail(`an option (${[...OPTION_NAMES].join(", ")})`);
      const name = this.#takeName("an option").toLowerCase();
      this.#take("=");
      options[name] = this.#takeName("the option's value");
    } while (this.#skip(","));
    this.#take(";");
    return options;
  }

  #declareEntities(): void {
    do {
      const { line, column } = this.#token;
      if (this.#entities.has(this.#token.text)) this.#fail("a name that no other entity has");
      const id = this.#takeName("an entity");
      const attributes = this.#attributes();
      this.#entities.set(id, { id, label: attributes.label ?? id, attributes, position: { line, column } });
    } while (this.#skip(","));
    this.#take(";");
  }

  #arc(): Arc {
    const first = this.#token;
    const shape = this.#arcShape();
    const attributes = this.#attributes();
    const last = this.#tokens[this.#next - 1]!;
    return {
      ...shape,
      label: attributes.label ?? "",
      attributes,
      position: { line: first.line, column: first.column },
      source: this.#source.slice(first.start, last.end).replace(/\s+/g, " "),
    };
  }

  #arcShape():
    | { kind: "divider" }
    | { kind: "gap"; style: GapStyle }
    | { kind: "box"; shape: BoxShape; from: string; to: string }
    | { kind: "message"; arrow: Arrow; from: string; to: string } {
    const { kind, text } = this.#token;
    if (kind === "symbol" && text === DIVIDER) {
      this.#next++;
      return { kind: "divider" };
    }
    if (kind === "symbol" && GAPS.has(text)) {
      this.#next++;
      return { kind: "gap", style: text as GapStyle };
    }
    const left = this.#takeEntity("an entity, ---, ||| or ...");
    const relation = this.#token;
    const word = relation.text.toLowerCase();
    this.#next++;
    if (relation.kind === "word" && SHAPES.has(word)) {
      return { kind: "box", shape: word as BoxShape, from: left, to: this.#takeEntity("an entity") };
    }
    if (relation.kind === "symbol" && RIGHTWARD.has(relation.text)) {
      return { kind: "message", arrow: relation.text as Arrow, from: left, to: this.#takeEntity("an entity") };
    }
    const reversed = relation.kind === "symbol" ? LEFTWARD[relation.text] : undefined;
    if (reversed !== undefined) {
      return { kind: "message", arrow: reversed, to: left, from: this.#takeEntity("an entity") };
    }
    this.#next--;
    return this.#fail(`an arrow (${[...RIGHTWARD, ...Object.keys(LEFTWARD)].join(" ")}) or ${BOX_SHAPES.join(", ")}`);
  }

  #attributes(): Attributes {
    const attributes: Record<string, string> = {};
    if (!this.#skip("[")) return attributes;
    do {
      const name = this.#takeName("an attribute").toLowerCase();
      this.#take("=");
      attributes[name] = this.#takeName("the attribute's value");
    } while (this.#skip(","));
    this.#take("]");
    return attributes;
  }

  #takeEntity(expected: string): string {
    const { kind, text } = this.#token;
    if (kind !== "word" && kind !== "string") this.#fail(expected);
    if (!this.#entities.has(text)) {
      this.#fail(`one of the entities ${[...this.#entities.keys()].map((id) => JSON.stringify(id)).join(", ")}`);
    }
    this.#next++;
    return text;
  }

  #takeName(expected: string): string {
    const { kind, text } = this.#token;
    if (kind !== "word" && kind !== "string") this.#fail(expected);
    this.#next++;
    return text;
  }

  #take(symbol: string): void {
    if (!this.#skip(symbol)) this.#fail(symbol);
  }

  #skip(symbol: string): boolean {
    if (!this.#sees(symbol)) return false;
    this.#next++;
    return true;
  }

  #sees(symbol: string): boolean {
    return this.#token.kind === "symbol" && this.#token.text === symbol;
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #fail(expected: string): never {
    const { kind, text } = this.#token;
    const found = kind === "end" ? "the end of the chart" : JSON.stringify(text);
    throw new ChartSyntaxError(this.#token, expected, found, this.#name);
  }
}
