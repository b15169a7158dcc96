/** A device whose server observes over real endpoints; what the server hears is kept. */
import { CODE } from "../../../services/coap/codes.ts";
import type { CoapResponse } from "../../../services/coap/types.ts";
import { findCompositeFormat } from "../../../services/lwm2m/composite.ts";
import { DeviceManagement, type DeviceManagementOptions, parsePath } from "../../../services/lwm2m/index.ts";
import { type CoapPair, coapPair, settle } from "./coapPair.ts";
import { makeDevice, SERVER_ID, type TestDevice } from "./device.ts";

export interface Watched {
  readonly device: TestDevice;
  readonly management: DeviceManagement;
  readonly pair: CoapPair;
  /** `second:text` of each notification. */
  readonly heard: string[];
  observe(path: string, accept?: number): Promise<{ cancel(): Promise<unknown> }>;
  /** In the content format of the paths, which is that of the answer too. */
  observeComposite(paths: readonly string[], contentFormat: number): Promise<{ cancel(): Promise<unknown> }>;
  put(path: string, ...query: string[]): Promise<number | string>;
  advance(seconds: number): Promise<void>;
  /** Sets /3/0/9 and lets what follows from it happen. */
  level(...values: number[]): Promise<void>;
  close(): void;
}

export function watchDevice(options: Partial<DeviceManagementOptions> = {}, device = makeDevice()): Watched {
  const { clock, tree } = device;
  const management = new DeviceManagement({ clock, tree, shortServerId: SERVER_ID, ...options });
  const pair = coapPair({ device: management }, clock);
  management.attach(pair.device);
  const heard: string[] = [];
  const onNotification = ({ code, payload }: CoapResponse): void => {
    const text = code === CODE.CONTENT ? new TextDecoder().decode(payload) : `code ${code}`;
    heard.push(`${clock.now() / 1_000}:${text}`);
  };
  return {
    device,
    management,
    pair,
    heard,
    observe: (path, accept) =>
      pair.server.observe(
        { method: CODE.GET, path: path.slice(1).split("/"), ...(accept !== undefined && { accept }) },
        onNotification,
      ),
    observeComposite: (paths, contentFormat) => {
      const payload = findCompositeFormat(contentFormat)!.encodePaths(paths.map(parsePath));
      return pair.server.observe({ method: CODE.FETCH, path: [], contentFormat, payload }, onNotification);
    },
    async put(path, ...query) {
      const outcome = await pair.server.request({ method: CODE.PUT, path: path.slice(1).split("/"), query });
      return outcome.kind === "response" ? outcome.response.code : outcome.kind;
    },
    async advance(seconds) {
      await clock.advanceAsync(seconds * 1_000);
      await settle();
    },
    async level(...values) {
      for (const value of values) {
        tree.set(3, 0, 9, value);
        await settle();
      }
    },
    close() {
      management.close();
      pair.device.close();
      pair.server.close();
    },
  };
}
