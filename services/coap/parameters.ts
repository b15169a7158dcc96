/** Transmission parameters (RFC 7252 §4.8) and the endpoint's own bounds. All settable; checked against one table. */
import { CoapUsageError } from "./errors.ts";

export interface CoapParameters {
  /** ACK_TIMEOUT: the first wait for an acknowledgement, before its random stretching. */
  readonly ackTimeoutMs: number;
  /** ACK_RANDOM_FACTOR: the first wait is ackTimeoutMs × [1, this]. */
  readonly ackRandomFactor: number;
  /** MAX_RETRANSMIT: transmissions after the first one. */
  readonly maxRetransmit: number;
  /** NSTART: confirmable messages that may await their acknowledgement at once; others wait their turn. */
  readonly nstart: number;
  /** MAX_LATENCY: the longest a datagram may travel. */
  readonly maxLatencyMs: number;
  /** PROCESSING_DELAY: the longest a node takes to acknowledge. */
  readonly processingDelayMs: number;
  /** How long a handler may take before its request is acknowledged by itself (RFC 7252 §5.2.2). */
  readonly piggybackDelayMs: number;
  /** Largest block in octets, in both directions: 16, 32, … 1024. A small datagram makes it smaller. */
  readonly blockSize: number;
  /** Largest payload in octets that is collected in memory; larger ones are refused or need a stream. */
  readonly maxPayloadBytes: number;
  /** Requests under way at once, own ones and the peer's counted apart. */
  readonly maxConcurrentExchanges: number;
  /** Messages of the peer remembered for deduplication. */
  readonly maxDuplicates: number;
  /** Observations that the peer may hold, and that may be held of the peer. */
  readonly maxObservations: number;
  /** Block-wise transfers that the peer may have under way, uploads and representations counted apart. */
  readonly maxBlockTransfers: number;
  /** Blocks of a download that are fetched before the reader takes them. */
  readonly readAheadBlocks: number;
}

/** Times that follow from the parameters (RFC 7252 §4.8.2). */
export interface CoapTimes {
  /** MAX_TRANSMIT_SPAN: from the first transmission to the last. */
  readonly maxTransmitSpanMs: number;
  /** MAX_TRANSMIT_WAIT: from the first transmission until the sender gives up. */
  readonly maxTransmitWaitMs: number;
  /** MAX_RTT. */
  readonly maxRttMs: number;
  /** EXCHANGE_LIFETIME: how long a message id of a confirmable message stays taken. */
  readonly exchangeLifetimeMs: number;
  /** NON_LIFETIME: the same for a non-confirmable one. */
  readonly nonLifetimeMs: number;
}

export interface ParameterRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly kind: "integer" | "real" | "blockSize";
}

const DAY_MS = 86_400_000;

export const COAP_PARAMETERS = {
  ackTimeoutMs: { default: 2_000, min: 1, max: DAY_MS, kind: "real" },
  ackRandomFactor: { default: 1.5, min: 1, max: 10, kind: "real" },
  maxRetransmit: { default: 4, min: 0, max: 16, kind: "integer" },
  nstart: { default: 1, min: 1, max: 1_024, kind: "integer" },
  maxLatencyMs: { default: 100_000, min: 0, max: DAY_MS, kind: "real" },
  processingDelayMs: { default: 2_000, min: 0, max: DAY_MS, kind: "real" },
  piggybackDelayMs: { default: 500, min: 0, max: DAY_MS, kind: "real" },
  blockSize: { default: 1_024, min: 16, max: 1_024, kind: "blockSize" },
  maxPayloadBytes: { default: 65_536, min: 16, max: 1_073_741_824, kind: "integer" },
  maxConcurrentExchanges: { default: 64, min: 1, max: 65_536, kind: "integer" },
  maxDuplicates: { default: 64, min: 1, max: 65_536, kind: "integer" },
  maxObservations: { default: 128, min: 0, max: 65_536, kind: "integer" },
  maxBlockTransfers: { default: 4, min: 1, max: 1_024, kind: "integer" },
  readAheadBlocks: { default: 8, min: 1, max: 1_024, kind: "integer" },
} as const satisfies Record<keyof CoapParameters, ParameterRange>;

/** Defaults filled in and every value checked; throws `CoapUsageError` that names the key, the value and the range. */
export function resolveParameters(given?: Partial<CoapParameters>): CoapParameters {
  return given === undefined ? DEFAULT_PARAMETERS : checked(given);
}

function checked(given: Partial<CoapParameters>): CoapParameters {
  const resolved = {} as Record<keyof CoapParameters, number>;
  for (const key of Object.keys(COAP_PARAMETERS) as (keyof CoapParameters)[]) {
    const range: ParameterRange = COAP_PARAMETERS[key];
    const value = given[key] ?? range.default;
    if (!isAllowed(value, range)) {
      throw new CoapUsageError("parameter", `${key} is ${value}; allowed is ${describe(range)}`);
    }
    resolved[key] = value;
  }
  return resolved;
}

export function deriveTimes(parameters: CoapParameters): CoapTimes {
  return parameters === DEFAULT_PARAMETERS ? DEFAULT_TIMES : timesOf(parameters);
}

function timesOf(parameters: CoapParameters): CoapTimes {
  const { ackTimeoutMs, ackRandomFactor, maxRetransmit, maxLatencyMs, processingDelayMs } = parameters;
  const maxTransmitSpanMs = ackTimeoutMs * (2 ** maxRetransmit - 1) * ackRandomFactor;
  const maxRttMs = 2 * maxLatencyMs + processingDelayMs;
  return {
    maxTransmitSpanMs,
    maxTransmitWaitMs: ackTimeoutMs * (2 ** (maxRetransmit + 1) - 1) * ackRandomFactor,
    maxRttMs,
    exchangeLifetimeMs: maxTransmitSpanMs + maxRttMs,
    nonLifetimeMs: maxTransmitSpanMs + maxLatencyMs,
  };
}

function isAllowed(value: number, { min, max, kind }: ParameterRange): boolean {
  if (!Number.isFinite(value) || value < min || value > max) return false;
  if (kind === "blockSize") return Number.isInteger(Math.log2(value));
  return kind === "real" || Number.isInteger(value);
}

function describe({ min, max, kind }: ParameterRange): string {
  if (kind === "blockSize") return `a power of two from ${min} to ${max}`;
  return `${kind === "integer" ? "a whole number" : "a number"} from ${min} to ${max}`;
}

/** Shared by all endpoints that are given none. */
const DEFAULT_PARAMETERS = checked({});
const DEFAULT_TIMES = timesOf(DEFAULT_PARAMETERS);
