// What a script asks of the test that has started it, line by line: to move the subgraphs behind the gateway.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';

assert.ok(process.env.GATEWAY_URL, 'GATEWAY_URL is not set');
/** Where the gateway serves GraphQL. */
export const url = process.env.GATEWAY_URL;
export const socketUrl = url.replace(/^http/, 'ws');

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(order) {
  console.log(order);
  assert.equal((await answers.next()).value, 'done');
}

/** Waits until exactly so many subscriptions are open at the subgraphs. */
export const streams = (count) => ask(`streams ${count}`);
/** Makes an event of every open subscription to `ticks`. */
export const tick = (n) => ask(`tick ${n}`);

/** Says that everything was as it should be, and ends whatever a library keeps open. */
export function done() {
  console.log('all is well');
  process.exit(0);
}

/** Every result of an operation that comes to an end. */
export async function results(iterator) {
  const collected = [];
  for await (const result of iterator) collected.push(result);
  return collected;
}

/** Collects what a library's callbacks tell, to be taken one by one. */
export class Arrivals {
  #waiting = [];
  #arrived = [];

  add(item) {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#arrived.push(item);
    else waiting(item);
  }

  next() {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
