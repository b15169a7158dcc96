/** What other inspectors' packages find here: an outlet for each kind of receiver, an inlet for apps. */
import type { WebSocket } from "ws";
import { readSession } from "../adapters/foreignActors.ts";
import { type LegacyRequest, legacyFrames, legacyGreeting, readLegacyRequest } from "../adapters/legacy.ts";
import { statelyFrames, statelyGreeting } from "../adapters/stately.ts";
import { FrameError, StatelyReader } from "../adapters/statelyReader.ts";
import type { Inspector } from "../options.ts";
import type { AppNames } from "./appNames.ts";
import { CLOSE, closeWith, guarded } from "./closeCodes.ts";
import { ForeignOutlet } from "./foreignOutlet.ts";

/** For `createWebSocketReceiver` of `@statelyai/inspect`, which never says anything. */
export function sendToStately(socket: WebSocket, inspector: Inspector): void {
  socket.on("error", () => {});
  const outlet = new ForeignOutlet(socket, inspector, { greeting: statelyGreeting, frames: statelyFrames });
  guarded(socket, () => outlet.start());
}

/** For `createWebSocketReceiver` of `@xstate/inspect` and for xstate-viz, which say when they are there. */
export function sendToLegacy(socket: WebSocket, inspector: Inspector): void {
  socket.on("error", () => {});
  const outlet = new ForeignOutlet(socket, inspector, { greeting: legacyGreeting, frames: legacyFrames });
  socket.on("message", (data, isBinary) => {
    const request = isBinary ? undefined : readLegacyRequest(String(data));
    if (request === undefined)
      closeWith(socket, CLOSE.violation, "xstate.inspecting or xstate.event is what is said here");
    else if (request.type === "inspecting") guarded(socket, () => outlet.start());
    else sendEvent(inspector, request);
  });
}

/** For `createWebSocketInspector` of `@statelyai/inspect`: an app that attaches. Its records go where the others go. */
export function receiveFromStately(socket: WebSocket, inspector: Inspector, names: AppNames): void {
  const reader: StatelyReader = new StatelyReader({
    nameDevice: (wanted) => names.take(wanted, reader),
    redact: inspector.options.redact,
  });
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => {
    try {
      if (isBinary) throw new FrameError("a frame is text");
      for (const record of reader.read(String(data))) inspector.sink(record);
    } catch (error) {
      closeWith(socket, CLOSE.violation, error instanceof FrameError ? error.message : "this frame cannot be read");
    }
  });
  socket.on("close", () => {
    for (const record of reader.end()) inspector.sink(record);
    if (reader.device !== undefined) names.release(reader.device);
  });
}

/** The protocol has no answer: an event that the app does not take is lost, as it is in XState 4. */
function sendEvent(inspector: Inspector, { session, event }: Extract<LegacyRequest, { type: "send" }>): void {
  const to = readSession(session);
  if (to !== undefined) inspector.steer({ id: 0, request: "send", ...to, event }).catch(() => {});
}
