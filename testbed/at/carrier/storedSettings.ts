/** What a host has set by AT#XCARRIERCFG: kept over restarts, and what it makes of the library's options. */
import type { CarrierVocabulary } from "../../../modem/at/carrier/events.ts";
import {
  CARRIER_SETTING_COMMAND,
  CARRIER_SETTINGS,
  type CarrierSettingName,
  type CarrierSettings,
  formatCarrierSetting,
  parseCarrierSetting,
} from "../../../modem/at/carrier/settings.ts";
import type { Storage } from "../../../ports/storage.ts";

/** In the storage. */
const DOCUMENT = "carrierSettings";
const COMMAND = `AT${CARRIER_SETTING_COMMAND}=`;

export class StoredSettings {
  readonly #storage: Storage;
  readonly #vocabulary: CarrierVocabulary;
  readonly #given = new Map<CarrierSettingName, CarrierSettings[CarrierSettingName]>();
  #loaded: Promise<void> | undefined;

  constructor(storage: Storage, vocabulary: CarrierVocabulary) {
    this.#storage = storage;
    this.#vocabulary = vocabulary;
  }

  /** Rejects with the storage's error. A document that is damaged, or has what nobody knows, leaves that out. */
  load(): Promise<void> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  /** What a host has set; undefined for what it has not. */
  given<Name extends CarrierSettingName>(name: Name): CarrierSettings[Name] | undefined {
    return this.#given.get(name) as CarrierSettings[Name] | undefined;
  }

  /** The same, or what counts until then. */
  get<Name extends CarrierSettingName>(name: Name): CarrierSettings[Name] {
    return this.given(name) ?? (CARRIER_SETTINGS[name].initially as CarrierSettings[Name]);
  }

  /** Rejects with a `FieldError` for a value that no line can have, and with the storage's error; then nothing changes. */
  async set<Name extends CarrierSettingName>(name: Name, value: CarrierSettings[Name]): Promise<void> {
    await this.load();
    const settings = new Map(this.#given).set(name, value);
    const lines = [...settings].map(([each, kept]) => formatCarrierSetting(each, kept));
    await this.#storage.write(DOCUMENT, new TextEncoder().encode(lines.join("\n")));
    this.#given.set(name, value);
  }

  /** The document is the commands that make it, one a line. */
  async #load(): Promise<void> {
    const stored = await this.#storage.read(DOCUMENT);
    const lines = stored === undefined ? [] : new TextDecoder().decode(stored).split("\n");
    for (const line of lines.slice(0, Object.keys(CARRIER_SETTINGS).length)) {
      if (!line.startsWith(COMMAND)) continue;
      const request = parseCarrierSetting(this.#vocabulary, line.slice(COMMAND.length));
      if (request?.kind === "set") this.#given.set(request.name, request.value);
    }
  }
}
