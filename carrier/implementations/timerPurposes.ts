/** What the charts' timers are for, in words: by the chart, and the event that comes when one fires. */

const PURPOSES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  carrier: { "stop.timedOut": "Deregister has to be answered by then" },
  link: { "link.timedOut": "the link has to be as it was asked for by then" },
  bootstrap: {
    "holdOff.over": "the bootstrap server is asked then (0/x/11)",
    "bootstrap.timedOut": "the bootstrap server has to be done by then",
    "retry.due": "next attempt to bootstrap",
  },
  register: {
    "update.due": "registration update, before the lifetime ends",
    "delay.over": "first registration (1/x/13)",
    "retry.due": "next attempt to register",
    "disable.over": "the server was disabled until then (1/x/4)",
  },
  fota: {
    "resume.due": "the download goes on",
    "update.due": "the update that was put off is installed",
  },
};

/** @param owner id of the chart, `register/123`. */
export function timerPurpose(owner: string, event: string): string | undefined {
  return PURPOSES[owner.replace(/\/.*$/, "")]?.[event];
}
