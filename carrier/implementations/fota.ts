/** Firmware update on a modem's firmware area. */
import {
  type DownloadInput,
  type DownloadServiceOutcome,
  fotaMachine,
  type PrepareAreaInput,
  type VerifyOutcome,
} from "../../machines/fota.ts";
import type { ModemErrorShape } from "../../ports/modem.ts";
import type { OpenCoap } from "../../services/firmware/coapDownload.ts";
import { downloadFirmware } from "../../services/firmware/download.ts";
import type { Device } from "../device.ts";
import { downloadOutcome, verifyFailure } from "../firmwareOutcomes.ts";
import { isRegistered } from "../networkPath.ts";
import { type Actors, serviceActors, shared } from "./shared.ts";

export function provideFota(actors: Actors) {
  const { device } = actors;
  const { modem } = device.options;
  const { ask, deadline, notify, initialiseModem, reinitialiseModem } = shared(actors);
  const service = serviceActors(actors);
  return fotaMachine.provide({
    actors: {
      ask,
      deadline,
      initialiseModem,
      reinitialiseModem,
      prepareArea: service<void, PrepareAreaInput>(async ({ input }) => {
        if (input.keep) return;
        device.rememberEtag(undefined);
        if ((await modem.firmware.offset()) > 0) await modem.firmware.erase();
      }),
      download: service<DownloadServiceOutcome, DownloadInput>(({ input, signal }) =>
        download(device, input.uri, signal),
      ),
      verifyImage: service<VerifyOutcome>(async () => {
        try {
          await modem.firmware.finish();
          return { kind: "valid" };
        } catch (error) {
          return verifyFailure(error as ModemErrorShape);
        }
      }),
      scheduleImage: service(() => modem.firmware.schedule()),
      eraseImage: service(() => modem.firmware.erase()),
    },
    actions: { notify, setFirmware: (_, values) => device.setFirmware(values) },
  });
}

async function download(device: Device, uri: string, signal: AbortSignal): Promise<DownloadServiceOutcome> {
  const { modem, clock, trace } = device.options;
  // HTTP goes over the host's network; what the simulated or real modem would refuse is refused here too.
  if (!isRegistered(modem.registration)) return { kind: "interrupted", progressed: false };
  const before = await modem.firmware.offset();
  const outcome = await downloadFirmware({
    uri,
    area: modem.firmware,
    credentials: modem.credentials,
    caTags: device.caTags,
    clock,
    signal,
    trace,
    etag: before > 0 ? device.facts.firmware.etag : undefined,
    openCoap: openCoapOf(device),
    onEtag: (etag) => device.rememberEtag(etag),
  });
  return downloadOutcome(outcome, before);
}

function openCoapOf(device: Device): OpenCoap {
  return async (uri, signal) => {
    const opening = await device.connections.openEndpoint({ uri, signal }, "firmwareHost");
    if (opening.kind !== "open") return opening;
    return { kind: "open", endpoint: opening.endpoint, release: () => opening.endpoint.close() };
  };
}
