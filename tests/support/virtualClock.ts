/** A clock that a test moves by hand. */
export { VirtualClock } from "../../carrier/clock/virtualClock.ts";
