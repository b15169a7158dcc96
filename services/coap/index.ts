/** CoAP over any transport: endpoint, codec and the transports without security. */

// Messages, codes, options
export { type Block, blockOffset, decodeBlock, encodeBlock } from "./block.ts";
export { CODE, codeClass, formatCode, isRequest, isResponse, isSuccess, parseCode } from "./codes.ts";
// The endpoint
export { CoapEndpoint } from "./endpoint.ts";
// Errors
export {
  CoapDownloadError,
  type CoapDownloadErrorCode,
  CoapFormatError,
  type CoapFormatErrorCode,
  CoapUriError,
  type CoapUriErrorCode,
  CoapUsageError,
  type CoapUsageErrorCode,
} from "./errors.ts";
// Transports
export {
  createMemoryNetwork,
  type DatagramFilter,
  type Impairment,
  type MemoryDatagram,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from "./memoryTransport.ts";
export { decodeMessage, encodeMessage } from "./message.ts";
export { encodeOptions, type OptionFields, ReadOptions, readOptions } from "./optionFields.ts";
export {
  decodeUint,
  encodeUint,
  isCritical,
  OPTION,
  type OptionDefinition,
  type OptionFormat,
  optionDefinition,
  optionName,
} from "./options.ts";
// Parameters and the times that follow from them
export {
  COAP_PARAMETERS,
  type CoapParameters,
  type CoapTimes,
  deriveTimes,
  type ParameterRange,
  resolveParameters,
} from "./parameters.ts";
export { formatToken } from "./token.ts";
export { type Tap, tapTransport } from "./transportTap.ts";
export type {
  CoapContent,
  CoapCounters,
  CoapDownload,
  CoapEndpointOptions,
  CoapHandler,
  CoapMessage,
  CoapOption,
  CoapRequest,
  CoapResponse,
  CoapType,
  DownloadRequest,
  Endpoint,
  IncomingRequest,
  MessageTarget,
  Notification,
  NotifyOutcome,
  ObservedTarget,
  OutgoingResponse,
  PayloadDescriber,
  RequestOutcome,
  UploadSink,
} from "./types.ts";
export type { UdpCounters } from "./udpSocket.ts";
export {
  createUdpTransport,
  type ResolvedAddress,
  type UdpTransport,
  type UdpTransportOptions,
} from "./udpTransport.ts";
// URIs
export { COAP_PORT, COAPS_PORT, type CoapUri, parseCoapUri } from "./uri.ts";
