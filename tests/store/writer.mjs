/** Writes documents until it is killed; says when it begins. Run with `--import ./typescriptHooks.mjs`. */
import { openFileStorage } from "../../services/store/fileStorage.ts";

const [folder] = process.argv.slice(2);
const storage = await openFileStorage({ folder, key: new Uint8Array(32).fill(7) });

/** Every octet of a generation is its number, the size varies. */
const generation = (number) => new Uint8Array(20_000 + 1000 * (number % 7)).fill(number % 251);

for (let number = 0; ; number++) {
  await Promise.all([
    storage.write("facts", generation(number)),
    storage.write("keys", generation(number), { secret: true }),
    storage.append("log", new Uint8Array(64).fill(0x65)),
  ]);
  if (number === 0) process.stdout.write("writing\n");
}
