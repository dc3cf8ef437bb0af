// npm graphql-sse: each operation over a connection of its own, or all over one (argument `single`).
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { done, results, streams, tick, url } from './test-world.mjs';

const singleConnection = process.argv[2] === 'single';
const client = createClient({ url, singleConnection, retryAttempts: 0 });
const all = (payload) => results(client.iterate(payload));

assert.deepEqual(await all({ query: '{ person(id: "1") { name letters } }' }), [
  { data: { person: { name: 'person 1', letters: ['letter to 1'] } } },
]);
assert.deepEqual(await all({ query: 'subscription C($to: Int!) { count(to: $to) }', variables: { to: 3 } }), [1, 2, 3].map((count) => ({ data: { count } })));
// On the one connection a wrong document is refused by the request that brings it, as the library's own server does.
if (singleConnection) {
  await assert.rejects(all({ query: '{ nothing }' }), /400/);
} else {
  const [{ errors }] = await all({ query: '{ nothing }' });
  assert.match(errors[0].message, /nothing/);
}

const ticks = client.iterate({ query: 'subscription { ticks { n person { letters } } }' });
const first = ticks.next();
await streams(1);
await tick(1);
assert.deepEqual((await first).value.data, { ticks: { n: 1, person: { letters: ['letter to 1'] } } });
// Another beside it comes and goes without disturbing it.
assert.equal((await all({ query: 'subscription { count(to: 2) }' })).length, 2);
const second = ticks.next();
await tick(2);
assert.equal((await second).value.data.ticks.n, 2);
await ticks.return();
await streams(0);
client.dispose();
done();
