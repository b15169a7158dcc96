/** Tests run the TypeScript sources as they are: swc strips the types, Node's own ES modules do the rest. */
export default {
  testEnvironment: "node",
  // Tests wait for records, not for time: this only ends one that hangs, on however slow a machine.
  testTimeout: 180_000,
  // The modules of a test file are not given back before its process ends: a full heap slows every test after it down.
  workerIdleMemoryLimit: "512MB",
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testPathIgnorePatterns: ["<rootDir>/tests/(interop|browser|fault|package|mutation|at)/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};
