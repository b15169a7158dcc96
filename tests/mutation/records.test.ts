import { RECORD_MUTANTS } from "./recordMutants.ts";
import { mutationSuite } from "./suite.ts";

mutationSuite("The tests of records", ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10"], RECORD_MUTANTS);
