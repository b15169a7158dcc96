/** The page's files. Only what lay in the folder at the start is served, by its exact name. */
import { readdir, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};
/** Vite puts a hash of the content into the name. */
const HASHED = /^assets\/.+-[\w-]{8,}\.\w+$/;
const INDEX = "index.html";

export class PageFiles {
  readonly #files: ReadonlyMap<string, string>;

  private constructor(files: ReadonlyMap<string, string>) {
    this.#files = files;
  }

  /** Of a folder that is not there nothing is served. */
  static async of(folder: string): Promise<PageFiles> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file).split(sep).join("/"), file] as const);
    return new PageFiles(new Map(files));
  }

  /** Answers; `path` is that below the token, `host` one that was checked. */
  async send(path: string, host: string, response: ServerResponse): Promise<void> {
    const name = path === "" ? INDEX : path;
    const file = this.#files.get(name);
    const content = file && (await readFile(file).catch(() => undefined));
    if (!content) {
      if (name === INDEX) sendText(response, 503, "The page has not been built: run `npm run build`.");
      else sendText(response, 404, "There is no such file here.");
      return;
    }
    response.writeHead(200, {
      ...SAFE_HEADERS,
      "Content-Type": TYPES[extname(name)],
      "Content-Length": content.length,
      "Content-Security-Policy": policyOf(host),
      "Cache-Control": HASHED.test(name) ? "private, max-age=31536000, immutable" : "no-store",
    });
    response.end(content);
  }
}

export function sendText(response: ServerResponse, status: number, text: string, headers: object = {}): void {
  response.writeHead(status, { ...SAFE_HEADERS, ...TEXT_HEADERS, ...headers });
  response.end(`${text}\n`);
}

const TEXT_HEADERS = {
  "Content-Type": "text/plain; charset=utf-8",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
};

export const SAFE_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Everything from here and nothing inline. Not every browser counts `ws:` to 'self'; a chart becomes a PNG over a blob. */
function policyOf(host: string): string {
  return [
    "default-src 'self'",
    `connect-src 'self' ws://${host}`,
    "img-src 'self' blob: data:",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
