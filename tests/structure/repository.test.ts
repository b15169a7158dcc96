import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { REPOSITORY } from "./checkout.ts";

/** What tools put into a checkout; everything else is the project's. */
const NOT_OURS = new Set([".git", "node_modules", "dist", ".build", "coverage", "bench/results"]);

async function filesBelow(folder = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(REPOSITORY, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (NOT_OURS.has(entry.name) || NOT_OURS.has(path)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else if (entry.isFile() && !entry.name.endsWith(".tgz")) found.push(path);
  }
  return found;
}

const read = (path: string) => readFile(join(REPOSITORY, path), "utf8");

/** Put together from parts, so that this file does not name what it looks for. */
const host = (...labels: readonly string[]) => labels.join("\\.");
const under = (...names: readonly string[]) => `(?<![\\w.])/${names.join("/")}`;

const FORBIDDEN: readonly { what: string; pattern: RegExp }[] = [
  {
    what: "the host of a package registry",
    pattern: new RegExp(
      [
        host("registry", "npmjs", "org"),
        host("registry", "yarnpkg", "com"),
        host("npm", "pkg", "github", "com"),
        host("files", "pythonhosted", "org"),
        host("static", "crates", "io"),
        host("proxy", "golang", "org"),
        host("repo1?", "maven"),
        host("deb", "debian", "org"),
      ].join("|"),
    ),
  },
  {
    what: "a path of one machine",
    pattern: new RegExp(
      [under("work", "\\w"), under("root\\b"), under("home", "\\w"), under("Users", "\\w")].join("|"),
    ),
  },
];

describe("every file of the repository", () => {
  it.each(FORBIDDEN)("is free of $what", async ({ pattern }) => {
    const files = await filesBelow();
    expect(files).toContain("tests/structure/repository.test.ts");
    const found: string[] = [];
    for (const path of files) {
      for (const [index, line] of (await read(path)).split("\n").entries()) {
        if (pattern.test(line)) found.push(`${path}:${index + 1}: ${line.trim().slice(0, 120)}`);
      }
    }
    expect(found).toEqual([]);
  });

  it.each([
    ["//registry." + "npmjs.org/xstate", 0],
    ["at /wor" + "k/main/a.ts:3", 1],
    ["/ho" + "me/ann/.npmrc", 1],
  ])("would be caught with %s in it", (line, rule) => {
    expect(FORBIDDEN[rule]?.pattern.test(line)).toBe(true);
  });

  it("leaves paths of the product alone", () => {
    expect(FORBIDDEN[1]?.pattern.test("get /3/0/9 from coap://host/rd, ./home/a, docs/home/b")).toBe(false);
  });
});

describe("package-lock.json", () => {
  it("names no address that a package was fetched from", async () => {
    expect(await read("package-lock.json")).not.toContain('"resolved"');
  });

  it("is of the version in package.json", async () => {
    const [manifest, lock] = [JSON.parse(await read("package.json")), JSON.parse(await read("package-lock.json"))];
    expect(lock.version).toBe(manifest.version);
    expect(lock.packages[""].dependencies).toEqual(manifest.dependencies);
  });
});

describe("the documents", () => {
  it("name only commands that package.json has", async () => {
    const { scripts } = JSON.parse(await read("package.json")) as { scripts: Record<string, string> };
    const unknown: string[] = [];
    for (const path of (await filesBelow()).filter((name) => name.endsWith(".md"))) {
      for (const [, name = ""] of (await read(path)).matchAll(/\bnpm run ([\w:-]*\w)/g)) {
        const home = path.startsWith("bench/") ? JSON.parse(await read("bench/package.json")).scripts : scripts;
        if (!(name in home)) unknown.push(`${path}: npm run ${name}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  it("link only to files that are there", async () => {
    const broken: string[] = [];
    for (const path of (await filesBelow()).filter((name) => name.endsWith(".md"))) {
      for (const [, target = ""] of (await read(path)).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        if (!existsSync(join(REPOSITORY, path, "..", target))) broken.push(`${path}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("CHANGELOG.md begins with what is not released yet or with the version of package.json", async () => {
    const { version } = JSON.parse(await read("package.json"));
    const [, newest] = /^## \[([^\]]+)\]/m.exec(await read("CHANGELOG.md")) ?? [];
    expect(["Unreleased", version]).toContain(newest);
  });
});
