/** Opens a page in the user's browser, where there is one. */
import { spawn } from "node:child_process";
import { platform } from "node:os";

/** Without a shell: the address is an argument, whatever is in it. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["explorer"],
};

/** What `xdg-open` ends with where it knows no browser, or none that starts. */
const NO_BROWSER: readonly (number | null)[] = [3, 4];

/** @param failed is told when there is no browser to be started. */
export function openPage(url: string, failed: (reason: string) => void): void {
  const [command, ...args] = OPENERS[platform()] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.once("error", ({ message }) => failed(message));
  child.once("exit", (code) => {
    if (command === "xdg-open" && NO_BROWSER.includes(code)) failed(`${command} found none`);
  });
  child.once("spawn", () => child.unref());
}
