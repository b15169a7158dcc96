import { expect, it } from "@jest/globals";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { describeStorage } from "./storageContract.ts";

describeStorage("memory", async () => createMemoryStorage());

it("keeps two memories apart", async () => {
  const one = createMemoryStorage();
  const other = createMemoryStorage();
  await one.write("facts", Uint8Array.of(1));
  expect(await other.read("facts")).toBeUndefined();
});
