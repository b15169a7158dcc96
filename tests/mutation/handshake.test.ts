import { MESSAGE_MUTANTS } from "./messageMutants.ts";
import { PROOF_MUTANTS } from "./proofMutants.ts";
import { mutationSuite } from "./suite.ts";

const GROUPS = ["B11", "B12", "B13", "B14", "B15"];
mutationSuite("The tests of handshake messages", GROUPS, [...MESSAGE_MUTANTS, ...PROOF_MUTANTS]);
