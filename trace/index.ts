/** The trace: records, their schema, recordings, redaction. */
// Making records

// Recordings
export { jsonText, replacer, reviver } from "./bytes.ts";
// What a record is
export { recordJsonSchema } from "./jsonSchema.ts";
export {
  openRecording,
  type Recording,
  RecordingError,
  type RecordingErrorCode,
  type RecordingWriter,
  readRecording,
  streamRecording,
  type TornLine,
} from "./recording.ts";
export { isSecretPath, REDACTED, redact, redactConfiguration, withoutUserInformation } from "./redact.ts";
export { isRecord, KINDS, type KindFields, recordProblems } from "./schema.ts";
export { createTrace } from "./trace.ts";
