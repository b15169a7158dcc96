/** A carrier's life against the testbed, with something going wrong or not, and how it has to end. */

import type { FastClock } from "../../carrier/clock/fastClock.ts";
import type { Carrier } from "../../carrier/createCarrier.ts";
import type { Inspector } from "../../inspector/options.ts";
import type { EditionId } from "../../machines/editions/index.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import type { TraceSink } from "../../ports/trace.ts";
import type { Testbed } from "../../testbed/testbed.ts";
import type { SteeredDevice } from "../inspector/steering.ts";

export const SCENARIO_NAMES = [
  "success",
  "certs-failure",
  "bad-ca",
  "bad-image",
  "connection-lost",
  "bootstrap-retry",
  "server-retry",
  "bootstrap-deferred",
  "server-deferred",
  "coaps-download",
  "link-down-request",
  "power-loss",
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export interface ScenarioOptions {
  readonly scenario: ScenarioName;
  readonly edition: EditionId;
  readonly clock: FastClock;
  readonly seed: number;
  readonly timing: "instant" | "realistic";
  /** How the servers and the device prove themselves to each other; default `psk`. */
  readonly security?: "none" | "psk";
  /** Octets of the firmware image. */
  readonly imageBytes?: number;
  /** Default: the simulated one itself. */
  readonly modem?: ModemChoice;
  readonly sink: TraceSink;
  /** Watches the carrier. */
  readonly inspector?: Inspector | undefined;
  /** Records datagrams as they are, and the keys of their sessions. */
  readonly rawCapture?: boolean;
}

export const DATA_PATHS = ["modem", "host"] as const;
export type DataPath = (typeof DATA_PATHS)[number];

export type ModemChoice =
  | { readonly kind: "simulated" }
  /** The simulated modem behind AT commands on a pseudo terminal, and the driver of a real one. */
  | {
      readonly kind: "at";
      /** Whose sockets and DTLS: the modem's, or this host's. */
      readonly dataPath: DataPath;
      /** The application that answers; `serialModem` by default. */
      readonly dialect?: Dialect;
      /** Who fetches a firmware image over HTTPS; `host` by default. */
      readonly downloads?: "host" | "modem";
    };

/** How a scenario ended. `reason` is one sentence; a deviation names chart, line and what happened instead. */
export interface ScenarioVerdict {
  readonly ok: boolean;
  readonly reason: string;
  /** The sequence charts that were checked, and how each came out. */
  readonly charts: readonly { readonly chart: string; readonly conforms: boolean; readonly detail: string }[];
}

export interface RunningScenario {
  readonly testbed: Testbed;
  /** The carrier of now: after a power loss it is another one. */
  readonly carrier: Carrier;
  /** What somebody who looks on may do things to. */
  readonly steered: SteeredDevice;
  /** What its modem is, where it is not the simulated one itself. */
  readonly modem?: string | undefined;
  /** Resolves when the life went its way, or cannot any more. Never rejects. */
  readonly ended: Promise<ScenarioVerdict>;
  /** Deregisters and stops everything. */
  close(): Promise<void>;
}
