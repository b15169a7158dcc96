/** The times and counts that the charts run by, with their defaults. All are settable per carrier. */

export interface LinkTimes {
  /** ms to be registered in after the link was asked up. Default 600000 (lte_lc's CONFIG_LTE_NETWORK_TIMEOUT). */
  readonly connectTimeoutMs: number;
  /** ms to be offline in. Default 60000. */
  readonly disconnectTimeoutMs: number;
  /** ms until a link that did not come up is asked for again. Default 60000. */
  readonly retryMs: number;
}

/** Communication retry of a server (LwM2M 1.1, 1/x/17 to 20). */
export interface RetrySettings {
  /** Attempts in a sequence, 1/x/17. */
  readonly count: number;
  /** Seconds before the second attempt, doubled before each further one, 1/x/18. */
  readonly timerSeconds: number;
  /** Seconds between sequences, 1/x/19; 4294967295 for no further sequence. */
  readonly sequenceDelaySeconds: number;
  /** Sequences, 1/x/20. */
  readonly sequenceCount: number;
}

/** 1/x/19 with this value means that no further sequence follows. */
export const NO_FURTHER_SEQUENCE = 0xffff_ffff;

/** LwM2M 1.1, table 6.2.1.1-1; the bootstrap server has no such resources and uses the same. */
export const DEFAULT_RETRY: RetrySettings = {
  count: 5,
  timerSeconds: 60,
  sequenceDelaySeconds: 86_400,
  sequenceCount: 1,
};

export interface FotaSettings {
  /** ms before a broken download is taken up again; doubled each time it breaks without progress. Default 5000. */
  readonly resumeDelayMs: number;
  /** Times a download may break without progress before it is given up. Default 5. */
  readonly resumeAttempts: number;
}

export interface ChartSettings {
  readonly link: LinkTimes;
  readonly bootstrapRetry: RetrySettings;
  readonly fota: FotaSettings;
  /** ms from the answer to Bootstrap-Request to Finish. Default 247000, CoAP's EXCHANGE_LIFETIME. */
  readonly bootstrapTimeoutMs: number;
  /** ms for Deregister when the carrier is stopped. Default 5000. */
  readonly stopTimeoutMs: number;
}

export const DEFAULT_SETTINGS: ChartSettings = {
  link: { connectTimeoutMs: 600_000, disconnectTimeoutMs: 60_000, retryMs: 60_000 },
  bootstrapRetry: DEFAULT_RETRY,
  fota: { resumeDelayMs: 5_000, resumeAttempts: 5 },
  bootstrapTimeoutMs: 247_000,
  stopTimeoutMs: 5_000,
};
