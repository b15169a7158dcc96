/** Entry of `lwm2m-carrier/modem`. */

// An nRF91 behind AT commands
export type { AtApplication } from "./at/atLink.ts";
export { type AtModem, type AtModemOptions, atModem } from "./at/atModem.ts";
// What a device that runs the original library says and takes on its line
export { CARRIER_COMMANDS, formatCarrierCommand } from "./at/carrier/commands.ts";
export {
  CARRIER_EVENTS,
  type CarrierEvent,
  type CarrierVocabulary,
  carrierPayloadOctets,
  parseCarrierEvent,
} from "./at/carrier/events.ts";
export { carrierSettingCommands } from "./at/carrier/settings.ts";
export type { Dialect } from "./at/commands/dialect.ts";
export { listPorts, type PortDescription } from "./at/port/listPorts.ts";
export { openPort, type PortOptions } from "./at/port/openPort.ts";
export { PortError, type PortErrorCode } from "./at/port/portError.ts";
export type { Technology } from "./at/technology.ts";
export { DFU_ERROR, DFU_RESULT, type DfuErrorName, type DfuResultName, describeDfu } from "./dfuError.ts";
// Errors of every modem
export { isModemError, MODEM_ERRORS, ModemError, type ModemErrorDetails, type ModemErrorText } from "./modemError.ts";
export { MODEM_FAULT_NAMES, type ModemFault, type ModemFaultName, type ModemFaultOf } from "./simulated/faults.ts";

// The firmware images that it accepts
export {
  decodeFirmwareHeader,
  encodeFirmwareImage,
  FIRMWARE_HEADER_OCTETS,
  type FirmwareContent,
  type FirmwareHeader,
  FirmwareImageError,
  type FirmwareImageErrorCode,
  type FirmwareImageOptions,
  verifyFirmwareImage,
} from "./simulated/firmwareImage.ts";
export {
  DEFAULT_FIRMWARE_AREA_BYTES,
  DEFAULT_FIRMWARE_VERSION,
  DEFAULT_OPERATOR,
  type SimulatedModemOptions,
  type SimulatedOperator,
} from "./simulated/options.ts";
// The simulated modem
export { createSimulatedModem, type SimulatedModem } from "./simulated/simulatedModem.ts";
export { MAX_CARD_FILE_OCTETS, type SmartcardOptions } from "./simulated/smartcard.ts";
