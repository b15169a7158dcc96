/**
 * A receiver of `@xstate/inspect`: each message as a line, after the package and XState 4 have parsed it. A line of standard
 * input is an event for the machine that was registered first.
 */
import { createInterface } from "node:readline";
import inspect from "@xstate/inspect";
import WebSocket from "ws";
import xstate from "xstate";

globalThis.WebSocket = WebSocket;
const machines = new Map();

const receiver = inspect.createWebSocketReceiver({ server: process.argv[2] });
receiver.subscribe((message) => {
  const { type, sessionId, machine, state, event, ...rest } = message;
  if (machine) machines.set(sessionId, machine);
  const nodes =
    state &&
    machines
      .get(sessionId)
      .resolveState(state)
      .configuration.map(({ path }) => path.join("."));
  const line = {
    type,
    sessionId,
    ...rest,
    machine: machine?.id,
    value: state?.value,
    context: state?.context,
    event,
    nodes,
  };
  console.log(JSON.stringify(line));
});
console.log("receiving");

for await (const line of createInterface({ input: process.stdin })) {
  const [service] = machines.keys();
  const event = JSON.stringify(xstate.toSCXMLEvent({ type: line }, { origin: service }));
  receiver.send({ type: "xstate.event", event, service });
}
