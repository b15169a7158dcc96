/** The cipher suites, one row each (RFC 6655, 7251, 5289, 5487, 8442; the CBC suites of LwM2M 1.0: RFC 5487, 5289). */

export type KeyExchange = "psk" | "ecdhePsk" | "ecdheEcdsa";
export type BulkCipher = "aes128Ccm8" | "aes128Gcm" | "aes128CbcSha256";

export interface Suite {
  readonly name: SuiteName;
  readonly id: number;
  readonly keyExchange: KeyExchange;
  readonly cipher: BulkCipher;
}

interface Row {
  readonly id: number;
  readonly keyExchange: KeyExchange;
  readonly cipher: BulkCipher;
}

const ROWS = {
  TLS_PSK_WITH_AES_128_CCM_8: { id: 0xc0a8, keyExchange: "psk", cipher: "aes128Ccm8" },
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: { id: 0xc0ae, keyExchange: "ecdheEcdsa", cipher: "aes128Ccm8" },
  TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256: { id: 0xd003, keyExchange: "ecdhePsk", cipher: "aes128Ccm8" },
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: { id: 0xc02b, keyExchange: "ecdheEcdsa", cipher: "aes128Gcm" },
  TLS_PSK_WITH_AES_128_GCM_SHA256: { id: 0x00a8, keyExchange: "psk", cipher: "aes128Gcm" },
  TLS_PSK_WITH_AES_128_CBC_SHA256: { id: 0x00ae, keyExchange: "psk", cipher: "aes128CbcSha256" },
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: { id: 0xc023, keyExchange: "ecdheEcdsa", cipher: "aes128CbcSha256" },
} as const satisfies Record<string, Row>;

export type SuiteName = keyof typeof ROWS;

/** All suites, preferred first. */
export const SUITES: readonly Suite[] = Object.entries(ROWS).map(([name, row]) => ({
  name: name as SuiteName,
  ...row,
}));

const BY_ID: ReadonlyMap<number, Suite> = new Map(SUITES.map((suite) => [suite.id, suite]));
const BY_NAME: ReadonlyMap<string, Suite> = new Map(SUITES.map((suite) => [suite.name, suite]));

export function suiteOfId(id: number): Suite | undefined {
  return BY_ID.get(id);
}

export function suiteOfName(name: string): Suite | undefined {
  return BY_NAME.get(name);
}

export function isCbc({ cipher }: Pick<Suite, "cipher">): boolean {
  return cipher === "aes128CbcSha256";
}
