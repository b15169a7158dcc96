/**
 * Payloads that speak of several places at once: Read-, Observe- and Write-Composite, their answers, and Send (OMA
 * LwM2M Core 1.1 §6.3, §6.4; SenML by RFC 8428, its ETCH forms by RFC 8790).
 */
import { CONTENT_FORMAT, contentFormatName } from "./contentFormat.ts";
import { Lwm2mError } from "./errors.ts";
import type { DefinitionLookup, Path, SingleValue } from "./model.ts";
import { formatPath } from "./path.ts";
import { SENML_CBOR } from "./senmlCbor.ts";
import {
  decodeSenml,
  decodeSenmlPatch,
  decodeSenmlPaths,
  encodeSenml,
  encodeSenmlPaths,
  malformed,
  type SenmlForm,
} from "./senmlFields.ts";
import { SENML_JSON } from "./senmlJson.ts";
import { resourceOfRecord, typedValue } from "./senmlModel.ts";
import type { SenmlRecord } from "./senmlRecord.ts";

/** Paths of one Read-Composite or Observe-Composite. */
export const MAX_COMPOSITE_PATHS = 256;

/** One place of a Write-Composite. */
export interface CompositeWrite {
  /** Of a resource, or of a resource instance. */
  readonly path: Path;
  /** Of its resource's type. Null takes a resource instance away: the ETCH forms alone can say so (RFC 8790 §3.2). */
  readonly value: SingleValue | null;
}

export interface CompositeFormat {
  readonly number: number;
  /** Whether an answer, a notification or a Send may be in it. The ETCH forms are for the payloads of requests alone. */
  readonly answers: boolean;
  /** The records of an answer, a notification or a Send. */
  encode(records: readonly SenmlRecord[]): Uint8Array;
  /** The same read, each value of its resource's type. Throws as `decodeWrites` does. */
  decode(bytes: Uint8Array, lookup: DefinitionLookup): SenmlRecord[];
  /** What a FETCH asks for. */
  encodePaths(paths: readonly Path[]): Uint8Array;
  /**
   * The same read: `/`, objects, instances, resources and resource instances, in the order given, at least one. Throws
   * `malformed`, or `tooLarge` beyond MAX_COMPOSITE_PATHS.
   */
  decodePaths(bytes: Uint8Array): Path[];
  /** What an iPATCH asks for. Throws as `decodeWrites` does, and `unsupportedFormat` for a removal that cannot be said. */
  encodeWrites(writes: readonly CompositeWrite[], lookup: DefinitionLookup): Uint8Array;
  /**
   * The same read; types and arity are checked, ranges are not. Throws `malformed` (also for a place that comes twice),
   * `tooLarge`, `unknownObject`, `unknownResource` or `typeMismatch`.
   */
  decodeWrites(bytes: Uint8Array, lookup: DefinitionLookup): CompositeWrite[];
}

const FORMATS: ReadonlyMap<number, CompositeFormat> = new Map(
  [
    compositeFormat(CONTENT_FORMAT.senmlJson, SENML_JSON, { etch: false }),
    compositeFormat(CONTENT_FORMAT.senmlCbor, SENML_CBOR, { etch: false }),
    compositeFormat(CONTENT_FORMAT.senmlEtchJson, SENML_JSON, { etch: true }),
    compositeFormat(CONTENT_FORMAT.senmlEtchCbor, SENML_CBOR, { etch: true }),
  ].map((format) => [format.number, format]),
);

/** The format of that number, where composites can be in it: 110, 112, 320 or 322. */
export function findCompositeFormat(number: number): CompositeFormat | undefined {
  return FORMATS.get(number);
}

/** What a Send or an answer to a composite carries. */
export function senmlPayload(
  number: typeof CONTENT_FORMAT.senmlJson | typeof CONTENT_FORMAT.senmlCbor,
  records: readonly SenmlRecord[],
): Uint8Array {
  return encodeSenml(number === CONTENT_FORMAT.senmlCbor ? SENML_CBOR : SENML_JSON, records);
}

function compositeFormat(number: number, form: SenmlForm, { etch }: { readonly etch: boolean }): CompositeFormat {
  return {
    number,
    answers: !etch,
    encode: (records) => encodeSenml(form, records),
    decode: (bytes, lookup) => decodeSenml(form, bytes).map((record) => typedRecord(record, lookup)),
    encodePaths: (paths) => encodeSenmlPaths(form, paths),
    decodePaths(bytes) {
      const paths = decodeSenmlPaths(form, bytes);
      if (paths.length === 0) throw malformed("asks for nothing");
      if (paths.length > MAX_COMPOSITE_PATHS) {
        throw new Lwm2mError("tooLarge", `SenML: ${paths.length} paths, allowed are ${MAX_COMPOSITE_PATHS}`);
      }
      return paths;
    },
    encodeWrites(writes, lookup) {
      if (!etch && writes.some(({ value }) => value === null)) {
        throw new Lwm2mError("unsupportedFormat", `${contentFormatName(number)} cannot take a value away`);
      }
      return encodeSenml(
        form,
        writes.map((write) => {
          const { path, value, isFloat } = checkedWrite(write, lookup);
          return { path, value, ...(isFloat && { float: true as const }) };
        }),
      );
    },
    decodeWrites(bytes, lookup) {
      const records = etch ? decodeSenmlPatch(form, bytes) : decodeSenml(form, bytes);
      const seen = new Set<string>();
      return records.map((record) => {
        const { path, value } = checkedWrite(record, lookup);
        const name = formatPath(path);
        if (seen.has(name)) throw new Lwm2mError("malformed", `SenML: ${name} comes twice`, { path });
        seen.add(name);
        return { path, value };
      });
    },
  };
}

function typedRecord(record: SenmlRecord, lookup: DefinitionLookup): SenmlRecord {
  const resource = resourceOfRecord(record.path, lookup);
  return { ...record, value: typedValue(resource, record.value, record.path) };
}

function checkedWrite(
  { path, value }: CompositeWrite,
  lookup: DefinitionLookup,
): CompositeWrite & { readonly isFloat: boolean } {
  const resource = resourceOfRecord(path, lookup);
  if (value !== null) return { path, value: typedValue(resource, value, path), isFloat: resource.type === "float" };
  if (path.resourceInstanceId !== undefined) return { path, value, isFloat: false };
  throw new Lwm2mError("malformed", `SenML: only a resource instance can be taken away, not ${formatPath(path)}`, {
    path,
  });
}
