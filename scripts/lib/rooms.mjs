/**
 * Which way imports run: every room, and where in the repository its files may import from besides their own room.
 * An entry is a room, or the beginning of a path inside one. ARCHITECTURE.md draws the same picture.
 */

/**
 * @typedef {object} Room
 * @property {readonly string[]} imports
 * @property {readonly string[]} [types] more that may be imported for its types alone
 * @property {readonly string[]} [packages] the only packages, Node's own modules included, that the room may import
 */

/** @type {Readonly<Record<string, Room>>} */
export const ROOMS = {
  ports: { imports: [], packages: [] },
  trace: { imports: ["ports"] },
  machines: { imports: [], types: ["ports", "trace"], packages: ["xstate"] },
  services: { imports: ["ports", "trace"] },
  modem: { imports: ["ports", "trace"] },
  // The edition tables, and the vocabulary they are written in.
  charts: { imports: ["ports", "trace", "machines/edition", "machines/semanticEvent"] },
  carrier: { imports: ["ports", "trace", "machines", "services", "modem"] },
  testbed: { imports: ["ports", "carrier", "services", "modem"] },
  // XState and records, nothing of LwM2M: what it shows of that arrives as data.
  inspector: { imports: ["ports", "trace", "charts", "inspector/model"] },
  // Runs in the page, in the command and beside the server: nothing of Node. A filter's patterns are RE2's.
  "inspector/model": {
    imports: ["ports", "trace", "charts", "inspector/definition", "inspector/records", "inspector/protocol"],
    packages: ["re2js"],
  },
  "inspector/ui": {
    imports: ["ports", "trace", "charts", "inspector"],
    packages: ["preact", "elkjs"],
  },
  watch: { imports: ["ports", "machines", "charts", "modem/at"] },
  // The command is the top of the house: it may use every room below it.
  cli: {
    imports: ["ports", "trace", "machines", "services", "modem", "charts", "carrier", "testbed", "watch", "inspector"],
  },
};
