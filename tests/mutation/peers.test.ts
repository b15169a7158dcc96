import { CREDENTIAL_MUTANTS } from "./credentialMutants.ts";
import { PEER_MUTANTS } from "./peerMutants.ts";
import { mutationSuite } from "./suite.ts";

mutationSuite("The tests of peers", ["D24", "E25", "E26"], [...PEER_MUTANTS, ...CREDENTIAL_MUTANTS]);
