/** What a test has opened is closed after it, the latest first. */
import { afterEach } from "@jest/globals";

interface Closable {
  close(): unknown;
}

const kept: Closable[] = [];

export function keep<T extends Closable>(opened: T): T {
  kept.push(opened);
  return opened;
}

afterEach(async () => {
  for (const opened of kept.splice(0).reverse()) await opened.close();
});
