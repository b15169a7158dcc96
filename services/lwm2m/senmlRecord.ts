/** What every SenML form says: values, each at its place (RFC 8428 §4). */
import type { Path, SingleValue } from "./model.ts";

/** One value at one place. */
export interface SenmlRecord {
  /** Of a resource, or of a resource instance. */
  readonly path: Path;
  readonly value: SingleValue;
  /** Seconds: below 2^28 relative to now, from there on since 1970 (RFC 8428 §4.5.3). */
  readonly time?: number;
  /** As sent; the device's own records have none, since a resource's definition says its unit. */
  readonly unit?: string;
  /** Set when the resource is a Float: CBOR tells 48.0 from 48, a JavaScript number does not. Not set by decoding. */
  readonly float?: true;
}

/** Records of one payload. */
export const MAX_SENML_RECORDS = 16_384;
