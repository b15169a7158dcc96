/** A storage whose writes and removals are records: of a document its name and size, never its contents. */
import type { Storage } from "../ports/storage.ts";
import type { Trace } from "../ports/trace.ts";

export function tracedStorage(storage: Storage, trace: Trace): Storage {
  return new Proxy(storage, {
    get(target, property) {
      switch (property) {
        case "write":
          return (name: string, bytes: Uint8Array, options?: { readonly secret?: boolean }) => {
            trace.record({ kind: "store", operation: "write", name, bytes: bytes.length });
            return target.write(name, bytes, options);
          };
        case "remove":
          return (name: string) => {
            trace.record({ kind: "store", operation: "remove", name });
            return target.remove(name);
          };
        default: {
          const value = Reflect.get(target, property, target);
          return typeof value === "function" ? value.bind(target) : value;
        }
      }
    },
  });
}
