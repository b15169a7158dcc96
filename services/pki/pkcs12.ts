/**
 * PKCS#12 (RFC 7292), the form in which certificates and their key leave other programs.
 * node-forge opens the safe; it knows RSA only, so everything goes on as DER to `node:crypto`, which knows EC as well.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import forge from "node-forge";
import { MAX_FILE_OCTETS, MAX_KDF_ITERATIONS } from "./bounds.ts";
import { type CertificateFacts, factsOf } from "./certificate.ts";
import { PkiError } from "./errors.ts";

export interface Pkcs12Contents {
  /** The certificate of the private key first, when there is one; the others in the file's order. */
  readonly certificates: readonly CertificateFacts[];
  readonly privateKey?: KeyObject;
}

const { asn1, pki, pkcs12 } = forge;
type Node = forge.asn1.Asn1;
/** node-forge fills `asn1` where it does not know the algorithm; its types leave that out. */
type Bag = forge.pkcs12.Bag & { readonly asn1?: Node | null };

/** Nesting that a PKCS#12 file needs, with room to spare. */
const MAX_DEPTH = 32;

/** Opens a file. Throws `PkiError`: `wrongPassword`, `malformed`, `unsupported` or `tooLarge`. */
export function readPkcs12(bytes: Uint8Array, password: string): Pkcs12Contents {
  if (bytes.length > MAX_FILE_OCTETS) throw new PkiError("tooLarge", `larger than ${MAX_FILE_OCTETS} octets`);
  const bags = openSafe(bytes, password);
  const certificates = bags.filter(({ type }) => type === pki.oids.certBag).map(certificateOf);
  const [privateKey, ...others] = bags.filter(({ type }) => KEY_BAGS.has(type)).map(keyOf);
  if (others.length > 0) throw new PkiError("unsupported", "the PKCS#12 file holds more than one private key");
  if (privateKey === undefined) return { certificates };
  const own = certificates.findIndex((facts) => belongs(facts, privateKey));
  const ordered = own > 0 ? [certificates[own]!, ...certificates.toSpliced(own, 1)] : certificates;
  return { certificates: ordered, privateKey };
}

const KEY_BAGS: ReadonlySet<string> = new Set([pki.oids.keyBag!, pki.oids.pkcs8ShroudedKeyBag!]);

function openSafe(bytes: Uint8Array, password: string): readonly Bag[] {
  let file: Node;
  try {
    file = asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString("latin1")));
  } catch {
    throw new PkiError("malformed", "not a PKCS#12 file");
  }
  refuseEndlessDerivation(file, 0);
  try {
    return pkcs12.pkcs12FromAsn1(file, password).safeContents.flatMap(({ safeBags }) => safeBags);
  } catch (error) {
    throw reasonOf(error);
  }
}

/** node-forge tells its reasons apart by their text alone. The error itself stays here: it may hold what it opened. */
function reasonOf(error: unknown): PkiError {
  const text = error instanceof Error ? error.message : "";
  if (/password|Failed to decrypt/i.test(text))
    return new PkiError("wrongPassword", "the password does not open the file");
  if (/unsupported|only .* supported|not supported/i.test(text)) {
    return new PkiError("unsupported", "the PKCS#12 file uses an algorithm or content that is not served");
  }
  return new PkiError("malformed", "not a PKCS#12 file, or a damaged one");
}

/**
 * Key derivation parameters are a salt followed by a count: `SEQUENCE { OCTET STRING, INTEGER, … }` in PBE and PBKDF2,
 * `SEQUENCE { DigestInfo, OCTET STRING, INTEGER }` in the MAC (RFC 7292 §4, RFC 8018 §A.2). They are looked for before
 * any derivation runs, in nested octet strings too.
 */
function refuseEndlessDerivation(node: Node, depth: number): void {
  if (depth > MAX_DEPTH) throw new PkiError("malformed", "the PKCS#12 file is nested too deep");
  if (typeof node.value === "string") {
    if (node.type !== asn1.Type.OCTETSTRING || !node.value.startsWith("\u0030")) return;
    const inner = tryDecode(node.value);
    if (inner !== undefined) refuseEndlessDerivation(inner, depth + 1);
    return;
  }
  node.value.forEach((part, index) => {
    const count = node.value[index + 1] as Node | undefined;
    if (part.type === asn1.Type.OCTETSTRING && count?.type === asn1.Type.INTEGER && typeof count.value === "string") {
      // An integer of more than four octets is beyond every bound.
      const iterations = count.value.length > 4 ? Number.POSITIVE_INFINITY : asn1.derToInteger(count.value);
      if (iterations > MAX_KDF_ITERATIONS) {
        throw new PkiError("tooLarge", `the PKCS#12 file asks for more than ${MAX_KDF_ITERATIONS} derivation rounds`);
      }
    }
    refuseEndlessDerivation(part, depth + 1);
  });
}

function tryDecode(octets: string): Node | undefined {
  try {
    return asn1.fromDer(octets);
  } catch {
    return undefined;
  }
}

function certificateOf(bag: Bag, index: number): CertificateFacts {
  const node = bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1;
  if (!node) throw new PkiError("malformed", "a certificate bag is empty", { block: index + 1 });
  return factsOf(toDer(node), { block: index + 1 });
}

function keyOf(bag: Bag, index: number): KeyObject {
  const node = bag.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(bag.key)) : bag.asn1;
  if (!node) throw new PkiError("malformed", "a key bag is empty", { block: index + 1 });
  try {
    return createPrivateKey({ key: Buffer.from(toDer(node)), format: "der", type: "pkcs8" });
  } catch {
    throw new PkiError("unsupported", "the private key is of a kind that is not served", { block: index + 1 });
  }
}

function belongs({ der }: CertificateFacts, privateKey: KeyObject): boolean {
  return new X509Certificate(der).publicKey.equals(createPublicKey(privateKey));
}

function toDer(node: Node): Uint8Array {
  return new Uint8Array(Buffer.from(asn1.toDer(node).getBytes(), "latin1"));
}
