import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ResourceDefinition } from "../../services/lwm2m/model.ts";
import { loadObjectFolder } from "../../services/lwm2m/objectFolder.ts";
import { ALL_OBJECTS, findObject } from "../../services/lwm2m/objects/index.ts";
import {
  exportObjectXml,
  loadObjectsXml,
  loadObjectXml,
  MAX_OBJECT_XML_CHARACTERS,
  MAX_RESOURCES,
} from "../../services/lwm2m/objectXml.ts";
import { formatRangeText, parseRangeText } from "../../services/lwm2m/rangeText.ts";
import { refusal } from "./support.ts";

/** An object as vendors write it: CDATA, entities, blanks, elements left empty. */
const SAMPLE = `\ufeff<?xml version="1.0" encoding="utf-8"?>
<!-- a comment -->
<LWM2M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.openmobilealliance.org/tech/profiles/LWM2M-v1_1.xsd">
  <Object ObjectType="MODefinition">
    <Name>Salt &amp; Pepper</Name>
    <Description1><![CDATA[What <b>this</b> is.]]></Description1>
    <ObjectID>32000</ObjectID>
    <ObjectURN>urn:oma:lwm2m:x:32000:2.1</ObjectURN>
    <LWM2MVersion>1.1</LWM2MVersion>
    <ObjectVersion>2.1</ObjectVersion>
    <MultipleInstances>Multiple</MultipleInstances>
    <Mandatory>Optional</Mandatory>
    <Resources>
      <Item ID="0">
        <Name> Grain
          size </Name>
        <Operations>RW</Operations>
        <MultipleInstances>Single</MultipleInstances>
        <Mandatory>Mandatory</Mandatory>
        <Type>Float</Type>
        <RangeEnumeration>0.5..2.5</RangeEnumeration>
        <Units>mm</Units>
        <Description><![CDATA[]]></Description>
      </Item>
      <Item ID="1">
        <Name>Grind</Name>
        <Operations>E</Operations>
        <MultipleInstances>Single</MultipleInstances>
        <Mandatory>Optional</Mandatory>
        <Type></Type>
        <RangeEnumeration />
        <Units />
        <Description />
      </Item>
      <Item ID="2">
        <Name>Key</Name>
        <Operations></Operations>
        <MultipleInstances>Multiple</MultipleInstances>
        <Mandatory>Optional</Mandatory>
        <Type>Unsigned Integer</Type>
        <RangeEnumeration>see the manual</RangeEnumeration>
        <Units></Units>
        <Description></Description>
      </Item>
    </Resources>
    <Description2><![CDATA[]]></Description2>
  </Object>
</LWM2M>`;

const reject = (from: string | RegExp, to: string): string => {
  const changed = SAMPLE.replace(from, to);
  expect(changed).not.toBe(SAMPLE);
  const error = refusal(() => loadObjectXml(changed, "sample.xml"));
  expect(error.code).toBe("badDefinition");
  return error.message;
};

describe("an object's XML", () => {
  it("gives its facts", () => {
    const grain: ResourceDefinition = {
      id: 0,
      name: "Grain size",
      operations: "RW",
      multiple: false,
      mandatory: true,
      type: "float",
      range: { min: 0.5, max: 2.5 },
      units: "mm",
    };
    expect(loadObjectXml(SAMPLE, "sample.xml")).toEqual({
      id: 32_000,
      name: "Salt & Pepper",
      urn: "urn:oma:lwm2m:x:32000:2.1",
      version: "2.1",
      lwm2mVersion: "1.1",
      multiple: true,
      mandatory: false,
      resources: [
        grain,
        { id: 1, name: "Grind", operations: "E", multiple: false, mandatory: false, type: "none" },
        { id: 2, name: "Key", operations: "", multiple: true, mandatory: false, type: "unsigned" },
      ],
    });
  });

  for (const definition of ALL_OBJECTS) {
    it(`holds object ${definition.id} ${definition.version} without a loss`, () => {
      expect(loadObjectXml(exportObjectXml(definition), "exported.xml")).toEqual(definition);
    });
  }

  it("is exported in the order and against the schema that the enabler version asks for", () => {
    const xml = exportObjectXml(findObject(10)!);
    const names = [...xml.matchAll(/<(\w+)[ >]/g)].map((match) => match[1]);
    expect(names.slice(0, 20)).toEqual(
      "LWM2M Object Name Description1 ObjectID ObjectURN LWM2MVersion ObjectVersion MultipleInstances Mandatory Resources Item Name Operations MultipleInstances Mandatory Type RangeEnumeration Units Description".split(
        " ",
      ),
    );
    expect(names.at(-1)).toBe("Description2");
    expect(xml).toContain('profiles/LWM2M-v1_1.xsd"');
    expect(exportObjectXml(findObject(16)!)).toContain('profiles/LWM2M.xsd"');
  });

  it("survives names that look like markup", () => {
    const definition = { ...findObject(6)!, name: '<Object> & ]]> "co" &amp;' };
    expect(loadObjectXml(exportObjectXml(definition), "x")).toEqual(definition);
  });

  it("may hold several objects, and then has no single one", () => {
    const two = SAMPLE.replace(
      "</LWM2M>",
      `${/<Object .*<\/Object>/s.exec(SAMPLE)![0].replace("32000", "32001")}</LWM2M>`,
    );
    expect(loadObjectsXml(two, "two.xml").map((each) => each.id)).toEqual([32_000, 32_001]);
    expect(refusal(() => loadObjectXml(two, "two.xml")).message).toBe("two.xml: LWM2M: want one Object, there are 2");
  });

  it("counts as version 1.0 where it tells none", () => {
    const old = SAMPLE.replace("<ObjectVersion>2.1</ObjectVersion>", "").replace(
      ">1.1</LWM2MVersion>",
      "></LWM2MVersion>",
    );
    expect(loadObjectXml(old, "old.xml")).toMatchObject({ version: "1.0", lwm2mVersion: "1.0" });
  });

  const rows: [name: string, from: string | RegExp, to: string, says: string][] = [
    ["an id that is no number", ">32000<", ">x<", "Object/ObjectID: not a whole number"],
    ["an id beyond 16 bits", ">32000<", ">65536<", "Object/ObjectID: not a whole number"],
    ["no id", "<ObjectID>32000</ObjectID>", "", "Object/ObjectID: missing"],
    [
      "two names",
      "<Name>Salt &amp; Pepper</Name>",
      "<Name>a</Name><Name>b</Name>",
      "Object/Name: comes more than once",
    ],
    ["an empty name", "Salt &amp; Pepper", "", "Object/Name: empty"],
    ["a name that holds elements", "Salt &amp; Pepper", "<b>Salt</b>", "Object/Name: empty"],
    ["a version of another shape", ">2.1<", ">two<", "Object/ObjectVersion: not a version"],
    [
      "other instances than the schema has",
      ">Multiple<",
      ">Many<",
      "Object/MultipleInstances: not one of Single, Multiple",
    ],
    ["other operations", ">RW<", ">RWE<", "Item[@ID=0]/Operations: not one of R, W, RW, E"],
    ["another type", ">Float<", ">Double<", "Item[@ID=0]/Type: not one of String, Integer"],
    ["a readable resource without type", ">Float<", "><", "Item[@ID=0]/Type: missing"],
    ["a resource without name", "<Name>Key</Name>", "", "Item[@ID=2]/Name: missing"],
    ["a resource without id", 'ID="2"', "", "Item/@ID: not a whole number"],
    ["a reserved resource id", 'ID="2"', 'ID="65535"', "Item/@ID: not a whole number from 0 to 65534"],
    ["a resource that comes twice", 'ID="2"', 'ID="1"', "Item[@ID=1]: comes twice"],
    ["another root", /LWM2M(?=[ >])/g, "Other", "LWM2M/Object: missing"],
    ["an element that is not closed", "</Units>", "", "line "],
    ["no XML at all", /^.*$/s, "{}", "line 1"],
    ["a document type", "<!-- a comment -->", '<!DOCTYPE a [<!ENTITY b "c">]>', "DOCTYPE: not allowed"],
  ];
  for (const [name, from, to, says] of rows) {
    it(`is refused with file, element and reason: ${name}`, () => {
      const message = reject(from, to);
      expect(message).toContain("sample.xml: ");
      expect(message).toContain(says);
    });
  }

  it("is bounded in size, depth and number of resources", () => {
    expect(reject("<!-- a comment -->", `<!--${"x".repeat(MAX_OBJECT_XML_CHARACTERS)}-->`)).toContain("longer than");
    expect(reject("Salt &amp; Pepper", `${"<a>".repeat(100)}${"</a>".repeat(100)}`)).toContain("sample.xml");
    const item = /<Item ID="1">.*?<\/Item>/s.exec(SAMPLE)![0].replace(/\s+/g, "").replace("ItemID", "Item ID");
    const many = Array.from({ length: MAX_RESOURCES }, (_, index) => item.replace('"1"', `"${index + 3}"`)).join("");
    expect(reject("</Resources>", `${many}</Resources>`)).toContain(`more than ${MAX_RESOURCES} resources`);
  });
});

describe("the range column", () => {
  const rows: [type: ResourceDefinition["type"], text: string, limits: object][] = [
    ["integer", "0..100", { range: { min: 0, max: 100 } }],
    ["integer", "-24..24", { range: { min: -24, max: 24 } }],
    ["integer", "1...15", { range: { min: 1, max: 15 } }],
    ["integer", "1 bytes", { range: { min: 0, max: 255 } }],
    ["integer", "2 bytes", { range: { min: 0, max: 65_535 } }],
    ["unsigned", "0..18446744073709551615", { range: { min: 0 } }],
    ["float", "0.000001..1.0", { range: { min: 0.000_001, max: 1 } }],
    ["string", "0..255 bytes", { range: { min: 0, max: 255 } }],
    ["string", "1..64 Bytes", { range: { min: 1, max: 64 } }],
    ["string", "32 bytes", { range: { max: 32 } }],
    ["string", "15", { range: { max: 15 } }],
    ["opaque", "6", { range: { max: 6 } }],
    ["opaque", "16,32,48", { values: [16, 32, 48] }],
    ["integer", "5, 10, 15, 20", { values: [5, 10, 15, 20] }],
    ["integer", "..9", { range: { max: 9 } }],
    // Prose, and what could mean more than one thing.
    ["integer", "255", {}],
    ["integer", "8-Bits", {}],
    ["integer", "-30..-120", {}],
    ["integer", "0..247, 255", {}],
    ["integer", "2 Instances", {}],
    ["float", "<7 to >12.5", {}],
    ["float", "ON;OFF", {}],
    ["boolean", "0..65535", {}],
    ["string", "The possible values are those listed in the LwM2M Core Specification", {}],
    ["string", "", {}],
    ["string", "..", {}],
  ];
  for (const [type, text, limits] of rows) {
    it(`reads "${text}" of type ${type} as ${JSON.stringify(limits)}`, () => {
      expect(parseRangeText(type, text)).toEqual(limits);
    });
    it(`writes what "${text}" of type ${type} gave in a form that reads the same`, () => {
      const written = formatRangeText({ ...findObject(6)!.resources[0]!, units: "", type, ...limits });
      expect(parseRangeText(type, written)).toEqual(limits);
    });
  }
});

describe("a folder of definitions", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lwm2m-models-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives the objects of its XML files in the files' order and nothing else", async () => {
    await writeFile(join(folder, "b.xml"), SAMPLE);
    await writeFile(join(folder, "a.XML"), exportObjectXml(findObject(3)!));
    await writeFile(join(folder, "notes.txt"), "not a model");
    expect((await loadObjectFolder(folder)).map((each) => each.id)).toEqual([3, 32_000]);
  });

  it("may hold two versions of an object, but none twice", async () => {
    await writeFile(join(folder, "a.xml"), exportObjectXml(findObject(5, "1.0")!));
    await writeFile(join(folder, "b.xml"), exportObjectXml(findObject(5, "1.1")!));
    expect((await loadObjectFolder(folder)).map((each) => each.version)).toEqual(["1.0", "1.1"]);
    await writeFile(join(folder, "c.xml"), exportObjectXml(findObject(5, "1.1")!));
    await expect(loadObjectFolder(folder)).rejects.toMatchObject({
      code: "badDefinition",
      message: `${join(folder, "c.xml")}: Object: object 5 version 1.1 is also in ${join(folder, "b.xml")}`,
    });
  });

  it("names the file that cannot be used, and a folder that cannot be read", async () => {
    const file = join(folder, "broken.xml");
    await writeFile(file, "<LWM2M>");
    await expect(loadObjectFolder(folder)).rejects.toMatchObject({
      code: "badDefinition",
      message: expect.stringContaining(file),
    });
    await writeFile(file, new Uint8Array(4 * MAX_OBJECT_XML_CHARACTERS + 1));
    await expect(loadObjectFolder(folder)).rejects.toMatchObject({ message: expect.stringContaining("longer than") });
    await expect(loadObjectFolder(join(folder, "absent"))).rejects.toMatchObject({
      code: "badDefinition",
      message: expect.stringContaining("ENOENT"),
    });
  });
});
