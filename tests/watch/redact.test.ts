/** Keys in what a device printed get into no record. */
import { describe, expect, it } from "@jest/globals";
import { watchText } from "./support/watched.ts";

const CANARY = "C0FFEE00DEADBEEF";

const recordsOf = (text: string) => JSON.stringify(watchText(text, { edition: "3.6" }).records);

describe("a secret on the console", () => {
  it.each([
    ["a pre-shared key that is written", `AT%CMNG=0,25,3,"${CANARY}"`],
    ["the same after a prompt and a time", `[00:00:12.345,678] <dbg> at: AT%CMNG=0,25,3,"${CANARY}"`],
    ["the same as people type it", `at%cmng=0, 25, 3, "${CANARY}"`],
    ["a key for the Serial LTE Modem's own TLS", `AT#XCMNG=0,16842755,3,"${CANARY}"`],
    [
      "a key over several lines",
      `AT%CMNG=0,25,2,"-----BEGIN EC PRIVATE KEY-----\r\n${CANARY}\r\n-----END EC PRIVATE KEY-----"`,
    ],
    ["a key that is printed", `-----BEGIN PRIVATE KEY-----\n${CANARY}\n${CANARY}\n-----END PRIVATE KEY-----`],
    ["credentials that are read", `%CMNG: 25,4,"${"AB".repeat(32)}","${CANARY}"`],
    ["a PIN", `AT+CPIN="${CANARY}"`],
    ["an APN's password", `AT+CGAUTH=0,1,"user","${CANARY}"`],
    ["what a card is told", `AT+CSIM=32,"${CANARY}"`],
    ["what a socket sends", `AT#XSEND=0,1,0,"${CANARY}"`],
  ])("is elided: %s", (_, text) => {
    const records = recordsOf(`${text}\nRRC connected\n`);
    expect(records).not.toContain(CANARY);
    expect(records).toContain("[redacted]");
    expect(records).toContain("RRC connected");
  });

  it("hides no more than a hundred lines when nothing ends it", () => {
    const lines = Array.from({ length: 120 }, (_, index) => `line ${index}`).join("\n");
    expect(recordsOf(`-----BEGIN PRIVATE KEY-----\n${lines}\n`)).toContain("line 110");
  });

  it("hides no digest and no list of credentials", () => {
    const line = `%CMNG: 25,3,"${"AB".repeat(32)}"`;
    expect(recordsOf(`${line}\n`)).toContain("ABABAB");
  });
});
