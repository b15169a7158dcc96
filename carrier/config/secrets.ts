/** Keys of a configuration: in hexadecimal, in base64, or in a file of their own. Their content never enters an error. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** Octets of a key or certificate that are read. */
const MAX_SECRET_OCTETS = 65_536;

const HEX = /^(?:[0-9a-f]{2})+$/i;
const BASE64 = /^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?$/i;

/** Octets of `hex:…`, `base64:…`, or of the file of that name; or what is wrong, as `is` and `hint` of a problem. */
export function readSecret(text: string, folder: string): Uint8Array | { readonly is: string; readonly hint: string } {
  const [, form, digits = ""] = /^(hex|base64):(.*)$/s.exec(text) ?? [];
  if (form === "hex") {
    const octets = digits.replaceAll(/[\s:]/g, "");
    if (HEX.test(octets)) return new Uint8Array(Buffer.from(octets, "hex"));
    return { is: "is not hexadecimal (not shown)", hint: "after hex: come pairs of hexadecimal digits" };
  }
  if (form === "base64") {
    const octets = digits.replaceAll(/\s/g, "");
    if (octets !== "" && BASE64.test(octets)) return new Uint8Array(Buffer.from(octets, "base64"));
    return { is: "is not base64 (not shown)", hint: "after base64: come base64 digits, padded with =" };
  }
  return readSecretFile(resolve(folder, text));
}

function readSecretFile(path: string): ReturnType<typeof readSecret> {
  try {
    const { size } = statSync(path);
    if (size > MAX_SECRET_OCTETS) {
      return { is: `is a file of ${size} octets`, hint: `at most ${MAX_SECRET_OCTETS} are read` };
    }
    const bytes = new Uint8Array(readFileSync(path));
    return bytes.length > 0 ? bytes : { is: "is an empty file", hint: "allowed is hex:…, base64:… or a file's name" };
  } catch (error) {
    // What was meant as a key must not be shown as a file name that does not exist.
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    return { is: `is no file that can be read (${code})`, hint: "allowed is hex:…, base64:… or a file's name" };
  }
}
