import { SESSION_MUTANTS } from "./sessionMutants.ts";
import { STATE_MUTANTS } from "./stateMutants.ts";
import { mutationSuite } from "./suite.ts";

const GROUPS = ["C19", "C20", "C21", "C22", "C23"];
mutationSuite("The tests of what is left and of sessions", GROUPS, [...STATE_MUTANTS, ...SESSION_MUTANTS]);
