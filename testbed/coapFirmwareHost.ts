/**
 * Serves images over CoAP, or over DTLS, block by block (RFC 7959, Block2), on the `coap` package. Right for images of some hundred
 * KiB: the package goes through the whole image for every block, so that 8 MiB take it more than a minute. From the
 * third block on it leaves the Content-Format out.
 */
import { CONTENT_FORMAT } from "../services/lwm2m/contentFormat.ts";
import type { DeviceRequest, ServerAnswer } from "./coapMessage.ts";
import { CoapPort, type CoapPortOptions } from "./coapPort.ts";
import { EventLog, type Logged } from "./eventLog.ts";
import { type SecureEvent, secureHandlers } from "./secureEvents.ts";

export type CoapFirmwareHostEvent =
  | SecureEvent
  /** The first block of an image was asked for; the others come out of node-coap's cache. */
  | { readonly type: "request"; readonly path: string; readonly code: string }
  | { readonly type: "failed"; readonly detail: string };

export interface CoapFirmwareHostOptions extends CoapPortOptions {
  /** By path, `/good.bin`. */
  readonly images?: Readonly<Record<string, Uint8Array>>;
  log?(entry: Logged<CoapFirmwareHostEvent>): void;
}

export interface CoapFirmwareHost {
  readonly events: EventLog<CoapFirmwareHostEvent>;
  /** `coap://127.0.0.1:PORT/good.bin`, or `coaps:`. */
  url(path: string): string;
  setImage(path: string, image: Uint8Array): void;
  appear(): Promise<void>;
  disappear(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a CoAP firmware host. Rejects with a `TestbedError` when the port cannot be bound. */
export async function startCoapFirmwareHost(options: CoapFirmwareHostOptions): Promise<CoapFirmwareHost> {
  const images = new Map(Object.entries(options.images ?? {}));
  const events = new EventLog<CoapFirmwareHostEvent>(options.clock, options.log);
  const answer = (request: DeviceRequest): ServerAnswer => {
    const path = `/${request.path.join("/")}`;
    const image = images.get(path);
    const code = image === undefined ? "4.04" : request.method === "GET" ? "2.05" : "4.05";
    events.record({ type: "request", path, code });
    if (image === undefined || code !== "2.05") return { code };
    return { code, contentFormat: CONTENT_FORMAT.opaque, payload: image };
  };
  const port = await CoapPort.open(options, {
    onRequest: answer,
    onError: (error) => events.record({ type: "failed", detail: error.message }),
    ...secureHandlers((event) => events.record(event)),
  });
  return {
    events,
    url: (path) => `${port.uri}${path}`,
    setImage: (path, image) => images.set(path, image),
    appear: () => port.appear(),
    disappear: () => port.disappear(),
    async close() {
      events.close();
      await port.close();
    },
  };
}
