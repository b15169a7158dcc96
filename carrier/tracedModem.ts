/** A modem whose calls and notifications are records. Contents of credentials and firmware are not among them. */
import type {
  CredentialStore,
  FirmwareArea,
  FunctionalMode,
  Modem,
  ModemDownloadOptions,
  ModemErrorShape,
  ModemNotification,
  ModemSockets,
} from "../ports/modem.ts";
import type { Lifeline, Trace } from "../ports/trace.ts";

/** AT+CFUN (3GPP TS 27.007 §8.2), for the reader of a record. */
const COMMANDS: Readonly<Record<FunctionalMode, string>> = {
  powerOff: "AT+CFUN=0",
  normal: "AT+CFUN=1",
  offline: "AT+CFUN=4",
};

export function tracedModem(modem: Modem, trace: Trace): Modem {
  const traced = async <T>(
    operation: string,
    fields: Record<string, unknown>,
    work: () => Promise<T>,
    result: (value: T) => Record<string, unknown> = () => ({}),
    from: Lifeline = "library",
  ): Promise<T> => {
    const record = { kind: "modem", operation, ...fields } as const;
    const cause = trace.record({ ...record, phase: "start", from, to: "modem" });
    try {
      const value = await work();
      trace.record({ ...record, phase: "done", from: "modem", to: from, cause, ...result(value) });
      return value;
    } catch (error) {
      const { code, message } = error as ModemErrorShape;
      trace.record({
        ...record,
        phase: "failed",
        from: "modem",
        to: from,
        cause,
        error: code ?? "fault",
        detail: message,
      });
      throw error;
    }
  };

  const credentials: CredentialStore = {
    write: (tag, type, content) =>
      traced("credentials.write", { tag, type }, () => modem.credentials.write(tag, type, content)),
    delete: (tag, type) => traced("credentials.delete", { tag, type }, () => modem.credentials.delete(tag, type)),
    list: (tag) => modem.credentials.list(tag),
    read: (tag, type) => modem.credentials.read(tag, type),
  };
  const { download } = modem.firmware;
  const firmware: FirmwareArea = {
    offset: () => modem.firmware.offset(),
    size: () => modem.firmware.size(),
    // One record a chunk would bury the others: the download's own progress tells as much.
    write: (offset, bytes) => modem.firmware.write(offset, bytes),
    erase: () => traced("firmware.erase", {}, () => modem.firmware.erase()),
    finish: () => traced("firmware.finish", {}, () => modem.firmware.finish()),
    schedule: () => traced("firmware.schedule", {}, () => modem.firmware.schedule()),
    ...(download && {
      download: (options: ModemDownloadOptions) =>
        traced(
          "firmware.download",
          {},
          () => download.call(modem.firmware, options),
          ({ kind }) => ({ result: kind }),
        ),
    }),
  };

  const sockets: ModemSockets | undefined = modem.sockets && {
    connect: (options) =>
      traced(
        "sockets.connect",
        { ...(options.securityTag !== undefined && { tag: options.securityTag }) },
        () => modem.sockets!.connect(options),
        ({ peer }) => ({ detail: `${peer.address} port ${peer.port}` }),
      ),
  };

  modem.subscribe((notification) => recordNotification(trace, notification));

  return new Proxy(modem, {
    get(target, property) {
      switch (property) {
        case "credentials":
          return credentials;
        case "firmware":
          return firmware;
        case "init":
          return () =>
            traced(
              "init",
              {},
              () => target.init(),
              (result) => ({ result: result.kind }),
            );
        case "shutdown":
          return () => traced("shutdown", {}, () => target.shutdown());
        case "sockets":
          return sockets;
        case "setFunctionalMode":
          return (mode: FunctionalMode) =>
            traced(
              "setFunctionalMode",
              { mode, command: COMMANDS[mode] },
              () => target.setFunctionalMode(mode),
              undefined,
              "link",
            );
        default: {
          const value = Reflect.get(target, property, target);
          return typeof value === "function" ? value.bind(target) : value;
        }
      }
    },
  });
}

/** Who a notification is for. */
const RECEIVERS: Readonly<Record<ModemNotification["kind"], Lifeline>> = {
  functionalMode: "link",
  registration: "link",
  pdn: "link",
  domain: "library",
  sms: "library",
  shutdown: "library",
  initialised: "library",
  fault: "library",
};

function recordNotification(trace: Trace, notification: ModemNotification): void {
  const { kind } = notification;
  if (kind === "initialised" && notification.result.kind === "updated") {
    trace.record({ kind: "modem", action: "applyFirmware", from: "modem", to: "modem" });
  }
  trace.record({ kind: "modem", notification: kind, from: "modem", to: RECEIVERS[kind], ...fieldsOf(notification) });
}

function fieldsOf(notification: ModemNotification): Record<string, unknown> {
  switch (notification.kind) {
    case "initialised":
      return { result: notification.result.kind, firmwareVersion: notification.result.firmwareVersion };
    case "sms":
      return { bytes: notification.payload.length };
    case "domain":
      return { event: notification.event };
    default: {
      const { kind: _, ...fields } = notification;
      return fields;
    }
  }
}
