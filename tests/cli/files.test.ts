import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { decodeFirmwareHeader, verifyFirmwareImage } from "../../modem/index.ts";
import { loadObjectFolder } from "../../services/lwm2m/objectFolder.ts";
import { ALL_OBJECTS } from "../../services/lwm2m/objects/index.ts";
import { cli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";

const path = testFolder();

describe("firmware make", () => {
  it("writes an image that the simulated modem accepts", async () => {
    const file = path("image.bin");
    const made = await cli("firmware", "make", "--version", "v2", "--from", "v1", "--size", "1000", file);
    expect(made).toMatchObject({ code: 0, stdout: { text: `✔ ${file}: 1000 octets, updates v1 to v2\n` } });
    const image = new Uint8Array(readFileSync(file));
    expect(image).toHaveLength(1000);
    await expect(verifyFirmwareImage([image])).resolves.toMatchObject({ version: "v2", baseVersion: "v1" });
  });

  it("makes one for every firmware without --from", async () => {
    const file = path("any.bin");
    expect((await cli("firmware", "make", "--version", "v2", file)).code).toBe(0);
    expect(decodeFirmwareHeader(new Uint8Array(readFileSync(file))).baseVersion).toBeUndefined();
  });

  it("refuses a version that the header cannot hold", async () => {
    const { code, stderr } = await cli("firmware", "make", "--version", "two words", path("none.bin"));
    expect(code).toBe(2);
    expect(stderr.text).toContain("a version has at most 38 printable ASCII characters without spaces");
  });

  it("tells that there is no such folder", async () => {
    const { code, stderr } = await cli("firmware", "make", "--version", "v2", path("no", "folder.bin"));
    expect(code).toBe(2);
    expect(stderr.text).toContain("there is no such file or folder");
  });
});

describe("objects export", () => {
  it("writes every object as a file that can be read again", async () => {
    const folder = path("models", "inner");
    expect((await cli("objects", "export", folder)).code).toBe(0);
    const loaded = await loadObjectFolder(folder);
    const named = (objects: typeof ALL_OBJECTS) =>
      objects.map(({ id, name, version }) => `${id} ${name} ${version}`).sort();
    expect(named(loaded)).toEqual(named(ALL_OBJECTS));
  });
});
