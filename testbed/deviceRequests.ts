/** A server's requests to the devices that are registered with it, each logged with its answer, and what it observes. */
import type { DefinitionLookup, ResourceValue } from "../services/lwm2m/model.ts";
import { type CoapMethod, type DeviceAnswer, type DevicePeer, type ServerRequest, succeeded } from "./coapMessage.ts";
import type { CoapPort } from "./coapPort.ts";
import { type ToldValue, toldValues } from "./composite.ts";
import { decodeContent, resourceValue } from "./deviceContent.ts";
import type { Registration } from "./deviceRegistry.ts";
import type { Observation } from "./observation.ts";
import { TestbedError } from "./testbedError.ts";

export type Operation =
  | "read"
  | "discover"
  | "write"
  | "writeAttributes"
  | "execute"
  | "create"
  | "delete"
  | "observe"
  | "cancel"
  | "readComposite"
  | "writeComposite"
  | "observeComposite"
  | "cancelComposite";

/** The path of a composite is `/`. */
export type RequestEvent =
  | { readonly type: "operation"; readonly endpoint: string; readonly operation: Operation; readonly path: string }
  | {
      readonly type: "answer";
      readonly endpoint: string;
      readonly operation: Operation;
      readonly path: string;
      readonly code: string;
    }
  | ({ readonly type: "notification"; readonly endpoint: string; readonly path: string } & ReadAnswer)
  | { readonly type: "failed"; readonly endpoint: string; readonly detail: string };

/** An answer with its value where the path is a resource's and the format one that is read here. */
export interface ReadAnswer extends DeviceAnswer {
  readonly value?: ResourceValue;
  /** In SenML: every value with its place, and its time where the device told one. */
  readonly values?: readonly ToldValue[];
}

/** An observation under way; `answer` is the first value or the refusal. */
export interface DeviceObservation {
  readonly answer: ReadAnswer;
  readonly accepted: boolean;
  /** Ends it with Observe 1. */
  cancel(): Promise<DeviceAnswer>;
  /** Ends it without a word: the next notification is answered by Reset. */
  forget(): void;
}

export interface DeviceRequestsOptions {
  readonly events: { record(event: RequestEvent): void };
  readonly lookup: DefinitionLookup;
  registration(endpoint: string): Registration | undefined;
  port(): CoapPort;
}

type RequestContent = Pick<ServerRequest, "query" | "accept" | "contentFormat" | "payload">;

export class DeviceRequests {
  readonly #options: DeviceRequestsOptions;
  readonly #observations = new Map<string, Set<Observation>>();

  constructor(options: DeviceRequestsOptions) {
    this.#options = options;
  }

  send(
    operation: Operation,
    endpoint: string,
    method: CoapMethod,
    path: string,
    content: RequestContent,
  ): Promise<DeviceAnswer> {
    return this.logged(operation, endpoint, path, () =>
      this.#options.port().request({ to: this.peer(endpoint), method, path, ...content }),
    );
  }

  /** GET observes one place, FETCH those in the payload. */
  async observe(
    endpoint: string,
    request: RequestContent & { readonly method: "GET" | "FETCH"; readonly path: string },
    listener: ((notification: ReadAnswer) => void) | undefined,
  ): Promise<DeviceObservation> {
    const { path, method } = request;
    const isComposite = method === "FETCH";
    let observation: Observation | undefined;
    const answer = await this.logged(isComposite ? "observeComposite" : "observe", endpoint, path, async () => {
      const port = this.#options.port();
      observation = await port.observe({ to: this.peer(endpoint), ...request }, (notification) =>
        this.#notified(endpoint, path, notification, listener),
      );
      return observation.answer;
    });
    const observed = observation as Observation;
    if (observed.accepted) this.#observationsOf(endpoint).add(observed);
    return {
      answer: this.withValue(path, answer),
      accepted: observed.accepted,
      forget: () => observed.forget(),
      cancel: () => this.logged(isComposite ? "cancelComposite" : "cancel", endpoint, path, () => observed.cancel()),
    };
  }

  async logged(
    operation: Operation,
    endpoint: string,
    path: string,
    work: () => Promise<DeviceAnswer>,
  ): Promise<DeviceAnswer> {
    const { events } = this.#options;
    events.record({ type: "operation", endpoint, operation, path });
    try {
      const answer = await work();
      events.record({ type: "answer", endpoint, operation, path, code: answer.code });
      return answer;
    } catch (error) {
      events.record({ type: "failed", endpoint, detail: (error as Error).message });
      throw error;
    }
  }

  /** Throws `badAnswer` for a payload that breaks its format's rules. */
  withValue(path: string, answer: DeviceAnswer): ReadAnswer {
    if (!succeeded(answer)) return answer;
    const { lookup } = this.#options;
    const value = path === "/" ? undefined : resourceValue(decodeContent(path, answer, lookup));
    const values = toldValues(answer, lookup);
    return { ...answer, ...(value !== undefined && { value }), ...(values !== undefined && { values }) };
  }

  /** Throws `notRegistered`. */
  peer(endpoint: string): DevicePeer {
    const registration = this.#options.registration(endpoint);
    if (registration === undefined) throw new TestbedError("notRegistered", `no device "${endpoint}" is registered`);
    return registration.peer;
  }

  /** Without a word to the device. */
  forgetObservations(endpoint: string): void {
    for (const observation of this.#observations.get(endpoint) ?? []) observation.forget();
    this.#observations.delete(endpoint);
  }

  #notified(
    endpoint: string,
    path: string,
    notification: DeviceAnswer,
    listener: ((notification: ReadAnswer) => void) | undefined,
  ): void {
    const { events } = this.#options;
    try {
      const answer = this.withValue(path, notification);
      events.record({ type: "notification", endpoint, path, ...answer });
      listener?.(answer);
    } catch (error) {
      events.record({ type: "failed", endpoint, detail: (error as Error).message });
    }
  }

  #observationsOf(endpoint: string): Set<Observation> {
    const known = this.#observations.get(endpoint) ?? new Set();
    this.#observations.set(endpoint, known);
    return known;
  }
}
