import { describe, expect, it } from "@jest/globals";
import { EMPTY, ERROR, OK, scripted } from "./support/scripted.ts";

const octets = (count: number) => Uint8Array.from({ length: count }, (_, index) => index % 251);
const TAKEN = "\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,0\r\n";

describe("an image that the host pushes", () => {
  it("goes out as in Nordic's example: initialised, a chunk of 4096 octets at a time, applied", async () => {
    const { area } = scripted([
      EMPTY,
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,4096", OK],
      [4096, TAKEN],
      ["AT#XDFUWRITE=1,4096,4096", OK],
      [4096, TAKEN],
      ["AT#XDFUWRITE=1,8192,10", OK],
      [10, TAKEN],
      ["AT#XDFUAPPLY=1", `${OK}#XDFU: 1,2,0\r\n`],
    ]);
    expect(await area.offset()).toBe(0);
    expect(await area.size()).toBe(294_912);
    await area.write(0, octets(8_192));
    await area.write(8_192, octets(10));
    expect(await area.offset()).toBe(8_202);
    await area.finish();
    await area.schedule();
  });

  it("takes the chunk's two notifications in either order", async () => {
    const { area } = scripted([
      EMPTY,
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", OK],
      [5, "#XDFU: 1,1,0\r\n\r\n#XDATAMODE: 0\r\n"],
    ]);
    await area.write(0, octets(5));
    expect(await area.offset()).toBe(5);
  });

  it("goes on where the modem's area stops", async () => {
    const { area } = scripted([
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5000\r\n${OK}`],
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,5000,5", OK],
      [5, TAKEN],
    ]);
    await expect(area.write(0, octets(5))).rejects.toThrow("octet 0 written, 5000 is next");
    await area.write(5_000, octets(5));
  });

  it("begins at its first octet in an area that has to be erased: the modem does that before it takes any", async () => {
    const { area } = scripted([
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,2621440\r\n${OK}`],
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", OK],
      [5, TAKEN],
    ]);
    expect(await area.offset()).toBe(0);
    await area.write(0, octets(5));
  });

  it("waits for an erasure that is under way", async () => {
    const { area } = scripted([
      ["AT#XFOTA=7", ERROR],
      ["AT#XFOTA=9", OK],
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,0\r\n${OK}`],
    ]);
    expect(await area.offset()).toBe(0);
  });

  it("is larger than the area: refused before an octet goes out", async () => {
    const { area } = scripted([EMPTY]);
    await expect(area.write(0, octets(294_913))).rejects.toMatchObject({ code: "dfu", dfu: 2 });
  });

  it("is refused by the modem: the error says so, and the area is asked again", async () => {
    const { area } = scripted([
      EMPTY,
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", OK],
      [5, "\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,-1\r\n"],
      EMPTY,
    ]);
    await expect(area.write(0, octets(5))).rejects.toMatchObject({ code: "dfu" });
    expect(await area.offset()).toBe(0);
  });

  it("is given up when octets are lost on the line, because the modem has others in their place", async () => {
    const { area, clock } = scripted([
      EMPTY,
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", OK],
      [5, ""],
      // What the modem still waits for.
      [5, TAKEN],
      ["AT+CMEE?", `\r\n+CMEE: 1\r\n${OK}`],
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5\r\n${OK}`],
      // The next image begins anew.
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,3", OK],
      [3, TAKEN],
    ]);
    const written = area.write(0, octets(5)).catch((error: unknown) => error);
    await clock.advanceAsync(11_000);
    expect(await written).toMatchObject({ code: "dfu", dfu: 20 });
    expect(await area.offset()).toBe(0);
    await area.write(0, octets(3));
    expect(await area.offset()).toBe(3);
  });

  it("is sent again when the modem never heard of the chunk", async () => {
    const { area, clock } = scripted([
      EMPTY,
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", ""],
      ["AT+CMEE?", `\r\n+CMEE: 1\r\n${OK}`],
      EMPTY,
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", OK],
      [5, TAKEN],
    ]);
    const written = area.write(0, octets(5));
    await clock.advanceAsync(11_000);
    await written;
    expect(await area.offset()).toBe(5);
  });

  it("is found damaged when it is applied", async () => {
    const { area } = scripted([
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5000\r\n${OK}`],
      ["AT#XDFUAPPLY=1", `${OK}#XDFU: 1,2,-1\r\n`],
    ]);
    await expect(area.finish()).rejects.toMatchObject({ code: "dfu" });
  });

  it("is not applied while there is none", async () => {
    const { area } = scripted([EMPTY]);
    await expect(area.finish()).rejects.toMatchObject({ code: "dfu", dfu: 19 });
    await expect(area.schedule()).rejects.toMatchObject({ code: "dfu", dfu: 21 });
  });

  it("is applied without an answer: the wait ends after two minutes", async () => {
    const { area, clock } = scripted([
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5000\r\n${OK}`],
      ["AT#XDFUAPPLY=1", OK],
    ]);
    const finished = area.finish().catch((error: unknown) => error);
    await clock.advanceAsync(120_000);
    expect(await finished).toMatchObject({ code: "timeout" });
  });

  it("fails when the modem restarts while it checks", async () => {
    const { area, modem } = scripted([
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5000\r\n${OK}`],
      ["AT#XDFUAPPLY=1", OK],
    ]);
    const finished = area.finish().catch((error: unknown) => error);
    await settled();
    modem.say("Ready\r\n");
    expect(await finished).toMatchObject({ code: "fault" });
  });

  it("cannot go to the older Serial LTE Modem, which the error says", async () => {
    const { area } = scripted([EMPTY], { dialect: "slm" });
    await expect(area.write(0, octets(5))).rejects.toThrow("takes no image from the host: let the modem download it");
  });
});

describe("an area that is erased", () => {
  it("is empty when the modem has done it", async () => {
    const { area } = scripted([["AT#XFOTA=9", OK], EMPTY, EMPTY]);
    await area.erase();
    expect(await area.offset()).toBe(0);
  });

  it("counts as empty with a part of an image in it, which the modem keeps until the next image begins", async () => {
    const { area } = scripted([
      ["AT#XFOTA=9", OK],
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5000\r\n${OK}`],
      ["AT#XFOTA=7", `\r\n#XFOTA: 294912,5000\r\n${OK}`],
      ["AT#XDFUINIT=1,294912", OK],
      ["AT#XDFUWRITE=1,0,5", OK],
      [5, TAKEN],
      ["AT#XDFUWRITE=1,5,5", OK],
      [5, TAKEN],
    ]);
    await area.erase();
    expect(await area.offset()).toBe(0);
    await area.write(0, octets(5));
    await area.write(5, octets(5));
    expect(await area.offset()).toBe(10);
  });
});

/** Lets the streams carry what was written. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
