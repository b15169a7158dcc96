/** A carrier of edition 3.6 in each phase of its life. */
import { EDITIONS } from "../../../machines/editions/index.ts";
import { DEFAULT_RETRY } from "../../../machines/settings.ts";
import { BOOTSTRAPPED, WholeCarrier, type WholeCarrierOptions } from "./wholeCarrier.ts";

const { policy } = EDITIONS["3.6"];

const fresh = (...hold: string[]) => new WholeCarrier(policy, { hold });
export const serving = (options: WholeCarrierOptions = {}) =>
  new WholeCarrier(policy, { facts: BOOTSTRAPPED, ...options });

export const PULL = { type: "firmware.pull", uri: "https://firmware.example/image" };

const downloading = () => serving().send(PULL);
const downloaded = () => downloading().release("download", { kind: "complete" });
const updating = (...hold: string[]) => {
  const carrier = downloaded();
  return carrier.hold(...hold).send({ type: "firmware.update" });
};

export const SITUATIONS: Readonly<Record<string, () => WholeCarrier>> = {
  "reading what survived": () => fresh("loadDevice"),
  "the application prepares": () => fresh("prepareApplication"),
  "initialising the modem": () => fresh("initialiseModem"),
  "initialisation failed": () => fresh("initialiseModem").fail("initialiseModem"),
  "a defect was met": () => fresh("loadDevice").fail("loadDevice"),
  "waiting for the link": () => new WholeCarrier(policy, { answers: { prepareApplication: () => undefined } }),

  "bootstrap: the link goes down": () => fresh("ask link.goingDown"),
  "bootstrap: writing the server's keys": () => fresh("writeServerKeys"),
  "bootstrap: the link goes up": () => fresh("ask link.goingUp"),
  "bootstrap: connecting": () => fresh("openSession"),
  "bootstrap: requesting": () => fresh("requestBootstrap"),
  "bootstrap: in session": () => fresh("serveBootstrap"),
  "bootstrap: waiting for the next attempt": () =>
    new WholeCarrier(policy, { answers: { requestBootstrap: () => ({ kind: "refused", code: "4.00" }) } }),
  "bootstrap: writing the management servers' keys": () => fresh("writeManagementKeys"),
  "bootstrap attempts used up": () =>
    new WholeCarrier(policy, {
      answers: { requestBootstrap: () => ({ kind: "refused", code: "4.00" }) },
      settings: { bootstrapRetry: { ...DEFAULT_RETRY, count: 1 } },
    }),

  "connecting to the management server": () => serving({ hold: ["openSession"] }),
  registering: () => serving({ hold: ["register"] }),
  "registration deferred": () => serving({ answers: { register: () => ({ kind: "refused", code: "4.00" }) } }),
  registered: () => serving(),
  updating: () => serving({ hold: ["update"] }).due("update.due"),
  deregistering: () => serving({ hold: ["deregister"] }).send({ type: "request.deregister" }),
  deregistered: () => serving().send({ type: "request.deregister" }),
  disabled: () => serving().send({ type: "server.trigger", server: 123, command: { type: "server.disable" } }),

  "the link goes down on request": () => serving({ hold: ["ask link.goingDown"] }).send({ type: "request.linkDown" }),
  "the link is down on request": () => serving().send({ type: "request.linkDown" }),
  "the link comes back on request": () =>
    serving({ hold: ["ask link.goingUp"] })
      .send({ type: "request.linkDown" })
      .send({ type: "request.linkUp" }),
  "the network is lost": () => serving().modem("normal", false),

  downloading,
  "the download pauses": () => downloading().release("download", { kind: "interrupted", progressed: false }),
  "verifying the image": () => downloading().hold("verifyImage").release("download", { kind: "complete" }),
  downloaded,
  "scheduling the image": () => updating("scheduleImage"),
  "powering off for the update": () => updating("ask link.poweringOff"),
  "the modem is shut down for the update": () => updating("ask modem.shutdownWanted"),
  "the link comes back after the update": () => updating("ask link.goingUp"),
  "deleting a failed image": () =>
    downloading().hold("eraseImage").release("download", { kind: "failed", failure: "integrity" }),

  "a reboot is asked for": () => serving({ hold: ["ask reboot"] }).send({ type: "request.reboot" }),
  "powering off for a reboot": () => serving({ hold: ["ask link.poweringOff"] }).send({ type: "request.reboot" }),
  restarting: () => serving({ hold: ["restartDevice"] }).send({ type: "restart" }),
};
