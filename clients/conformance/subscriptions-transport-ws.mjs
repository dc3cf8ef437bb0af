// npm subscriptions-transport-ws, the client of the older WebSocket protocol.
import assert from 'node:assert/strict';
import transport from 'subscriptions-transport-ws';
import WebSocket from 'ws';
import { Arrivals, done, socketUrl, streams, tick } from './test-world.mjs';

const client = new transport.SubscriptionClient(socketUrl, { reconnect: false, timeout: 10_000 }, WebSocket);
function run(request) {
  const arrivals = new Arrivals();
  const { unsubscribe } = client.request(request).subscribe({
    next: (result) => arrivals.add(result),
    error: (error) => arrivals.add({ error }),
    complete: () => arrivals.add('complete'),
  });
  return { next: () => arrivals.next(), unsubscribe };
}

const query = run({ query: '{ person(id: "1") { name } }' });
assert.deepEqual(await query.next(), { data: { person: { name: 'person 1' } } });
assert.equal(await query.next(), 'complete');

const count = run({ query: 'subscription C($to: Int!) { count(to: $to) }', variables: { to: 2 }, operationName: 'C' });
assert.deepEqual([await count.next(), await count.next()], [{ data: { count: 1 } }, { data: { count: 2 } }]);
assert.equal(await count.next(), 'complete');

const ticks = run({ query: 'subscription { ticks { n } }' });
await streams(1);
await tick(7);
assert.deepEqual(await ticks.next(), { data: { ticks: { n: 7 } } });
ticks.unsubscribe();
await streams(0);

const wrong = await run({ query: '{ nothing }' }).next();
assert.match(JSON.stringify(wrong.errors ?? wrong.error.message ?? wrong), /nothing/);
client.close();
done();
