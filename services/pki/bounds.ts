/** How much of a user's file is read before it is refused. */

/** A bundle of certificates or a PKCS#12 file, in octets. */
export const MAX_FILE_OCTETS = 1024 * 1024;
/** Blocks of a PEM bundle. */
export const MAX_PEM_BLOCKS = 256;
/** One certificate or key, DER octets. */
export const MAX_DER_OCTETS = 64 * 1024;
/** Rounds of a password-based key derivation: a file may ask for any number, and each costs time. */
export const MAX_KDF_ITERATIONS = 1_000_000;
/** One credential as the modem takes it: its command buffer holds 4096 octets. */
export const MAX_MODEM_CREDENTIAL_OCTETS = 4096;
/** Certificates of a peer's chain. */
export const MAX_CHAIN_CERTIFICATES = 10;
/** Signatures checked in search of one path: a peer may send CAs of one name that lead nowhere in ever new ways. */
export const MAX_SIGNATURE_CHECKS = 50;
/** Comparisons of names with the constraints of one CA. */
export const MAX_NAME_COMPARISONS = 4096;
