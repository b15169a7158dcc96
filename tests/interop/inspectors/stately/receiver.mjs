/** A receiver of `@statelyai/inspect`: each frame as a line, that of a machine after XState 5 has taken its definition. */
import { createWebSocketReceiver } from "@statelyai/inspect";
import { createMachine } from "xstate";

const machines = new Map();

createWebSocketReceiver({ server: process.argv[2] }).subscribe((frame) => {
  if (frame.type === "@xstate.actor") {
    const machine = createMachine(JSON.parse(frame.definition));
    machines.set(frame.sessionId, machine);
  }
  console.log(JSON.stringify({ ...frame, nodes: nodesOf(frame) }));
});
console.log("receiving");

/** Ids of the nodes that XState finds active in a snapshot of this machine. */
function nodesOf({ sessionId, snapshot }) {
  if (snapshot?.value === undefined) return undefined;
  const state = machines.get(sessionId).resolveState({ value: snapshot.value, context: snapshot.context });
  return state._nodes.map(({ path }) => path.join("."));
}
