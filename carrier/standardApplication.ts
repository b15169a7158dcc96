/**
 * What the application does when it leaves everything to the default: the thread that the SDK starts for the library
 * (`lwm2m_carrier_thread_run`) and its event handler. It holds the link, the modem and the CA certificates.
 */
import type { EditionPolicy } from "../machines/edition.ts";
import {
  type ApplicationAnswer,
  ERRNO,
  type SemanticEvent,
  type SemanticEventType,
} from "../machines/semanticEvent.ts";
import type { Modem, PdnType } from "../ports/modem.ts";
import type { Lifeline, Trace } from "../ports/trace.ts";
import { modemDigest } from "../services/pki/digest.ts";

/** A CA certificate of the application, in the tag that it lies in. */
export interface CaCertificate {
  /** 0 to 2147483647, not 25 to 28. */
  readonly tag: number;
  /** PEM as the modem takes it. */
  readonly pem: Uint8Array;
}

export interface StandardApplicationOptions {
  readonly policy: EditionPolicy;
  readonly modem: Modem;
  readonly certificates: readonly CaCertificate[];
  /** Access point name and type, for a link that goes up before the library runs. */
  readonly pdn?: { readonly apn?: string; readonly type?: PdnType };
  readonly trace?: Trace | undefined;
}

const DONE: ApplicationAnswer = { value: 0 };

export class StandardApplication {
  readonly #policy: EditionPolicy;
  readonly #modem: Modem;
  readonly #certificates: readonly CaCertificate[];
  readonly #pdn: NonNullable<StandardApplicationOptions["pdn"]>;
  readonly #trace: Trace | undefined;
  #cause: number | undefined;

  constructor({ policy, modem, certificates, pdn = {}, trace }: StandardApplicationOptions) {
    this.#policy = policy;
    this.#modem = modem;
    this.#certificates = certificates;
    this.#pdn = pdn;
    this.#trace = trace;
  }

  /** Before `main()`: the modem is initialised and configured, CA certificates are written, the link goes up. */
  async prepare(): Promise<void> {
    await this.#initialiseModem();
    await this.#writeCertificates();
    if (Object.keys(this.#pdn).length > 0) await this.#modem.configurePdn(this.#pdn);
    await this.#connect("lte_lc_connect()");
  }

  /** Answers an event. Never rejects. */
  handle(event: SemanticEvent, cause: number | undefined): Promise<ApplicationAnswer> | ApplicationAnswer {
    const reaction = StandardApplication.#REACTIONS[event.type];
    if (reaction === undefined) return DONE;
    this.#cause = cause;
    return reaction(this).then(
      (answer) => answer ?? DONE,
      () => ({ value: -ERRNO.EIO }),
    );
  }

  /** One table for all: a fleet of carriers holds it once. */
  static readonly #REACTIONS: Partial<
    Record<SemanticEventType, (self: StandardApplication) => Promise<ApplicationAnswer | undefined>>
  > = {
    initialised: async (self) => {
      if (self.#policy.caCertificates === "modem") await self.#writeCertificates();
      if (self.#policy.firstLink !== "atInitialised") return undefined;
      self.#note("application", "mayAttach");
      await self.#connect("lte_lc_init_and_connect()");
      return undefined;
    },
    "certificates.wanted": async (self) => {
      if (!(await self.#writeCertificates())) return { value: -ERRNO.EACCES };
      const tags = self.#certificates.map(({ tag }) => tag);
      self.#note("application", "provideTags", { tags });
      return { value: 0, tags };
    },
    "link.goingUp": async (self) => {
      if (self.#drives()) await self.#connect("lte_lc_connect()");
      return undefined;
    },
    "link.goingDown": async (self) => {
      if (self.#drives()) await self.#switch("offline", "lte_lc_offline()");
      return undefined;
    },
    "link.poweringOff": async (self) => {
      if (self.#drives()) await self.#switch("powerOff", "lte_lc_power_off()");
      return undefined;
    },
    reboot: async (self) => {
      self.#note("application", "prepareReboot");
      return undefined;
    },
    "modem.shutdownWanted": async (self) => {
      self.#note("modem", "nrf_modem_lib_shutdown()");
      await self.#modem.shutdown();
      return undefined;
    },
    "modem.initWanted": async (self) => {
      const { kind } = await self.#initialiseModem();
      return { value: 0, modemResult: kind };
    },
  };

  #drives(): boolean {
    return this.#policy.linkDriver === "application";
  }

  async #initialiseModem() {
    this.#note("modem", "nrf_modem_lib_init()");
    return this.#modem.init();
  }

  /** Registration follows by itself; the library watches for it. */
  async #connect(action: string): Promise<void> {
    await this.#switch("normal", action);
  }

  async #switch(mode: "normal" | "offline" | "powerOff", action: string): Promise<void> {
    this.#note("link", action);
    await this.#modem.setFunctionalMode(mode);
  }

  /** Writes the certificates that the modem does not hold yet; false when one was refused. */
  async #writeCertificates(): Promise<boolean> {
    this.#note("application", "writeCaCertificates");
    const missing = await this.#missingCertificates();
    if (missing.length === 0) return true;
    const call = "modem_key_mgmt_write(...)";
    this.#note("modem", call, { tags: missing.map(({ tag }) => tag) });
    try {
      for (const { tag, pem } of missing) await this.#modem.credentials.write(tag, "ca", pem);
      this.#returned(call, true);
      return true;
    } catch {
      this.#returned(call, false);
      return false;
    }
  }

  /** A certificate that is there already, by its digest, is not written again. */
  async #missingCertificates(): Promise<CaCertificate[]> {
    const listed = await this.#modem.credentials.list();
    return this.#certificates.filter(
      ({ tag, pem }) =>
        !listed.some((entry) => entry.tag === tag && entry.type === "ca" && entry.digest === modemDigest(pem)),
    );
  }

  #note(to: Lifeline, action: string, fields: Record<string, unknown> = {}): void {
    this.#trace?.record({
      kind: "application",
      from: "application",
      to,
      action,
      ...fields,
      cause: this.#cause,
    });
  }

  #returned(of: string, ok: boolean): void {
    this.#trace?.record({ kind: "return", from: "modem", to: "application", of, ok });
  }
}
