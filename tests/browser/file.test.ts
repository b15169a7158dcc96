/** Recordings on the page: given to the command, dropped on the page; whole, broken, and of a newer version. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { Command } from "./command.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { path, recording } = useBrowser();

let life: string;
let lines: readonly string[];

beforeAll(async () => {
  life = path("life.jsonl");
  await new Command(["demo", "--once", "--inspect", "--record", life]).done();
  lines = readFileSync(life, "utf8").trimEnd().split("\n");
});

function file(name: string, text: string): string {
  writeFileSync(path(name), text);
  return path(name);
}

/** As a file manager drops it. */
async function drop({ page }: Look, name: string, text: string): Promise<void> {
  const files = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  await page.dispatchEvent("main", "dragover", { dataTransfer: files });
  await page.getByText("Drop recordings here").waitFor();
  await page.dispatchEvent("main", "drop", { dataTransfer: files });
}

/** Resolves when the page says that it stands there. */
async function stands({ page }: Look, where: string): Promise<void> {
  await page.locator(".place", { hasText: where }).waitFor();
}

/** Its charts are there, at its end and at its beginning. */
async function isWhole(look: Look): Promise<void> {
  await look.page
    .locator('[role=treeitem][aria-label^="stopped, "][aria-label$=", ended here"]')
    .waitFor({ state: "attached" });
  await look.rows().first().waitFor();
  await look.page.keyboard.press("g");
  await look.page.keyboard.press("J");
  await look.untilActive("starting");
}

describe("a recording", () => {
  it("is shown by `inspect FILE` as the run was, from its first record to its last", async () => {
    const look = await recording(life);
    await look.page.getByText("recording", { exact: true }).waitFor();
    await isWhole(look);
    await stands(look, ` of ${lines.length}`);
    await (await look.panel("Steer")).getByText("A recording cannot be steered.").waitFor();
    await look.page.getByText("✓ done").waitFor();
    await look.picture("recording");
    expect(look.problems).toEqual([]);
  });

  it("is opened beside the run when it is dropped on the page, and closed again", async () => {
    const look = await recording(life);
    await drop(look, "dropped.jsonl", lines.slice(0, 200).join("\n"));
    const sessions = look.page.getByRole("navigation", { name: "Sessions" });
    await sessions.getByRole("button", { name: "dropped.jsonl", exact: true }).waitFor();
    await stands(look, "of 200");
    await look.picture("recording-dropped");
    await sessions.getByRole("button", { name: "Close dropped.jsonl" }).click();
    await sessions.waitFor({ state: "detached" });
    await stands(look, `of ${lines.length}`);
    expect(look.problems).toEqual([]);
  });

  it("that is broken is opened as far as it can be read, and what was skipped is said", async () => {
    const broken = [...lines.slice(0, 100), "{ no record", '{"kind":"coap"}', ...lines.slice(100, -1)];
    const torn = `${broken.join("\n")}\n${lines.at(-1)!.slice(0, 20)}`;
    const look = await recording(life);
    await drop(look, "broken.jsonl", torn);
    const notice = look.page.getByRole("region", { name: "Notices" });
    await notice.getByText(`3 of ${lines.length + 2} lines were skipped`).waitFor();
    await notice.getByText(/line 101: not JSON/).waitFor();
    await isWhole(look);
    await look.picture("recording-broken");
    expect(look.problems).toEqual([]);
  });

  it("that is broken is opened by the command too, which says what was skipped", async () => {
    const command = new Command(["inspect", file("broken.jsonl", `${lines.join("\n")}\n{ no record\n`)]);
    try {
      await command.address();
      // It comes by another stream than the address.
      const whole = lines.length + 1;
      await command.until(new RegExp(`1 of ${whole} lines was skipped \\(line ${whole}: not JSON`));
    } finally {
      await command.end();
    }
  });

  it("of a newer version is opened, what is not known in it included", async () => {
    const last = JSON.parse(lines.at(-1)!) as { seq: number; time: number; device: string };
    const newer = [
      ...lines.slice(0, -1).map((line) => JSON.stringify({ ...JSON.parse(line), mood: "good" })),
      JSON.stringify({ seq: last.seq, time: last.time, device: last.device, kind: "telepathy", thought: "hello" }),
    ];
    const look = await recording(file("newer.jsonl", newer.join("\n")));
    await isWhole(look);
    await look.filter("kind==telepathy");
    await look.records().first().click();
    await (await look.panel("Record")).getByText("hello").waitFor();
    expect(look.problems).toEqual([]);
  });

  it("that is none is refused with the reason", async () => {
    const look = await recording(life);
    await drop(look, "letter.txt", "Dear reader,\nthis is no recording.\n");
    await look.page
      .getByRole("region", { name: "Notices" })
      .getByText(/This is no recording/)
      .waitFor();
    expect(look.problems).toEqual([]);
  });
});
