/** What sockets have sent and received, as %XCONNSTAT counts it. */

const KILOBYTE = 1024;

export class Traffic {
  #sent = 0;
  #received = 0;
  #packets = 0;
  #largest = 0;

  sent(octets: number): void {
    this.#sent += octets;
    this.#count(octets);
  }

  received(octets: number): void {
    this.#received += octets;
    this.#count(octets);
  }

  reset(): void {
    this.#sent = 0;
    this.#received = 0;
    this.#packets = 0;
    this.#largest = 0;
  }

  figures() {
    const total = this.#sent + this.#received;
    return {
      sentKilobytes: Math.floor(this.#sent / KILOBYTE),
      receivedKilobytes: Math.floor(this.#received / KILOBYTE),
      largestPacket: this.#largest,
      averagePacket: this.#packets === 0 ? 0 : Math.round(total / this.#packets),
    };
  }

  #count(octets: number): void {
    this.#packets++;
    this.#largest = Math.max(this.#largest, octets);
  }
}
