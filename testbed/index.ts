/** `lwm2m-carrier/testbed`: the servers, and the modem that speaks AT, that demos and tests run against. */

// What they take and give
export { type AccountSecurity, type DeviceAccounts, type ServerAccount, smartcardFile } from "./account.ts";
export { type CarrierExtensionOptions, carrierExtension } from "./at/carrier/carrierExtension.ts";
export { type ConfiguredCarrierOptions, configuredCarrier } from "./at/carrier/configuredCarrier.ts";
export { type DfuExtensionOptions, dfuExtension } from "./at/dfu.ts";
export type { AtExtension, AtExtensionFactory, AtHost, AtReply, AtRequest } from "./at/extension.ts";
// The simulated modem behind AT commands
export { type AtFault, type AtFaultName, type AtFront, type AtFrontOptions, createAtFront } from "./at/front.ts";
export { LINE_FAULT_NAMES } from "./at/lineFaults.ts";
export { openPty, type Pty, type PtyOptions } from "./at/pty.ts";
export { listenTcp, type TcpLine } from "./at/tcpLine.ts";

// Servers
export {
  type BootstrapBehaviour,
  type BootstrapEvent,
  type BootstrapServer,
  type BootstrapServerOptions,
  startBootstrapServer,
} from "./bootstrapServer.ts";
export { type CertificateAuthority, createCertificateAuthority, type HostCertificate } from "./certificates.ts";
export {
  type CoapFirmwareHost,
  type CoapFirmwareHostEvent,
  type CoapFirmwareHostOptions,
  startCoapFirmwareHost,
} from "./coapFirmwareHost.ts";
export type { DeviceAnswer, DevicePeer } from "./coapMessage.ts";
export type { CoapPortOptions } from "./coapPort.ts";
export type { CompositeOptions, CompositeValues, ToldValue } from "./composite.ts";
// Network
export { DATAGRAM_FAULTS, type DatagramFault, type DatagramFaultName, DatagramFaults } from "./datagramFaults.ts";
export type { Content, WritableValue } from "./deviceContent.ts";
export type { Registration } from "./deviceRegistry.ts";
export type { DeviceObservation, Operation, ReadAnswer } from "./deviceRequests.ts";
export { EventLog, type Logged } from "./eventLog.ts";
export {
  type FirmwareHost,
  type FirmwareHostEvent,
  type FirmwareHostOptions,
  type Origin,
  startFirmwareHost,
} from "./firmwareHost.ts";
export {
  FIRMWARE_STATE,
  type FirmwareOutcome,
  type FirmwareSource,
  type FirmwareUpdateOptions,
} from "./firmwareUpdate.ts";
export type { HostedImage } from "./imageResponse.ts";
export type { Impairment, PathStatistics } from "./impairedPath.ts";
export { Keyring, type PskSecurity } from "./keyring.ts";
export {
  type ManagementBehaviour,
  type ManagementEvent,
  type ManagementServer,
  type ManagementServerOptions,
  startManagementServer,
} from "./managementServer.ts";
export { reservePort } from "./reservePort.ts";
export type { SecureEvent } from "./secureEvents.ts";
// Everything at once
export {
  BAD_IMAGE_PATH,
  GOOD_IMAGE_PATH,
  startTestbed,
  type Testbed,
  type TestbedEntry,
  type TestbedOptions,
} from "./testbed.ts";
export { TestbedError, type TestbedErrorCode } from "./testbedError.ts";
export {
  type Direction,
  type ProxyStatistics,
  startUdpProxy,
  type UdpProxy,
  type UdpProxyOptions,
} from "./udpProxy.ts";
