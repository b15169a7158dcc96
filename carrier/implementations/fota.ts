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
import type { Scheme } from "../../services/firmware/schemes.ts";
import type { Device } from "../device.ts";
import { downloadOutcome, verifyFailure } from "../firmwareOutcomes.ts";
import { firmwareTag } from "../firmwareTag.ts";
import { heldArea } from "../inspection/heldArea.ts";
import { downloadByModem, modemDownload } from "../modemDownload.ts";
import { isRegistered } from "../networkPath.ts";
import { actorsOf, ask, deadline, initialiseModem, notify, reinitialiseModem, service } from "./shared.ts";

export const fotaChart = fotaMachine.provide({
  actors: {
    ask,
    deadline,
    initialiseModem,
    reinitialiseModem,
    prepareArea: service<void, PrepareAreaInput>(async ({ device }, { input }) => {
      if (input.keep) return;
      const { firmware } = device.options.modem;
      device.firmware.rememberEtag(undefined);
      if ((await firmware.offset()) > 0) await firmware.erase();
    }),
    download: service<DownloadServiceOutcome, DownloadInput>(({ device }, { input, signal }) =>
      download(device, input.uri, signal),
    ),
    verifyImage: service<VerifyOutcome>(async ({ device }) => {
      try {
        await device.options.modem.firmware.finish();
        return { kind: "valid" };
      } catch (error) {
        return verifyFailure(error as ModemErrorShape);
      }
    }),
    scheduleImage: service(({ device }) => device.options.modem.firmware.schedule()),
    eraseImage: service(({ device }) => device.options.modem.firmware.erase()),
  },
  actions: { notify, setFirmware: ({ self }, values) => actorsOf(self).device.firmware.set(values) },
});

const SECURE_SCHEMES: readonly Scheme[] = ["https:", "http:", "coap:", "coaps:"];

async function download(device: Device, uri: string, signal: AbortSignal): Promise<DownloadServiceOutcome> {
  const { modem, clock, trace } = device.options;
  // HTTP mostly goes over the host's network; what a modem would refuse is refused here too.
  if (!isRegistered(modem.registration)) return { kind: "interrupted", progressed: false };
  const byModem = modemDownload(modem.firmware, uri);
  if (byModem !== undefined) return downloadByModem(byModem, uri, device.caTags[0], signal);
  const before = await modem.firmware.offset();
  const outcome = await downloadFirmware({
    uri,
    area: heldArea(modem.firmware, device.standstill.gate, signal),
    credentials: modem.credentials,
    caTags: device.caTags,
    clock,
    signal,
    trace,
    etag: before > 0 ? device.facts.firmware.etag : undefined,
    openCoap: openCoapOf(device),
    schemes: device.options.hasDtls ? SECURE_SCHEMES : undefined,
    held: (arrival) => device.held(arrival),
    onEtag: (etag) => device.firmware.rememberEtag(etag),
  });
  return downloadOutcome(outcome, before);
}

function openCoapOf(device: Device): OpenCoap {
  return async (uri, signal) => {
    const tag = uri.startsWith("coaps:") ? firmwareTag(device.tree, uri, device.caTags) : undefined;
    const request = { uri, signal, ...(tag !== undefined && { securityTag: tag }) };
    const opening = await device.connections.openEndpoint(request, "firmwareHost");
    if (opening.kind !== "open") return opening;
    return { kind: "open", endpoint: opening.endpoint, release: () => opening.endpoint.close() };
  };
}
