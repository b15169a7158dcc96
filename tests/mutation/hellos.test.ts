import { HELLO_MUTANTS } from "./helloMutants.ts";
import { PATTERN_MUTANTS } from "./patternMutants.ts";
import { mutationSuite } from "./suite.ts";

const GROUPS = ["B16", "B17", "B18", "DTLS-Fuzzer's patterns of"];
mutationSuite("The tests of hellos and of patterns of bugs", GROUPS, [...HELLO_MUTANTS, ...PATTERN_MUTANTS]);
