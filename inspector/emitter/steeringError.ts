/** Why something was not done to an app. */

export type SteeringErrorCode =
  /** The app does not allow it. */
  | "notAllowed"
  /** There is no such device, actor, timer or control. */
  | "unknown"
  /** The request or its values are not as they must be. */
  | "invalid"
  /** It cannot be now: the actor has ended, the timer does not pend, nothing is paused. */
  | "notNow"
  /** The app threw; `cause` is what. */
  | "failed";

export class SteeringError extends Error {
  override readonly name = "SteeringError";
  readonly code: SteeringErrorCode;

  constructor(code: SteeringErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
