/** The scenarios: what is set up, how it plays, and as which sequence charts it has to run. */
import type { Edition } from "../../machines/edition.ts";
import type { EditionId } from "../../machines/editions/index.ts";
import type { DeferredReason, SemanticEvent } from "../../machines/semanticEvent.ts";
import { OLD_FIRMWARE } from "./device.ts";
import type { ScenarioName } from "./scenario.ts";
import { NEW_FIRMWARE, type Setting, type Stage } from "./stage.ts";

export interface Scenario {
  /** One line for the help text. */
  readonly description: string;
  readonly editions: readonly EditionId[];
  /** Plays with DTLS only. */
  readonly secure?: boolean;
  readonly setting?: Setting;
  /** Resolves with one sentence on how it ended; throws `ScenarioFailure` when it did not go its way. */
  play(stage: Stage): Promise<string>;
  readonly charts: readonly (keyof Edition["charts"])[];
}

const ALL = ["0.10", "0.21", "0.30-pre", "0.30", "3.3", "3.6"] as const satisfies readonly EditionId[];

/** LwM2M object 5: State Idle; Update Result success, connection lost, integrity check failure. */
const IDLE = 0;
const SUCCESS = 1;
const CONNECTION_LOST = 4;
const INTEGRITY = 5;

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  success: {
    description: "initialise, bootstrap, register, update the modem's firmware, register again",
    editions: ALL,
    async play(stage) {
      await stage.register();
      await updateAndRegister(stage, stage.testbed.urls.goodImage);
      return `bootstrapped, registered, updated to ${NEW_FIRMWARE}, registered again`;
    },
    charts: ["init", "certsSuccess", "bootstrap", "fotaSuccess"],
  },

  "certs-failure": {
    description: "the modem refuses the CA certificates: initialisation fails",
    editions: ["0.21", "0.30-pre"],
    setting: { faults: [{ name: "keyWriteRefused" }] },
    async play(stage) {
      const failed = stage.reaches("failed");
      stage.carrier.start();
      await failed;
      return "initialisation failed, as it has to";
    },
    charts: ["certsFailure"],
  },

  "bad-ca": {
    description: "the firmware host's certificate was signed by a CA that is not trusted",
    editions: ["0.30-pre", "0.30", "3.3", "3.6"],
    setting: { trusts: "otherCa" },
    async play(stage) {
      await stage.register();
      const failed = stage.next("error");
      const outcome = await stage.updateFirmware(stage.testbed.urls.goodImage);
      await failed;
      stage.check(outcome.state === IDLE && outcome.result === CONNECTION_LOST, told(outcome));
      stage.check(isRegistered(stage), "the device is no longer registered");
      return "the firmware host was refused; still registered";
    },
    charts: ["bootstrap", "fotaFailCert"],
  },

  "bad-image": {
    description: "the firmware image is corrupt: it is deleted from the modem",
    editions: ALL,
    async play(stage) {
      await stage.register();
      const registered = stage.next("registered");
      const outcome = await stage.updateFirmware(stage.testbed.urls.badImage);
      stage.check(outcome.state === IDLE && outcome.result === INTEGRITY, told(outcome));
      await registered;
      // Carrier library, rules: then a link cycle in the edition's words.
      const expected = ["link.goingDown", "link.down", "link.goingUp", "link.up", "link.free", "registered"].filter(
        (type) => type in stage.edition.events,
      );
      const events = stage.eventsAfter("error");
      stage.check(
        events.join() === expected.join(),
        `after the error came ${events.join(", ")}, not ${expected.join(", ")}`,
      );
      await runs(stage, OLD_FIRMWARE);
      return "the image was rejected and deleted; the old firmware runs, registered again";
    },
    charts: ["bootstrap", "fotaFailCrc"],
  },

  "connection-lost": {
    description: "the connection to the firmware host breaks halfway: the download is resumed",
    editions: ALL,
    async play(stage) {
      await stage.register();
      const half = Math.floor(stage.imageBytes / 2);
      stage.breakDownloadAfter(half);
      await updateAndRegister(stage, stage.testbed.urls.goodImage);
      const resumed = stage.records.find(
        ({ kind, phase, offset }) => kind === "http" && phase === "request" && Number(offset) > 0,
      );
      stage.check(resumed !== undefined, "the download was not resumed where it broke");
      stage.check(!stage.events.includes("error"), "a download that is resumed sends no ERROR");
      return `resumed at octet ${resumed?.offset} of ${stage.imageBytes}, updated to ${NEW_FIRMWARE}`;
    },
    charts: ["bootstrap", "fotaSuccess"],
  },

  "bootstrap-retry": {
    description: "the bootstrap server is absent at first",
    editions: ALL,
    setting: { testbed: { bootstrap: { absent: true } } },
    async play(stage) {
      const deferred = stage.next("deferred");
      const registered = stage.next("registered");
      stage.carrier.start();
      const { reason, timeoutSeconds } = await deferred;
      stage.check(reason === "BOOTSTRAP_NO_ROUTE", `deferred for ${reason}, not BOOTSTRAP_NO_ROUTE`);
      await stage.testbed.bootstrap.appear();
      await registered;
      return `put off by ${timeoutSeconds} s, then bootstrapped and registered`;
    },
    charts: ["init"],
  },

  "server-retry": {
    description: "the management server is absent at first",
    editions: ALL,
    setting: { testbed: { management: { absent: true } } },
    async play(stage) {
      const deferred = stage.next("deferred");
      const registered = stage.next("registered");
      stage.carrier.start();
      const { reason, timeoutSeconds } = await deferred;
      stage.check(reason === "SERVER_NO_ROUTE", `deferred for ${reason}, not SERVER_NO_ROUTE`);
      await stage.testbed.management.appear();
      await registered;
      return `put off by ${timeoutSeconds} s, then registered`;
    },
    charts: ["init"],
  },

  "bootstrap-deferred": {
    description: "three attempts to bootstrap: no answer, the keys differ, no accounts; then it is given up",
    editions: ["3.6"],
    secure: true,
    setting: { testbed: { bootstrap: { absent: true } }, settings: { bootstrapRetry: { count: 3 } } },
    async play(stage) {
      const { bootstrap, keys } = stage.testbed;
      const error = stage.next("error");
      await deferred(stage, "BOOTSTRAP_NO_ROUTE", () => stage.carrier.start());
      keys?.bootstrap.mistake(true);
      await deferred(stage, "BOOTSTRAP_CONNECT", () => bootstrap.appear());
      keys?.bootstrap.mistake(false);
      await deferred(stage, "BOOTSTRAP_SEQUENCE", () => bootstrap.setBehaviour({ kind: "omitObjects" }));
      return givenUp(stage, await error);
    },
    charts: ["deferredBootstrap"],
  },

  "server-deferred": {
    description: "three attempts to register: no answer, the keys differ, no answer to Register; then it is given up",
    editions: ["3.6"],
    secure: true,
    setting: {
      bootstrapped: true,
      testbed: {
        management: { absent: true },
        account: { communicationRetryCount: 3, bootstrapOnRegistrationFailure: false },
      },
    },
    async play(stage) {
      const { management, keys } = stage.testbed;
      const error = stage.next("error");
      await deferred(stage, "SERVER_NO_ROUTE", () => stage.carrier.start());
      keys?.management.mistake(true);
      await deferred(stage, "SERVER_CONNECT", () => management.appear());
      keys?.management.mistake(false);
      await deferred(stage, "SERVER_REGISTRATION", () => management.setBehaviour({ kind: "silent" }));
      return givenUp(stage, await error);
    },
    charts: ["deferredServer"],
  },

  "link-down-request": {
    description: "the application asks for the link to go down, and up again",
    editions: ["3.3", "3.6"],
    async play(stage) {
      await stage.register();
      const down = stage.reaches("linkDown");
      stage.check(stage.carrier.request("linkDown") === 0, "the request to take the link down was refused");
      await down;
      const registered = stage.next("registered");
      stage.check(stage.carrier.request("linkUp") === 0, "the request to bring the link up was refused");
      await registered;
      return "the link went down and up on request; registered again";
    },
    charts: ["bootstrap", "requestLinkDown"],
  },

  "coaps-download": {
    description: "the firmware is fetched over CoAP and DTLS instead of HTTPS",
    editions: ALL,
    secure: true,
    async play(stage) {
      await stage.register();
      const { coapImage } = stage.testbed.urls;
      stage.check(coapImage.startsWith("coaps:"), `the image lies at ${coapImage}`);
      await updateAndRegister(stage, coapImage);
      const overHttp = stage.records.some(({ kind }) => kind === "http");
      stage.check(!overHttp, "something was fetched over HTTP");
      return `fetched ${stage.imageBytes} octets over coaps, updated to ${NEW_FIRMWARE}, registered again`;
    },
    charts: ["bootstrap", "fotaSuccess"],
  },

  "power-loss": {
    description: "power is lost while the image is written; the device starts again and goes on",
    editions: ALL,
    async play(stage) {
      await stage.register();
      const half = Math.floor(stage.imageBytes / 2);
      stage.modem.inject({ name: "powerLossDuringWrite", afterBytes: half });
      const lost = stage.powerLoss();
      const updating = stage.updateFirmware(stage.testbed.urls.goodImage);
      await lost;
      const restarted = stage.next("fota.started");
      await stage.powerUp();
      await restarted;
      const outcome = await updating;
      stage.check(outcome.state === IDLE && outcome.result === SUCCESS, told(outcome));
      await runs(stage, NEW_FIRMWARE);
      return `power was lost at octet ${half}; after the restart the download went on, updated to ${NEW_FIRMWARE}`;
    },
    charts: ["init", "bootstrap"],
  },
};

export function editionsOf(name: ScenarioName): readonly EditionId[] {
  return SCENARIOS[name].editions;
}

/** What `cause` does leads to a deferral for this reason. */
async function deferred(stage: Stage, expected: DeferredReason, cause: () => unknown): Promise<void> {
  const deferral = stage.next("deferred");
  await cause();
  const { reason } = await deferral;
  stage.check(reason === expected, `deferred for ${reason}, not ${expected}`);
}

function givenUp(stage: Stage, { error }: Extract<SemanticEvent, { type: "error" }>): string {
  stage.check(error === "connect", `ended with the error ${error}, not connect`);
  return "deferred three times, each time for another reason, then given up";
}

async function updateAndRegister(stage: Stage, uri: string): Promise<void> {
  const registered = stage.next("registered");
  const outcome = await stage.updateFirmware(uri);
  await registered;
  stage.check(outcome.state === IDLE && outcome.result === SUCCESS, told(outcome));
  await runs(stage, NEW_FIRMWARE);
}

/** The management server sees this firmware version. */
async function runs(stage: Stage, version: string): Promise<void> {
  const { value } = await stage.testbed.management.read(stage.carrier.endpoint, "/3/0/3");
  stage.check(value === version, `the firmware is ${String(value)}, not ${version}`);
}

function isRegistered(stage: Stage): boolean {
  return stage.testbed.management.device(stage.carrier.endpoint) !== undefined;
}

function told({ state, result }: { readonly state: number; readonly result: number }): string {
  return `the firmware object ended in State ${state} with Update Result ${result}`;
}
