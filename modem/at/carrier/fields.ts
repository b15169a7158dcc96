/** What the parameters of AT#XCARRIER and AT#XCARRIERCFG have beyond the other commands: decimals, sets of operators. */
import { type Field, FieldError, field } from "../commands/field.ts";
import { splitTokens } from "../commands/tokens.ts";

/** A decimal in quotes, `"63.43"`: the modem's parser knows whole numbers only. */
export function quotedDecimal(least: number, most: number): Field<number, false> {
  const check = (value: number, shown: string) => {
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new FieldError(`${shown} is no number from ${least} to ${most}`);
  };
  return field({
    format: (value) => `"${check(value, String(value))}"`,
    parse: (token) => {
      const [, digits] = /^"([+-]?\d{1,12}(?:\.\d{1,12})?)"$/.exec(token) ?? [];
      return check(digits === undefined ? Number.NaN : Number(digits), token.slice(0, 40));
    },
  });
}

/** Operators by number, or all that there are. */
export type OperatorSet = "all" | readonly number[];

/** `"all"`, or numbers below `count` as the rest of the line; they are kept in order, each once. */
export function operators(count: number): Field<OperatorSet, false> {
  const codec = field<OperatorSet>({
    format: (value) => (value === "all" ? '"all"' : value.join(",")),
    parse: (text) => {
      const tokens = splitTokens(text).map((token) => token.trim());
      if (/^"all"$/i.test(text)) return "all";
      if (tokens.length > count) throw new FieldError(`${tokens.length} operators are more than ${count}`);
      const numbers = tokens.map((token) => (/^\d$/.test(token) ? Number(token) : Number.NaN));
      if (numbers.some((number) => !(number < count))) throw new FieldError(`an operator is no number below ${count}`);
      return [...new Set(numbers)].sort((a, b) => a - b);
    },
  });
  return { ...codec, takes: "rest" };
}

/** As AT#XCARRIERCFG tells them: `all`, or `1, 3`. */
export function operatorsTold(count: number): Field<OperatorSet, false> {
  const given = operators(count);
  const codec = field<OperatorSet>({
    format: (value) => (value === "all" ? "all" : value.join(", ")),
    parse: (text) => (text === "all" ? "all" : text === "" ? [] : given.parse(text)),
  });
  return { ...codec, takes: "rest" };
}

const BINDINGS = /^[UN]{0,2}$/;

/** `"U"` UDP, `"N"` non-IP, both or neither, in quotes or as AT#XCARRIERCFG tells it. */
export function binding(quotes: '"' | ""): Field<string, false> {
  const normal = (text: string) => {
    if (!BINDINGS.test(text)) throw new FieldError("a binding has U and N alone");
    return ["U", "N"].filter((letter) => text.includes(letter)).join("");
  };
  const codec = field<string>({
    format: (value) => `${quotes}${normal(value)}${quotes}`,
    parse: (token) => {
      const isQuoted = /^"[^"]*"$/.test(token);
      if (isQuoted !== (quotes !== "")) throw new FieldError("a binding stands in quotes");
      return normal(isQuoted ? token.slice(1, -1) : token);
    },
  });
  // Rest: an empty token is a binding, not a field that is missing.
  return { ...codec, takes: "rest" };
}
