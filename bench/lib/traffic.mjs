/** Counts datagrams of confirmable requests and of their answers, to know when everything sent has been answered. */

export class Traffic {
  sent = 0;
  #received = 0;
  #quiet = undefined;

  delivered() {
    this.#received++;
    if (this.#received === this.sent) this.#quiet?.();
  }

  /** Resolves when every datagram sent has been answered and the answers have had their effect. */
  async quiet() {
    await turn();
    while (this.#received !== this.sent) {
      await new Promise((resolve) => {
        this.#quiet = resolve;
      });
      await turn();
    }
  }

  /** The transport, counted. */
  over(transport) {
    return {
      listen: (at, onSession) => transport.listen(at, onSession),
      close: () => transport.close(),
      open: async (request) => {
        const outcome = await transport.open(request);
        if (outcome.kind === "open") this.#count(outcome.session);
        return outcome;
      },
    };
  }

  #count(session) {
    const send = session.send.bind(session);
    const attach = session.attach.bind(session);
    session.send = (bytes) => {
      this.sent++;
      send(bytes);
    };
    session.attach = (handlers) =>
      attach({
        onClose: (reason) => handlers.onClose(reason),
        onDatagram: (bytes) => {
          handlers.onDatagram(bytes);
          this.delivered();
        },
      });
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
