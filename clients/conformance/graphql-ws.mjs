// npm graphql-ws, the client of graphql-transport-ws.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { done, results, socketUrl, streams, tick } from './test-world.mjs';

const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 1000 });
const all = (payload) => results(client.iterate(payload));

// Queries and mutations run on a socket, too.
assert.deepEqual(await all({ query: '{ person(id: "1") { name letters } }' }), [
  { data: { person: { name: 'person 1', letters: ['letter to 1'] } } },
]);
assert.deepEqual(await all({ query: 'mutation R($n: String!) { rename(id: "1", name: $n) { name } }', variables: { n: 'Ada' } }), [
  { data: { rename: { name: 'Ada' } } },
]);
// A stream ends when its source does.
assert.deepEqual(await all({ query: 'subscription { count(to: 3) }' }), [1, 2, 3].map((count) => ({ data: { count } })));
// Wrong documents are errors, and the socket goes on.
await assert.rejects(all({ query: '{ nothing }' }), ([error]) => /nothing/.test(error.message));

// Two streams on one socket; leaving one doesn't disturb the other.
const [one, two] = ['n', 'n person { letters }'].map((fields) => client.iterate({ query: `subscription { ticks { ${fields} } }` }));
const firsts = [one.next(), two.next()];
await streams(2);
await tick(1);
assert.deepEqual((await firsts[0]).value.data, { ticks: { n: 1 } });
assert.deepEqual((await firsts[1]).value.data, { ticks: { n: 1, person: { letters: ['letter to 1'] } } });
await one.return();
await streams(1);
const second = two.next();
await tick(2);
assert.equal((await second).value.data.ticks.n, 2);
await client.dispose();
await streams(0);
done();
