/**
 * The firmware commands of the AT front, `#XDFU…` and `#XFOTA`, on the simulated modem's firmware area. They do what the
 * Serial Modem application and its libraries do around the modem's own rules, oddities included: AT#XFOTA=9 erases only
 * an area that cannot be written, a write that does not fit erases and is tried again, AT#XDFUAPPLY checks and schedules
 * in one.
 */
import { DFU, DFU_TYPES, FOTA_TYPES } from "../../modem/at/commands/dfu.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { NOTIFICATIONS } from "../../modem/at/commands/notifications.ts";
import { formatNotification, parseCommand } from "../../modem/at/commands/text.ts";
import { DFU_ERROR, DFU_RESULT } from "../../modem/dfuError.ts";
import { isModemError } from "../../modem/modemError.ts";
import type { SimulatedModem } from "../../modem/simulated/simulatedModem.ts";
import type { ModemInitResult } from "../../ports/modem.ts";
import { DfuDownload, type DfuSource, formatFota, type PartialImage } from "./dfuDownload.ts";
import type { AtExtension, AtExtensionFactory, AtHost, AtReply, AtRequest } from "./extension.ts";

export interface DfuExtensionOptions {
  readonly modem: SimulatedModem;
  readonly dialect: Dialect;
}

/** Give it to the AT front as an extension. */
export function dfuExtension(options: DfuExtensionOptions): AtExtensionFactory {
  return (host) => new DfuExtension(options, host);
}

/** NRF_MODEM_DELTA_DFU_OFFSET_DIRTY: the area has to be erased before it can be written. */
export const DIRTY_OFFSET = 0x280000;

/** What the modem refuses a write with that does not go on where the area's image ends. */
const MISPLACED: readonly (number | undefined)[] = [DFU_ERROR.badOffset, DFU_ERROR.areaNotBlank];
const EINVAL = -22;

const TESTS: Readonly<Record<string, string>> = {
  "#XDFUINIT": `#XDFUINIT: (${DFU_TYPES.delta}),<size>`,
  "#XDFUWRITE": `#XDFUWRITE: (${DFU_TYPES.delta}),<addr>,<len>`,
  "#XDFUAPPLY": `#XDFUAPPLY: (${DFU_TYPES.delta})`,
  "#XFOTA": `#XFOTA: (0,${FOTA_TYPES.delta},7,9)[,<file_url>[,<sec_tag>[,<pdn_id>]]]`,
};

type DfuCommand = Extract<ReturnType<typeof parseCommand<typeof DFU>>, { readonly kind: "command" }>;

class DfuExtension implements AtExtension {
  readonly #modem: SimulatedModem;
  readonly #dialect: Dialect;
  readonly #host: AtHost;
  readonly #names: ReadonlySet<string>;
  /** The area holds an image that is finished, refused or used up. */
  #dirty = false;
  /** A download of the modem's own has ended well; another one begins after the reset. */
  #activatePending = false;
  #download: { readonly job: DfuDownload; readonly ended: Promise<void> } | undefined;
  #part: PartialImage | undefined;

  constructor({ modem, dialect }: DfuExtensionOptions, host: AtHost) {
    this.#modem = modem;
    this.#dialect = dialect;
    this.#host = host;
    const commands = Object.values(DFU).filter(({ dialects }) => dialects.includes(dialect));
    this.#names = new Set(commands.map(({ name }) => name));
  }

  handles(name: string): boolean {
    return this.#names.has(name);
  }

  /** Every refusal is a plain ERROR: the application has no number for it. */
  async execute(request: AtRequest, reply: AtReply): Promise<void> {
    const answer = request.form === "test" ? TESTS[request.name] : undefined;
    if (answer !== undefined) return reply.line(answer);
    const parsed = parseCommand(request.text, this.#dialect, DFU);
    if (parsed.kind !== "command") return reply.error();
    try {
      await this.#obey(parsed, reply);
    } catch (error) {
      if (!isModemError(error)) throw error;
      reply.error();
    }
  }

  modemStarted(result: ModemInitResult, line: (text: string) => void): void {
    this.#activatePending = false;
    if (result.kind === "ok") return;
    const postponed = result.kind === "updateFailed" && result.code === DFU_RESULT.voltageLow;
    const stage = postponed ? "activatePending" : "complete";
    const told = result.kind === "updated" ? formatFota(stage, "ok") : formatFota(stage, "error", result.code);
    line(told.trim());
    this.#dirty = !postponed;
    this.#part = undefined;
  }

  reset(): void {
    this.#download?.job.abandon();
  }

  async close(): Promise<void> {
    this.#download?.job.abandon();
    await this.#download?.ended;
  }

  async #obey({ key, params }: DfuCommand, reply: AtReply): Promise<void> {
    switch (key) {
      case "xdfuinit":
        return this.#init(params, reply);
      case "xdfuwrite":
        return this.#write(params, reply);
      case "xdfuapply":
        return this.#apply(params, reply);
      case "xfotaStart":
        return this.#start(params, reply);
      case "xfotaStop":
        if (this.#download === undefined || this.#download.job.isAbandoned) return reply.error();
        return this.#download.job.stop();
      case "xfotaOffset": {
        const { firmware } = this.#modem;
        return reply.line(`#XFOTA: ${await firmware.size()},${this.#dirty ? DIRTY_OFFSET : await firmware.offset()}`);
      }
      case "xfotaErase":
        if (this.#dirty) await this.#erase();
    }
  }

  async #init({ type, size }: { type: string; size?: number | undefined }, reply: AtReply): Promise<void> {
    if (type !== "delta" || size === undefined || size > (await this.#modem.firmware.size())) return reply.error();
    if (this.#dirty) await this.#erase();
  }

  async #write(params: { type: string; address: number; length: number }, reply: AtReply): Promise<void> {
    const { type, address, length } = params;
    if (type !== "delta") return reply.error();
    reply.ok();
    const octets = await reply.data(length);
    try {
      await this.#place(address, octets);
      this.#tell("write", 0);
    } catch (error) {
      if (!isModemError(error)) throw error;
      // Without power nobody tells anything.
      if (error.code !== "fault") this.#tell("write", -1);
    }
  }

  /** An image says itself where each of its pieces belongs; the simulated one has the command's address for that. */
  async #place(address: number, octets: Uint8Array): Promise<void> {
    const { firmware } = this.#modem;
    try {
      await firmware.write(address, octets);
    } catch (error) {
      if (!isModemError(error) || !MISPLACED.includes(error.dfu)) throw error;
      await this.#erase();
      await firmware.write(address, octets);
    }
  }

  async #apply({ type }: { type: string }, reply: AtReply): Promise<void> {
    if (type !== "delta") return reply.error();
    const { firmware } = this.#modem;
    try {
      await firmware.finish();
      await firmware.schedule();
      this.#tell("apply", 0);
    } catch (error) {
      if (!isModemError(error)) throw error;
      this.#dirty ||= error.dfu === DFU_ERROR.invalidData;
      this.#tell("apply", -1);
    }
  }

  async #start(params: { type: string; url: string; securityTag?: number | undefined }, reply: AtReply): Promise<void> {
    const { type, url: uri, securityTag } = params;
    // One that the application began before its restart ends by itself.
    if (this.#download?.job.isAbandoned) await this.#download.ended;
    if (type !== "delta" || this.#activatePending || this.#download !== undefined) return reply.error();
    if (!isSource({ uri, securityTag })) {
      reply.line(formatFota("download", "error", EINVAL).trim());
      return reply.error();
    }
    const keep = this.#part?.uri === uri || (await this.#modem.firmware.offset()) === 0;
    const job = new DfuDownload(
      {
        modem: this.#modem,
        clock: this.#host.clock,
        tell: (stage, status, info) => this.#host.notifyRaw(formatFota(stage, status, info)),
        erase: () => this.#erase(),
        needsErase: this.#dirty,
      },
      { uri, securityTag },
      this.#part,
    );
    const ended = job.run(keep).then((scheduled) => {
      this.#activatePending = scheduled;
      this.#part = job.part;
      this.#download = undefined;
    });
    this.#download = { job, ended };
  }

  async #erase(): Promise<void> {
    await this.#modem.firmware.erase();
    this.#dirty = false;
    this.#part = undefined;
  }

  #tell(step: "write" | "apply", result: number): void {
    this.#host.notifyRaw(formatNotification(NOTIFICATIONS.xdfu, { type: "delta", step, result }));
  }
}

/** A URL with a path over HTTP, or over HTTPS with a tag. */
function isSource({ uri, securityTag }: DfuSource): boolean {
  if (!URL.canParse(uri) || !/^https?:\/\/[^/]+\/./i.test(uri)) return false;
  return /^http:/i.test(uri) || securityTag !== undefined;
}
