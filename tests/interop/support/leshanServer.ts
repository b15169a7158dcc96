/** Leshan's management server: configured, asked to do what it can do with a device, and listened to. */
import { type Content, contentOf, type LeshanNode, senmlOf, type Values } from "./leshanContent.ts";
import { LeshanProcess, type RawEvent } from "./leshanProcess.ts";

/** Who may register securely, and must then. */
export type LeshanSecurity =
  | { readonly endpoint: string; readonly identity: string; readonly key: Uint8Array }
  /** SubjectPublicKeyInfo. */
  | { readonly endpoint: string; readonly publicKey: Uint8Array }
  /** A certificate whose common name is the endpoint's. */
  | { readonly endpoint: string };

/** Keys as DER, certificates as PEM. */
export interface LeshanIdentity {
  /** PKCS#8. */
  readonly privateKey?: Uint8Array;
  /** SubjectPublicKeyInfo, where the server has no certificate. */
  readonly publicKey?: Uint8Array;
  readonly chain?: string;
  readonly trusted?: string;
}

export interface LeshanPorts {
  readonly coap: number;
  /** Where there is `security`. */
  readonly coaps: number;
}

export interface LeshanConfiguration extends LeshanIdentity {
  /** Free ones by default: given again, the server is back after a restart. */
  readonly ports?: Partial<LeshanPorts>;
  /** A folder of OMA's XML files, for what Leshan has no definition of. */
  readonly models?: string;
  readonly security?: readonly LeshanSecurity[];
  /** Octets of the Connection IDs that it wants to receive, 0 for none; Leshan's own default is 6. */
  readonly connectionIdLength?: number;
  /** The only version of LwM2M that it takes; another is answered 4.12. Both by default. */
  readonly lwm2m?: "1.0" | "1.1";
  /** How long a queue-mode client is taken to be awake; Leshan's own default is 93000. */
  readonly awakeMs?: number;
  readonly blockSize?: number;
  /** Of CoAP; Leshan's own default is 2000. */
  readonly ackTimeoutMs?: number;
}

export interface Timed extends Content {
  /** Seconds since 1970. */
  readonly at: number;
}

export interface LeshanResponse extends Content {
  /** `2.05` */
  readonly code: string;
  readonly message?: string;
  /** Content-Format and octets of the payload. */
  readonly format?: number;
  readonly octets?: number;
  /** Of what was created. */
  readonly location?: string;
  /** In link format, one each. */
  readonly links?: readonly string[];
  readonly observation?: string;
  /** Values that have a time of their own. */
  readonly history: readonly Timed[];
}

export interface LeshanRegistration {
  readonly id: string;
  readonly lifetimeSeconds: number;
  readonly version: string;
  readonly binding: readonly string[];
  readonly queueMode: boolean | null;
  readonly smsNumber: string | null;
  /** In link format, one each. */
  readonly links: readonly string[];
  /** Versions of objects by id. */
  readonly objects: Readonly<Record<string, string>>;
  readonly instances: readonly string[];
  readonly formats: readonly number[];
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the server's endpoint. */
  readonly uri: string;
  /** That the device sends from. */
  readonly port: number;
}

interface Happened {
  readonly endpoint: string;
}
/** Events, and what each tells. */
export interface LeshanEvents {
  registered: Happened & { readonly registration: LeshanRegistration };
  updated: Happened & { readonly registration: LeshanRegistration };
  deregistered: Happened & { readonly expired: boolean; readonly replaced: boolean };
  awake: Happened;
  sleeping: Happened;
  notification: Happened & LeshanResponse & { readonly observation: string; readonly error?: string };
  send: Happened & LeshanResponse & { readonly error?: string };
  /** An observation ended. */
  forgotten: { readonly observation: string };
}

/** As Jackson writes it. */
interface RawRegistration {
  readonly id: string;
  readonly lifeTimeInSec: string;
  readonly lwM2mVersion: string;
  readonly bindingMode: readonly string[];
  readonly queueMode: boolean | null;
  readonly smsNumber: string | null;
  readonly objectLinks: readonly string[];
  readonly supportedObject: Readonly<Record<string, string>>;
  readonly availableInstances: readonly string[];
  readonly supportedContentFormats: readonly { readonly code: number }[];
  readonly additionalRegistrationAttributes: Readonly<Record<string, string>>;
  readonly endpointUri: string;
  readonly port: number;
}

export class LeshanServer {
  ports: LeshanPorts = { coap: 0, coaps: 0 };
  readonly #process: LeshanProcess;

  private constructor(started: LeshanProcess) {
    this.#process = started;
  }

  /** Runs until all tests of the file are through. */
  static async start(): Promise<LeshanServer> {
    return new LeshanServer(await LeshanProcess.start("management"));
  }

  /** A server in place of the one before, of which nothing remains; no device hears that it went. */
  async configure(configuration: LeshanConfiguration = {}): Promise<LeshanPorts> {
    this.ports = (await this.#process.configure(configuration)) as LeshanPorts;
    return this.ports;
  }

  /** The device of this endpoint name, registered or not yet. */
  device(endpoint: string): LeshanDevice {
    return new LeshanDevice(this.#process, endpoint);
  }

  /** The first event of this name that matches and that no wait before had. */
  async event<Name extends keyof LeshanEvents>(
    name: Name,
    matches: (event: LeshanEvents[Name]) => boolean = () => true,
  ): Promise<LeshanEvents[Name]> {
    return eventOf(await this.#process.event(name, (raw) => matches(eventOf(raw))));
  }

  /** Events of this name that nobody waited for so far. */
  unseen<Name extends keyof LeshanEvents>(name: Name): readonly LeshanEvents[Name][] {
    return this.#process.unseen(name).map((raw) => eventOf<Name>(raw));
  }

  /** Its sockets are closed, and open again with what it remembers. */
  async stop(): Promise<void> {
    await this.#process.ask({ request: "stop" });
  }
  async resume(): Promise<void> {
    await this.#process.ask({ request: "start" });
  }

  async addSecurity(security: LeshanSecurity): Promise<void> {
    await this.#process.ask({ request: "addSecurity", ...security });
  }
  /** With the endpoint's sessions. */
  async removeSecurity(endpoint: string): Promise<void> {
    await this.#process.ask({ request: "removeSecurity", endpoint });
  }

  get complaints(): string {
    return this.#process.complaints;
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}

/** Whether a write puts a new instance in the old one's place, or only the resources that it has. */
export type WriteMode = "REPLACE" | "UPDATE";

/** What Leshan asks of one device. Formats are numbers of Content-Format; without `accept` there is no such option. */
export class LeshanDevice {
  readonly #process: LeshanProcess;
  readonly #endpoint: string;

  constructor(process: LeshanProcess, endpoint: string) {
    this.#process = process;
    this.#endpoint = endpoint;
  }

  read(path: string, accept?: number): Promise<LeshanResponse> {
    return this.#ask("read", { path, accept });
  }

  write(path: string, values: Values, format?: number, mode: WriteMode = "REPLACE"): Promise<LeshanResponse> {
    return this.#ask("write", { path, content: senmlOf(values), format, mode });
  }

  execute(path: string, args?: string): Promise<LeshanResponse> {
    return this.#ask("execute", { path, arguments: args });
  }

  /** `named` false: the device is to choose the id, whichever the paths have. */
  create(path: string, values: Values, format?: number, { named = true } = {}): Promise<LeshanResponse> {
    return this.#ask("create", { path, content: senmlOf(values), format, named });
  }

  delete(path: string): Promise<LeshanResponse> {
    return this.#ask("delete", { path });
  }

  discover(path: string): Promise<LeshanResponse> {
    return this.#ask("discover", { path });
  }

  /** `pmin=10&gt=5`; a bare name removes an attribute. */
  writeAttributes(path: string, attributes: string): Promise<LeshanResponse> {
    return this.#ask("writeAttributes", { path, attributes });
  }

  observe(path: string, accept?: number): Promise<LeshanResponse> {
    return this.#ask("observe", { path, accept });
  }

  readComposite(paths: readonly string[], format: number, accept?: number): Promise<LeshanResponse> {
    return this.#ask("readComposite", { paths, format, accept });
  }

  writeComposite(values: Values, format: number): Promise<LeshanResponse> {
    return this.#ask("writeComposite", { content: senmlOf(values), paths: Object.keys(values), format });
  }

  observeComposite(paths: readonly string[], format: number, accept?: number): Promise<LeshanResponse> {
    return this.#ask("observeComposite", { paths, format, accept });
  }

  /** By a request with Observe=1, single or composite. */
  cancelObservation(observation: string): Promise<LeshanResponse> {
    return this.#ask("cancelObservation", { observation });
  }

  /** Without a word: the next notification gets a Reset. */
  async forgetObservation(observation: string): Promise<void> {
    await this.#process.ask({ request: "forgetObservation", observation });
  }

  /** Undefined while it is not registered. */
  async registration(): Promise<LeshanRegistration | undefined> {
    const answer = await this.#process.ask({ request: "registration", endpoint: this.#endpoint });
    const { registration } = answer as { readonly registration: RawRegistration | null };
    return registration === null ? undefined : registrationOf(registration);
  }

  async #ask(request: string, fields: object): Promise<LeshanResponse> {
    return responseOf(await this.#process.ask({ request, endpoint: this.#endpoint, ...fields }));
  }
}

function eventOf<Name extends keyof LeshanEvents>(raw: RawEvent): LeshanEvents[Name] {
  const { registration } = raw as { readonly registration?: RawRegistration };
  const told = registration && { registration: registrationOf(registration) };
  return { ...responseOf(raw), ...told } as unknown as LeshanEvents[Name];
}

function responseOf(raw: unknown): LeshanResponse {
  type Nodes = Readonly<Record<string, LeshanNode | null>>;
  const {
    content = {},
    history = [],
    ...rest
  } = raw as {
    readonly code: string;
    readonly content?: Nodes;
    readonly history?: readonly { readonly at: number; readonly content: Nodes }[];
  };
  const timed = history.map((past) => ({ at: past.at / 1000, ...contentOf(past.content) }));
  return { ...rest, ...contentOf(content), history: timed };
}

function registrationOf(raw: RawRegistration): LeshanRegistration {
  const { id, queueMode, smsNumber, port } = raw;
  return {
    ...{ id, queueMode, smsNumber, port },
    lifetimeSeconds: Number(raw.lifeTimeInSec),
    version: raw.lwM2mVersion,
    binding: raw.bindingMode,
    links: raw.objectLinks,
    objects: raw.supportedObject,
    instances: raw.availableInstances,
    formats: raw.supportedContentFormats.map(({ code }) => code),
    attributes: raw.additionalRegistrationAttributes,
    uri: raw.endpointUri,
  };
}
