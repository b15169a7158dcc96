/** The code blocks of the documents, and the folder of a stranger in which they are tried. */
import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

export interface Block {
  /** `docs/embedding.md:14` */
  readonly place: string;
  readonly file: string;
  /** First word after the fence, and the words that follow it. */
  readonly language: string;
  readonly marks: readonly string[];
  readonly text: string;
}

const FENCE = /^```(\w+)([^\n]*)\n(.*?)^```$/gms;

export async function documents(): Promise<string[]> {
  const docs = (await readdir(join(REPOSITORY, "docs"))).filter((file) => file.endsWith(".md"));
  return ["README.md", "ARCHITECTURE.md", "services/dtls/README.md", ...docs.map((file) => `docs/${file}`)];
}

/** The blocks of all documents in one language, with this mark if one is given. */
export async function blocksOf(language: string, mark?: string): Promise<Block[]> {
  const found = await Promise.all((await documents()).map(blocksIn));
  return found
    .flat()
    .filter((block) => block.language === language && (mark === undefined || block.marks.includes(mark)));
}

async function blocksIn(file: string): Promise<Block[]> {
  const document = await readFile(join(REPOSITORY, file), "utf8");
  return [...document.matchAll(FENCE)].map((match) => {
    const [, language = "", marks = "", text = ""] = match;
    const line = document.slice(0, match.index).split("\n").length;
    return { place: `${file}:${line}`, file, language, marks: marks.split(" ").filter(Boolean), text };
  });
}

/** An empty folder in which the package is installed: built, and beside its xstate. */
export async function strangersFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "documents-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(REPOSITORY, join(folder, "node_modules", "lwm2m-carrier"));
  await symlink(join(REPOSITORY, "node_modules", "xstate"), join(folder, "node_modules", "xstate"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  return folder;
}
