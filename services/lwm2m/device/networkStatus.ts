/** What the modem has said last of its network: objects 4, 10 and 11 read it here. */
import type { CellInfo, PdnInfo, PdnType, SignalQuality } from "../../../ports/modem.ts";

export interface Connectivity {
  readonly signal?: SignalQuality;
  readonly cell?: CellInfo;
  readonly pdn?: PdnInfo;
}

export interface NetworkStatusOptions {
  /** Access point name and type that the PDN was asked with; the network chose what is absent. */
  readonly apn?: string | undefined;
  readonly pdnType?: PdnType | undefined;
  /** A value of object 4 was read: whoever can may look again. */
  onRead?(): void;
}

export class NetworkStatus implements Connectivity {
  readonly apn: string | undefined;
  readonly pdnType: PdnType | undefined;
  signal?: SignalQuality;
  cell?: CellInfo;
  pdn?: PdnInfo;
  readonly #onRead: (() => void) | undefined;

  constructor({ apn, pdnType, onRead }: NetworkStatusOptions = {}) {
    this.apn = apn;
    this.pdnType = pdnType;
    this.#onRead = onRead;
  }

  /** What is not given stays. */
  note({ signal, cell, pdn }: Connectivity): void {
    if (signal !== undefined) this.signal = signal;
    if (cell !== undefined) this.cell = cell;
    if (pdn !== undefined) this.pdn = pdn;
  }

  wasRead(): void {
    this.#onRead?.();
  }
}
