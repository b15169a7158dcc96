/** Options that are there. */

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** The object without its undefined fields: options tell "not given" from "given as nothing". */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
