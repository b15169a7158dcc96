/**
 * CA certificates: the application is asked for the security tags that hold them, and the tags are checked.
 * Sequence charts `certs-success` and `certs-failure`, editions 0.21 and 0.30-pre.
 */
import { assign, setup } from "xstate";
import { ask } from "./application.ts";
import { type Chart, type ChartMeta, service } from "./chart.ts";
import { ERRNO } from "./semanticEvent.ts";

/** `value` of a failure is what `init()` returns: a negative errno. */
export type CertsOutcome =
  | { readonly kind: "provided"; readonly tags: readonly number[] }
  | { readonly kind: "failed"; readonly value: number };

export interface CertsContext {
  readonly tags: readonly number[];
  readonly value: number;
}

export interface CheckCertificatesInput {
  readonly tags: readonly number[];
}

export const certsMachine = setup({
  types: {
    context: {} as CertsContext,
    output: {} as CertsOutcome,
    meta: {} as ChartMeta,
  },
  actors: {
    ask,
    /** Every tag holds a CA certificate that the modem lists: true, or false when one does not. */
    checkCertificates: service<boolean, CheckCertificatesInput>("checkCertificates"),
  },
  guards: {
    refused: (_, value: number) => value !== 0,
    holdCertificates: (_, hold: boolean) => hold,
  },
  actions: {
    keepTags: assign((_, tags: readonly number[]) => ({ tags })),
    keepValue: assign((_, value: number) => ({ value })),
  },
}).createMachine({
  id: "certs",
  description: "The application is asked for its CA certificates, and they are checked.",
  meta: { spec: "Charts certs-success, certs-failure" },
  context: { tags: [], value: 0 },
  initial: "asking",
  states: {
    asking: {
      description: "The application writes its CA certificates, if not done already, and answers with their tags.",
      meta: { spec: "Carrier library, CERTS_INIT; chart certs-success" },
      invoke: {
        src: "ask",
        input: { type: "certificates.wanted" },
        onDone: [
          {
            guard: { type: "refused", params: ({ event }) => event.output.value },
            actions: { type: "keepValue", params: ({ event }) => -Math.abs(event.output.value) },
            target: "failed",
          },
          { actions: { type: "keepTags", params: ({ event }) => event.output.tags ?? [] }, target: "checking" },
        ],
        onError: { actions: { type: "keepValue", params: -ERRNO.EFAULT }, target: "failed" },
      },
    },
    checking: {
      description: "A tag that holds no CA certificate is the application's mistake.",
      meta: { spec: "Carrier library, ca_cert_tags_t" },
      invoke: {
        src: "checkCertificates",
        input: ({ context }) => ({ tags: context.tags }),
        onDone: [
          { guard: { type: "holdCertificates", params: ({ event }) => event.output }, target: "provided" },
          { actions: { type: "keepValue", params: -ERRNO.EINVAL }, target: "failed" },
        ],
        onError: { actions: { type: "keepValue", params: -ERRNO.EIO }, target: "failed" },
      },
    },
    provided: {
      description: "Tags of CA certificates that the modem lists.",
      meta: { spec: "Chart certs-success" },
      type: "final",
      output: ({ context }) => ({ kind: "provided", tags: context.tags }) satisfies CertsOutcome,
    },
    failed: {
      type: "final",
      description: "`init()` fails with this value.",
      meta: { spec: "Chart certs-failure" },
      output: ({ context }) => ({ kind: "failed", value: context.value }) satisfies CertsOutcome,
    },
  },
  output: ({ event }) => event.output as CertsOutcome,
}) as unknown as Chart<CertsContext, { type: string }, void, CertsOutcome>;
