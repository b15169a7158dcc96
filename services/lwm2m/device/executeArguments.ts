/** The argument list of an Execute, `0,1='text'` (OMA LwM2M Core 1.1 §6.3.5). */
import { Lwm2mError } from "../errors.ts";

/** Arguments by digit 0 to 9; true for one without a value. */
export type ExecuteArguments = ReadonlyMap<number, string | true>;

/** Octets of an argument list that we read. */
export const MAX_EXECUTE_ARGUMENTS = 1_024;

const NONE: ExecuteArguments = new Map();
/** One argument at the cursor: a digit, and a value of the grammar's CHAR between single quotes. */
const ARGUMENT = /([0-9])(?:='([!\x23-\x26\x28-\x5b\x5d-\x7e]*)')?(,|$)/y;

/** Throws `malformed` or `tooLarge`. */
export function parseExecuteArguments(payload: Uint8Array): ExecuteArguments {
  if (payload.length === 0) return NONE;
  if (payload.length > MAX_EXECUTE_ARGUMENTS) {
    throw new Lwm2mError("tooLarge", `execute arguments of ${payload.length} octets: at most ${MAX_EXECUTE_ARGUMENTS}`);
  }
  const text = new TextDecoder().decode(payload);
  const args = new Map<number, string | true>();
  ARGUMENT.lastIndex = 0;
  for (let more = true; more; ) {
    const match = ARGUMENT.exec(text);
    const digit = Number(match?.[1]);
    if (match === null || args.has(digit))
      throw new Lwm2mError("malformed", "execute arguments are not DIGIT[='VALUE'],…");
    args.set(digit, match[2] ?? true);
    more = match[3] === ",";
  }
  return args;
}
