// EventSource as browsers have it (npm eventsource): the stream's events, and its completion.
import assert from 'node:assert/strict';
import { EventSource } from 'eventsource';
import { Arrivals, done, streams, tick, url } from './test-world.mjs';

function open(query) {
  const arrivals = new Arrivals();
  const source = new EventSource(`${url}?${new URLSearchParams({ query })}`);
  source.addEventListener('next', ({ data }) => arrivals.add(JSON.parse(data)));
  source.addEventListener('complete', () => {
    source.close();
    arrivals.add('complete');
  });
  source.addEventListener('error', ({ message }) => arrivals.add({ failed: message }));
  return { next: () => arrivals.next(), close: () => source.close() };
}

const count = open('subscription { count(to: 2) }');
assert.deepEqual(await count.next(), { data: { count: 1 } });
assert.deepEqual(await count.next(), { data: { count: 2 } });
assert.equal(await count.next(), 'complete');

const ticks = open('subscription { ticks { n } }');
await streams(1);
await tick(4);
assert.deepEqual(await ticks.next(), { data: { ticks: { n: 4 } } });
ticks.close();
await streams(0);
done();
