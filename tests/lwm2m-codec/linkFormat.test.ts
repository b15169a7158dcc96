import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  decodeLinks,
  encodeLinks,
  type Link,
  MAX_LINK_ATTRIBUTES,
  MAX_LINK_FORMAT_CHARACTERS,
  MAX_LINKS,
} from "../../services/lwm2m/linkFormat.ts";
import { expectRefused, refusal } from "./support.ts";

const vectors: { name: string; text: string; links: Link[] }[] = [
  { name: "nothing", text: "", links: [] },
  { name: "a bare target", text: "</3/0>", links: [{ target: "/3/0", attributes: {} }] },
  {
    name: "RFC 6690 §5, the sensors",
    text: '</sensors>;ct=40;title="Sensor Index",</sensors/temp>;rt="temperature-c";if="sensor",</sensors/light>;rt="light-lux";if="sensor",<http://www.example.com/sensors/t123>;anchor="/sensors/temp";rel="describedby",</t>;anchor="/sensors/temp";rel="alternate"',
    links: [
      { target: "/sensors", attributes: { ct: "40", title: "Sensor Index" } },
      { target: "/sensors/temp", attributes: { rt: "temperature-c", if: "sensor" } },
      { target: "/sensors/light", attributes: { rt: "light-lux", if: "sensor" } },
      {
        target: "http://www.example.com/sensors/t123",
        attributes: { anchor: "/sensors/temp", rel: "describedby" },
      },
      { target: "/t", attributes: { anchor: "/sensors/temp", rel: "alternate" } },
    ],
  },
  {
    name: "RFC 6690 §5, the firmware",
    text: '</firmware/v2.1>;rt="firmware";sz=262144',
    links: [{ target: "/firmware/v2.1", attributes: { rt: "firmware", sz: "262144" } }],
  },
  {
    name: "the attributes of a Discover",
    text: "</3/0>;pmin=10;pmax=60,</3/0/7>;dim=8;gt=50;lt=42.2;st=-0.5,</3/0/8>;dim=2;con",
    links: [
      { target: "/3/0", attributes: { pmin: "10", pmax: "60" } },
      { target: "/3/0/7", attributes: { dim: "8", gt: "50", lt: "42.2", st: "-0.5" } },
      { target: "/3/0/8", attributes: { dim: "2", con: true } },
    ],
  },
  {
    name: "commas, semicolons, brackets and equals signs within quotes",
    text: '</a>;title="x,<y>;z=1",</b>',
    links: [
      { target: "/a", attributes: { title: "x,<y>;z=1" } },
      { target: "/b", attributes: {} },
    ],
  },
  {
    name: "quotes and backslashes within quotes",
    text: '</a>;title="say \\"hi\\" \\\\ bye"',
    links: [{ target: "/a", attributes: { title: 'say "hi" \\ bye' } }],
  },
  { name: "an empty quoted value", text: '</a>;title=""', links: [{ target: "/a", attributes: { title: "" } }] },
  {
    name: "an extended value",
    text: "</a>;title*=UTF-8''caf%C3%A9",
    links: [{ target: "/a", attributes: { "title*": "UTF-8''caf%C3%A9" } }],
  },
  {
    name: "a name that is special to objects",
    text: "</a>;__proto__=1;constructor",
    links: [
      {
        target: "/a",
        attributes: Object.fromEntries([
          ["__proto__", "1"],
          ["constructor", true as const],
        ]),
      },
    ],
  },
];

const attributeName = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/).filter((name) => !/^\d/.test(name));
const attributeValue = fc.oneof(
  fc.constant(true as const),
  fc.string({ unit: "grapheme" }).filter((value) => !/\p{Cc}/u.test(value)),
);
const anyLink = fc.record({
  target: fc.stringMatching(/^\/[A-Za-z0-9/._~%?&=:-]{0,20}$/),
  attributes: fc
    .uniqueArray(fc.tuple(attributeName, attributeValue), { selector: ([name]) => name, maxLength: 5 })
    .map((pairs) => Object.fromEntries(pairs)),
});

describe("link format", () => {
  for (const { name, text, links } of vectors) {
    it(`encodes ${name}`, () => expect(encodeLinks(links)).toBe(text));
    it(`decodes ${name}`, () => expect(decodeLinks(text)).toEqual(links));
    it(`takes of ${name} truncated only what reads the same`, () => {
      for (let length = 0; length < text.length; length++) {
        const cut = text.slice(0, length);
        try {
          expect(decodeLinks(encodeLinks(decodeLinks(cut)))).toEqual(decodeLinks(cut));
        } catch (error) {
          expect(error).toMatchObject({ name: "Lwm2mError", code: "malformed" });
        }
      }
    });
  }

  it("decodes what it encodes, whatever the links", () => {
    fc.assert(fc.property(fc.array(anyLink), (links) => expect(decodeLinks(encodeLinks(links))).toEqual(links)));
  });

  it("takes values without quotes where the RFC allows a token", () => {
    expect(decodeLinks("</>;rt=oma.lwm2m;ver=1.2")).toEqual([
      { target: "/", attributes: { rt: "oma.lwm2m", ver: "1.2" } },
    ]);
    expect(decodeLinks('</3>;ver="1.2"')).toEqual([{ target: "/3", attributes: { ver: "1.2" } }]);
  });

  it("counts the first of an attribute that comes twice", () => {
    expect(decodeLinks("</a>;ct=1;ct=2")).toEqual([{ target: "/a", attributes: { ct: "1" } }]);
  });

  const malformed = [
    "3/0",
    "<",
    "</3",
    "</3>,",
    ",</3>",
    "</3>;",
    "</3>;;a",
    "</3>;=1",
    "</3>;a=",
    '</3>;a="b',
    '</3>;a="b\\',
    '</3>;a="b"c',
    '</3>;a=b"c"',
    "</3> ,</4>",
    "</3>;a b=1",
    "</3></4>",
    "<</3>>",
    '</3>;a="\u0000"',
    "</3\n>",
  ];
  for (const text of malformed) {
    it(`refuses ${JSON.stringify(text)}`, () => expectRefused(() => decodeLinks(text), "malformed"));
  }

  it("names the character where it stopped", () => {
    expect(refusal(() => decodeLinks("</3>;a,</4>;=")).message).toContain("character 12");
  });

  it("bounds characters, links and attributes", () => {
    expectRefused(() => decodeLinks(`</${"a".repeat(MAX_LINK_FORMAT_CHARACTERS)}>`), "tooLarge");
    expect(decodeLinks(Array(MAX_LINKS).fill("</a>").join(","))).toHaveLength(MAX_LINKS);
    expectRefused(
      () =>
        decodeLinks(
          Array(MAX_LINKS + 1)
            .fill("</a>")
            .join(","),
        ),
      "tooLarge",
    );
    expectRefused(() => decodeLinks(`</a>${";b".repeat(MAX_LINK_ATTRIBUTES + 1)}`), "tooLarge");
  });

  it("reads a long quoted value in time that grows with its length only", () => {
    const value = "\\\\".repeat(30_000);
    expectRefused(() => decodeLinks(`</a>;b="${value}`), "malformed");
    expect(decodeLinks(`</a>;b="${value}"`)[0]!.attributes.b).toHaveLength(30_000);
  });

  it("refuses to encode what cannot be written", () => {
    expectRefused(() => encodeLinks([{ target: "/a>", attributes: {} }]), "malformed");
    expectRefused(() => encodeLinks([{ target: "/a", attributes: { "b c": "1" } }]), "malformed");
    expectRefused(() => encodeLinks([{ target: "/a", attributes: { b: "\n" } }]), "malformed");
    expectRefused(() => encodeLinks([{ target: "/a", attributes: { "b*": "x y" } }]), "malformed");
  });
});
