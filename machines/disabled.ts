/** The absence that a server asks for (1/x/4): its beginning and its length. Part of the register chart. */
import { absence } from "./registerModel.ts";
import { registerSetup } from "./registerSetup.ts";

export const disabling = registerSetup.createStateConfig({
  description: "Deregister, then stay away for the disable timeout.",
  meta: { spec: "LwM2M 1.1, 1/x/4 Disable and 1/x/5 Disable Timeout" },
  entry: "forgetWish",
  invoke: {
    src: "disable",
    input: ({ context: { server } }) => ({
      server: server.shortServerId,
      disableTimeoutSeconds: server.disableTimeoutSeconds,
    }),
    onDone: { actions: { type: "keepAbsence", params: ({ event }) => event.output }, target: "disabled" },
    onError: "disabled",
  },
  on: {
    "server.register": { actions: { type: "wantRegister", params: ({ event }) => event.behind } },
    "server.deregister": { actions: "wantDeregister" },
    "link.goingDown": { actions: "noteLinkDown", target: "disabled" },
    "link.isLost": { actions: "noteLinkDown", target: "disabled" },
  },
  exit: ["reportDeregistered", "forgetRegistration"],
});

export const disabled = registerSetup.createStateConfig({
  description: "No session until the disable timeout is over.",
  meta: { spec: "LwM2M 1.1, 1/x/5 Disable Timeout" },
  entry: { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
  always: [
    { guard: "registerWanted", target: "reviving" },
    { guard: "deregisterWanted", actions: "reportDeregistered", target: "deregistered" },
  ],
  invoke: {
    src: "deadline",
    input: ({ context }) => ({ event: "disable.over", ...absence(context) }),
    onError: "reviving",
  },
  on: {
    "disable.over": "reviving",
    "server.register": "reviving",
    "server.deregister": { actions: "reportDeregistered", target: "deregistered" },
    "link.goingDown": { actions: "noteLinkDown" },
    "link.isLost": { actions: "noteLinkDown" },
  },
  exit: "endAbsence",
});
