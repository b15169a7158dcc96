/** Certificates, keys and PKCS#12 files as the `openssl` program makes them: the second opinion of these tests. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Issued {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface IssueOptions {
  readonly key: "rsa" | "ec" | "ed25519";
  readonly subject: string;
  /** Lines of an OpenSSL extension section. */
  readonly extensions?: readonly string[];
  /** Signed by itself by default. */
  readonly issuer?: Issued;
  readonly days?: number;
}

const KEY_OPTIONS = {
  rsa: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
  ec: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  ed25519: ["-algorithm", "ED25519"],
} as const;

export const CA_EXTENSIONS = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"] as const;

export class OpenSsl {
  readonly #folder = mkdtempSync(join(tmpdir(), "pki-"));
  #files = 0;

  issue({ key, subject, extensions = [], issuer, days = 30 }: IssueOptions): Issued {
    const keyPem = this.run(["genpkey", ...KEY_OPTIONS[key]]).toString();
    const config = this.#file(`[req]\ndistinguished_name=dn\n[dn]\n[ext]\n${extensions.join("\n")}\n`);
    const args = ["req", "-x509", "-new", "-key", this.#file(keyPem), "-subj", subject, "-days", String(days)];
    args.push("-config", config, ...(extensions.length > 0 ? ["-extensions", "ext"] : []));
    if (issuer) args.push("-CA", this.#file(issuer.certificatePem), "-CAkey", this.#file(issuer.keyPem));
    return { certificatePem: this.run(args).toString(), keyPem };
  }

  pkcs12({ certificatePem, keyPem }: Issued, password: string, { chain = "", options = [] as readonly string[] } = {}) {
    const args = ["pkcs12", "-export", "-in", this.#file(certificatePem), "-inkey", this.#file(keyPem)];
    if (chain !== "") args.push("-certfile", this.#file(chain));
    return new Uint8Array(this.run([...args, ...options, "-passout", `pass:${password}`]));
  }

  run(args: readonly string[], input?: string): Buffer {
    return execFileSync("openssl", args, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(input === undefined ? {} : { input }),
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #file(content: string): string {
    const name = join(this.#folder, String(this.#files++));
    writeFileSync(name, content, { mode: 0o600 });
    return name;
  }
}
