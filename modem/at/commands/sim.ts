/** The UICC: 3GPP TS 27.007 §8, nRF91. */
import { exec, many, one, read, set } from "./command.ts";
import { bare, FieldError, field, hex, integer, named, optional, quoted, remainder, secret } from "./field.ts";

/** %XSIM <cause>. */
export const SIM_CAUSES = {
  pinRequired: 1,
  pin2Required: 2,
  pukRequired: 3,
  puk2Required: 4,
  pukBlocked: 5,
  puk2Blocked: 6,
  personalisationBlocked: 7,
  imeiLock: 8,
  usimFailure: 9,
  usimChanged: 10,
  profileChanged: 11,
} as const;

/** `ready`, or a SIM that waits for a code, quoted or not. */
const PIN_STATES = ["READY", "SIM PIN", "SIM PUK", "SIM PIN2", "SIM PUK2", "PH-SIM PIN", "PH-NET PIN"] as const;
export type PinState = (typeof PIN_STATES)[number];

const pinState = field<PinState>({
  format: (value) => (value === "READY" ? value : `"${value}"`),
  parse: (token) => {
    const text = token.replaceAll('"', "");
    const state = PIN_STATES.find((each) => each === text);
    if (state === undefined) throw new FieldError("no such PIN state");
    return state;
  },
});

export const SIM = {
  xsimSet: set("%XSIM", { mode: integer(0, 1) }),
  xsimRead: read("%XSIM", one({ state: integer(0, 1), cause: optional(named(SIM_CAUSES)) })),
  cpinRead: read("+CPIN", one({ state: pinState })),
  cpinSet: set("+CPIN", { pin: secret(quoted(8)), newPin: optional(secret(quoted(8))) }, { timeoutMs: 30_000 }),
  cpinr: set(
    "+CPINR",
    { kind: optional(quoted(16)) },
    { response: many({ kind: quoted(16), retries: integer(0, 99) }) },
  ),
  cimi: exec("+CIMI", { response: one({ text: remainder(32) }, { prefix: "" }) }),
  xiccid: exec("%XICCID", { response: one({ iccid: bare(24) }) }),
  cnum: exec("+CNUM", {
    response: many({ name: optional(quoted(64)), number: quoted(32), type: integer(0, 255) }),
  }),
  /** What a card answers may be the keys of a bootstrap: no record has it. */
  csim: set(
    "+CSIM",
    { digits: integer(0, 8_192), command: hex() },
    { response: one({ digits: integer(0, 8_192), answer: secret(hex()) }), timeoutMs: 30_000 },
  ),
  crsm: set(
    "+CRSM",
    {
      command: integer(0, 255),
      file: optional(integer(0, 65_535)),
      p1: optional(integer(0, 255)),
      p2: optional(integer(0, 255)),
      p3: optional(integer(0, 255)),
      data: optional(secret(hex())),
      path: optional(quoted(64)),
    },
    {
      response: one({ sw1: integer(0, 255), sw2: integer(0, 255), answer: optional(secret(hex())) }),
      timeoutMs: 30_000,
    },
  ),
} as const;
