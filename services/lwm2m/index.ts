/** The LwM2M room: codecs and object tables, and a device that serves and asks its servers. */

// The data model: values, paths, errors
export { checkSingleValue, checkValue } from "./checkValue.ts";
export {
  type CompositeFormat,
  type CompositeWrite,
  findCompositeFormat,
  MAX_COMPOSITE_PATHS,
  senmlPayload,
} from "./composite.ts";
// Data formats
export { CONTENT_FORMAT, type ContentFormatName, contentFormatName, MEDIA_TYPE } from "./contentFormat.ts";
// Payloads as people read them
export { type DescribedPayload, payloadDescriber } from "./describePayload.ts";
// Access control
export { AccessControl, addAccessControlObject, BOOTSTRAP_OWNER, RIGHT, WHOLE_OBJECT } from "./device/accessControl.ts";
// Accounts
export {
  ACCOUNT_DEFAULTS,
  accountOf,
  type BootstrapAccount,
  bootstrapAccount,
  NO_FURTHER_SEQUENCE_SECONDS,
  type RetryPolicy,
  type SecurityMode,
  type ServerAccount,
  serverAccounts,
} from "./device/accounts.ts";
// Objects and what an application says of its device
export { addApnObject } from "./device/apnObject.ts";
// Towards servers: bootstrap, registration, device management, observations
export {
  type AttributeName,
  type AttributeState,
  AttributeStore,
  type Attributes,
} from "./device/attributes.ts";
// The device: its tree and what its objects do
export {
  type Caller,
  isRefusal,
  type ObjectBehaviour,
  type Refusal,
  type ResourceBehaviour,
  type ResourceBehaviours,
  type StoredWrite,
} from "./device/behaviour.ts";
export {
  type BootstrapRequestOutcome,
  type BootstrapRequestParameters,
  requestBootstrap,
} from "./device/bootstrapClient.ts";
export {
  BootstrapInterface,
  type BootstrapInterfaceOptions,
  type BootstrapOperation,
} from "./device/bootstrapInterface.ts";
export { addCellularObject } from "./device/cellularObject.ts";
export {
  addConnectivityObject,
  type Connectivity,
  NETWORK_BEARER,
  type NetworkBearer,
  setConnectivity,
} from "./device/connectivityObject.ts";
export {
  type ConsistencyOptions,
  checkConsistency,
  MAX_SECURED_SERVERS,
  MAX_SERVERS,
} from "./device/consistency.ts";
export {
  addDeviceObject,
  type DeviceHost,
  type DeviceIdentity,
  type DeviceObjectOptions,
  setDeviceIdentity,
  setNetworkTime,
} from "./device/deviceObject.ts";
export {
  BATTERY_STATUS,
  type BatteryStatus,
  DeviceValues,
  ERROR_CODE,
  type ErrorCode,
  POWER_SOURCE,
  type Position,
  type PowerSource,
} from "./device/deviceValues.ts";
export type { Lwm2mVersion } from "./device/discover.ts";
export { DeviceManagement, type DeviceManagementOptions } from "./device/dispatch.ts";
export { type InstanceEdit, MAX_OBJECT_INSTANCES, MAX_RESOURCE_INSTANCES } from "./device/edit.ts";
export { addEventLogObject, LOG_STATUS } from "./device/eventLogObject.ts";
export type { ExchangeFailure } from "./device/exchangeFailure.ts";
export { type ExecuteArguments, parseExecuteArguments } from "./device/executeArguments.ts";
export {
  addFirmwareObject,
  FIRMWARE_PROTOCOL,
  FIRMWARE_STATE,
  type FirmwareHost,
  FirmwareObject,
  type FirmwareObjectOptions,
  type FirmwareProtocol,
  type FirmwareSettings,
  type FirmwareState,
  UPDATE_RESULT,
  type UpdateResult,
} from "./device/firmwareObject.ts";
export { NetworkStatus } from "./device/networkStatus.ts";
export {
  MAX_STORED_NOTIFICATION_OCTETS,
  MAX_STORED_NOTIFICATIONS,
  type StoredNotification,
} from "./device/notificationQueue.ts";
export {
  MAX_OBSERVATIONS,
  type ObservationSource,
  Observations,
  type ObservationsOptions,
} from "./device/observation.ts";
export type { ObservationState } from "./device/observationState.ts";
export type { ObserveTarget } from "./device/observeTarget.ts";
export type { AccessPolicy, Operation } from "./device/operation.ts";
export { addOscoreObject } from "./device/oscoreObject.ts";
export { restoredAttributes, restoreTree, serialiseTree, type TreeState } from "./device/persistence.ts";
export {
  type AccountSecurity,
  type BootstrapProvision,
  type Provision,
  provision,
  type ServerProvision,
} from "./device/provision.ts";
export { type ObjectContent, provisionObjects } from "./device/provisionObjects.ts";
export {
  type DeregisterOutcome,
  deregister,
  objectList,
  type RegisterOutcome,
  type RegistrationParameters,
  register,
  type UpdateOutcome,
  type UpdateParameters,
  update,
} from "./device/registrationClient.ts";
export { type SecretName, type Secrets, SecretVault, wipeSecrets } from "./device/secretVault.ts";
export { addSecurityObject } from "./device/securityObject.ts";
export { type SendContent, type SendOutcome, send, sendContent } from "./device/send.ts";
export { addServerObject, type ServerHost } from "./device/serverObject.ts";
export { addStatisticsObject, Traffic } from "./device/statisticsObject.ts";
export { type ChangeListener, ObjectTree, type TreeChange, type TreeSnapshot } from "./device/tree.ts";
export { encodeVelocity, type Velocity } from "./device/velocity.ts";
export { Lwm2mError, type Lwm2mErrorCode } from "./errors.ts";
export { type Format, findFormat, formatOf, SUPPORTED_FORMATS, type TimedNode } from "./formats.ts";
export { decodeLinks, encodeLinks, type Link } from "./linkFormat.ts";
export type {
  ContentNode,
  DefinitionLookup,
  InstanceNode,
  InstanceValues,
  ObjectDefinition,
  ObjectLink,
  ObjectNode,
  Operations,
  Path,
  ResourceDefinition,
  ResourceInstanceNode,
  ResourceNode,
  ResourceType,
  ResourceValue,
  SingleValue,
} from "./model.ts";
export { loadObjectFolder } from "./objectFolder.ts";
export { ACCESS_CONTROL } from "./objects/accessControl.ts";
export { APN_CONNECTION_PROFILE } from "./objects/apnConnectionProfile.ts";
export { BINARY_APP_DATA_CONTAINER } from "./objects/binaryAppDataContainer.ts";
export { CELLULAR_CONNECTIVITY } from "./objects/cellularConnectivity.ts";
export { CONNECTIVITY_MONITORING } from "./objects/connectivityMonitoring.ts";
export { CONNECTIVITY_STATISTICS } from "./objects/connectivityStatistics.ts";
// Object tables, ours and those read from OMA's XML
export {
  defineObject,
  instanceValues,
  type ResourceIdOf,
  resourcePath,
  type TypedObject,
  type ValuesOf,
} from "./objects/define.ts";
export { DEVICE } from "./objects/device.ts";
export { EVENT_LOG } from "./objects/eventLog.ts";
export { FIRMWARE_UPDATE, FIRMWARE_UPDATE_1_0 } from "./objects/firmwareUpdate.ts";
export { ALL_OBJECTS, findObject, findResource, OBJECTS } from "./objects/index.ts";
export { LOCATION } from "./objects/location.ts";
export { OSCORE } from "./objects/oscore.ts";
export { PORTFOLIO } from "./objects/portfolio.ts";
export { SECURITY } from "./objects/security.ts";
export { SERVER } from "./objects/server.ts";
export { exportObjectXml, loadObjectXml } from "./objectXml.ts";
export {
  childPath,
  comparePaths,
  containsPath,
  formatPath,
  MAX_ID,
  parentPath,
  parsePath,
  parsePathSegments,
  pathDepth,
  pathIds,
  pathOf,
  samePath,
} from "./path.ts";
export { decodePlainText, encodePlainText, formatValue, parseValue } from "./plainText.ts";
export { type RegisteredObject, type RegistrationLinkOptions, registrationLinks } from "./registrationLinks.ts";
export { decodeSenmlCbor, encodeSenmlCbor } from "./senmlCbor.ts";
export { decodeSenmlJson, encodeSenmlJson } from "./senmlJson.ts";
export { MAX_SENML_RECORDS, type SenmlRecord } from "./senmlRecord.ts";
export { decodeTlv, encodeTlv, type TlvEntry } from "./tlv.ts";
export { decodeObjectTlv, decodeResourcesTlv, encodeInstanceTlv, encodeObjectTlv } from "./tlvModel.ts";
