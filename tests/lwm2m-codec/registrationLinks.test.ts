import { describe, expect, it } from "@jest/globals";
import { encodeLinks } from "../../services/lwm2m/linkFormat.ts";
import type { ObjectDefinition } from "../../services/lwm2m/model.ts";
import { findObject } from "../../services/lwm2m/objects/index.ts";
import { needsVersion, registrationLinks } from "../../services/lwm2m/registrationLinks.ts";

describe("the object list of a registration", () => {
  const object = (id: number, version: string, ...instanceIds: number[]) => ({
    definition: findObject(id, version)!,
    instanceIds,
  });

  it("lists instances, versions that a server would not assume, and objects without instances", () => {
    const objects = [
      object(16, "1.0"),
      object(0, "1.1", 0, 1),
      object(3, "1.2", 0),
      object(1, "1.1", 7, 0),
      object(2, "1.1"),
      object(4, "1.3", 0),
      object(5, "1.0", 0),
      object(21, "2.0", 0),
      object(10, "1.1", 0),
      object(20, "2.1"),
    ];
    expect(encodeLinks(registrationLinks(objects, { lwm2mVersion: "1.1", contentFormats: [110, 11_542] }))).toBe(
      '</>;rt="oma.lwm2m";ct="110 11542",</1/0>,</1/7>,</2>;ver=1.1,</3>;ver=1.2,</3/0>,</4>;ver=1.3,</4/0>,' +
        "</5/0>,</10>;ver=1.1,</10/0>,</16>,</20>;ver=2.1",
    );
  });

  it("writes a single content format bare, and none at all where none is told", () => {
    expect(encodeLinks(registrationLinks([], { lwm2mVersion: "1.1", contentFormats: [11_542] }))).toBe(
      '</>;rt="oma.lwm2m";ct=11542',
    );
    expect(encodeLinks(registrationLinks([], { lwm2mVersion: "1.0" }))).toBe('</>;rt="oma.lwm2m"');
  });

  it("never lists Security and OSCORE", () => {
    const links = registrationLinks([object(0, "1.1", 0), object(21, "2.0", 0)], { lwm2mVersion: "1.1" });
    expect(links.map((link) => link.target)).toEqual(["/"]);
  });

  const table: [id: number, version: string, in10: boolean, in11: boolean][] = [
    [1, "1.0", false, true],
    [1, "1.1", true, false],
    [2, "1.0", false, false],
    [2, "1.1", true, true],
    [3, "1.0", false, true],
    [3, "1.1", true, false],
    [3, "1.2", true, true],
    [4, "1.0", false, true],
    [4, "1.2", true, false],
    [4, "1.3", true, true],
    [5, "1.0", false, false],
    [5, "1.1", true, true],
    [6, "1.0", false, false],
    [3303, "1.0", false, false],
    [3303, "1.1", true, true],
  ];
  for (const [id, version, in10, in11] of table) {
    it(`tells the version of object ${id} ${version} to 1.0 servers: ${in10}, to 1.1 servers: ${in11}`, () => {
      const definition = { id, version } as ObjectDefinition;
      expect(needsVersion(definition, "1.0")).toBe(in10);
      expect(needsVersion(definition, "1.1")).toBe(in11);
    });
  }
});
