/**
 * Keys of data path `host` do not reach the modem: what its fault `keyWriteRefused` is to those that do, a store that
 * cannot be written is to these.
 */
import type { Storage } from "../../ports/storage.ts";

export function refusingKeys(storage: Storage): Storage {
  return {
    read: (name) => storage.read(name),
    write: (name, bytes, options) => {
      if (options?.secret === true) return Promise.reject(new Error("the store of credentials cannot be written"));
      return storage.write(name, bytes, options);
    },
    remove: (name) => storage.remove(name),
    append: (name, bytes) => storage.append(name, bytes),
    length: (name) => storage.length(name),
  };
}
