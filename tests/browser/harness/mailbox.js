// The messages that the server sent, as its developer interface lists them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

/** Reads the messages of one server. */
export class Mailbox {
  #url;

  constructor(url) {
    this.#url = url;
  }

  /** An address that nobody has used. */
  newAddress() {
    return `ada.${randomBytes(6).toString('hex')}@example.com`;
  }

  /** All messages to `address`, newest first. */
  async messages(address) {
    const answer = await fetch(`${this.#url}/dev/messages?to=${encodeURIComponent(address)}`);
    assert.equal(answer.status, 200);
    return answer.json();
  }

  /** The newest message to `address`; the server sends before it answers, so it is there already. */
  async newest(address) {
    const [message] = await this.messages(address);
    assert.ok(message, `no message to ${address}`);
    return message;
  }

  /** The code in the newest message to `address`. */
  async code(address) {
    const { code } = await this.newest(address);
    assert.match(code, /^\d{6}$/);
    return code;
  }

  /** A code of the right form that is not the one in the newest message. */
  async wrongCode(address) {
    const code = await this.code(address);
    return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  }
}
