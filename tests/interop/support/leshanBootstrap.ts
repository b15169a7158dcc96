/** Leshan's bootstrap server: told what each endpoint gets, and listened to. */
import { type Content, contentOf, type LeshanNode } from "./leshanContent.ts";
import { LeshanProcess, type RawEvent } from "./leshanProcess.ts";
import type { LeshanIdentity, LeshanPorts, LeshanSecurity } from "./leshanServer.ts";

/** An instance of object 0, in Leshan's words. */
export interface LeshanSecurityInstance {
  readonly uri: string;
  readonly securityMode: "PSK" | "RPK" | "X509" | "NO_SEC";
  /** Short server id. */
  readonly serverId?: number;
  readonly bootstrapServer?: boolean;
  readonly publicKeyOrId?: Uint8Array;
  readonly serverPublicKey?: Uint8Array;
  /** A private key as PKCS#8. */
  readonly secretKey?: Uint8Array;
  readonly clientOldOffTime?: number;
  readonly bootstrapServerAccountTimeout?: number;
  readonly sni?: string;
  readonly certificateUsage?:
    | "CA_CONSTRAINT"
    | "SERVICE_CERTIFICATE_CONSTRAINT"
    | "TRUST_ANCHOR_ASSERTION"
    | "DOMAIN_ISSUER_CERTIFICATE";
}

/** An instance of object 1, in Leshan's words. */
export interface LeshanServerInstance {
  readonly shortId: number;
  readonly lifetime?: number;
  readonly defaultMinPeriod?: number | null;
  readonly defaultMaxPeriod?: number | null;
  readonly disableTimeout?: number;
  readonly notifIfDisabled?: boolean;
  readonly binding?: readonly ("U" | "T" | "S" | "N" | "Q")[];
  readonly apnLink?: number;
  readonly registrationPriority?: number;
  readonly initialDelay?: number;
  readonly registrationFailure?: boolean;
  readonly bootstrapOnRegistrationFailure?: boolean;
  readonly communicationRetryCount?: number;
  readonly CommunicationRetryTimer?: number;
  readonly SequenceDelayTimer?: number;
  readonly SequenceRetryCount?: number;
  readonly trigger?: boolean;
  readonly preferredTransport?: "U" | "T" | "S" | "N";
  readonly muteSend?: boolean;
}

/** An instance of object 2, in Leshan's words. */
export interface LeshanAccessControlInstance {
  readonly objectId: number;
  readonly objectInstanceId: number;
  readonly acls: Readonly<Record<number, number>>;
  readonly AccessControlOwner: number;
}

type ById<Instance> = Readonly<Record<number, Instance>>;

/** What one endpoint gets: deletions, writes of instances by id, reads, in this order. */
export interface LeshanProvision {
  readonly toDelete?: readonly string[];
  readonly security?: ById<LeshanSecurityInstance>;
  readonly servers?: ById<LeshanServerInstance>;
  readonly acls?: ById<LeshanAccessControlInstance>;
  /** Paths in objects 1 and 2. */
  readonly toRead?: readonly string[];
  /** Content-Format of the writes; what the device prefers, else TLV, by default. */
  readonly contentFormat?: number;
  /** Begins with a Discover, and spares the instance of object 0 that is the bootstrap server's. */
  readonly autoIdForSecurityObject?: boolean;
}

export type LeshanProvisions = Readonly<Record<string, LeshanProvision>>;

export interface LeshanBootstrapConfiguration extends LeshanIdentity {
  readonly ports?: Partial<LeshanPorts>;
  readonly security?: readonly LeshanSecurity[];
  readonly connectionIdLength?: number;
  /** By endpoint name. */
  readonly bootstrap?: LeshanProvisions;
}

interface Happened {
  readonly endpoint: string;
}
export interface LeshanBootstrapEvents {
  started: Happened & { readonly preferredFormat?: number };
  /** The device answered one request, or (`error`) did not. */
  answered: Happened &
    Content & {
      readonly request: "delete" | "discover" | "read" | "write" | "finish";
      readonly path?: string;
      readonly code: string;
      readonly message: string | null;
      readonly links?: readonly string[];
      readonly error?: string;
    };
  finished: Happened;
  failed: Happened & {
    readonly cause:
      | "UNAUTHORIZED"
      | "NO_BOOTSTRAP_CONFIG"
      | "REQUEST_FAILED"
      | "FINISH_FAILED"
      | "CANCELLED"
      | "INTERNAL_SERVER_ERROR";
  };
}

export class LeshanBootstrap {
  readonly #process: LeshanProcess;

  private constructor(started: LeshanProcess) {
    this.#process = started;
  }

  /** Runs until all tests of the file are through. */
  static async start(): Promise<LeshanBootstrap> {
    return new LeshanBootstrap(await LeshanProcess.start("bootstrap"));
  }

  /** A server in place of the one before, of which nothing remains; no device hears that it went. */
  async configure(configuration: LeshanBootstrapConfiguration): Promise<LeshanPorts> {
    return (await this.#process.configure(configuration)) as LeshanPorts;
  }

  /** What endpoints get from now on. */
  async provision(bootstrap: LeshanProvisions): Promise<void> {
    await this.#process.ask({ bootstrap });
  }

  /** The first event of this name that matches and that no wait before had. */
  async event<Name extends keyof LeshanBootstrapEvents>(
    name: Name,
    matches: (event: LeshanBootstrapEvents[Name]) => boolean = () => true,
  ): Promise<LeshanBootstrapEvents[Name]> {
    return eventOf(await this.#process.event(name, (raw) => matches(eventOf(raw))));
  }

  /** Events of this name that nobody waited for so far. */
  unseen<Name extends keyof LeshanBootstrapEvents>(name: Name): readonly LeshanBootstrapEvents[Name][] {
    return this.#process.unseen(name).map((raw) => eventOf<Name>(raw));
  }

  get complaints(): string {
    return this.#process.complaints;
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}

function eventOf<Name extends keyof LeshanBootstrapEvents>(raw: RawEvent): LeshanBootstrapEvents[Name] {
  const { content, ...rest } = raw as RawEvent & { readonly content?: Readonly<Record<string, LeshanNode>> };
  return { ...rest, ...(content && contentOf(content)) } as unknown as LeshanBootstrapEvents[Name];
}
