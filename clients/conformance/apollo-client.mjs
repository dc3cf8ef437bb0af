// @apollo/client: operations over HTTP, named by their hashes, in batches, and subscriptions as multipart answers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Arrivals, done, streams, tick, url } from './test-world.mjs';

const PERSON = gql`query Person($id: ID!) { person(id: $id) { id name letters } }`;
const person = (id) => ({ __typename: 'Person', id, name: `person ${id}`, letters: [`letter to ${id}`] });
const apollo = (link) => new ApolloClient({ link, cache: new InMemoryCache() });

/** The bodies of the requests that go out, and the sizes of their answers' lists. */
function watched() {
  const bodies = [];
  const watchedFetch = (to, init) => {
    bodies.push(init.body === undefined ? String(to) : JSON.parse(init.body));
    return fetch(to, init);
  };
  return { bodies, fetch: watchedFetch };
}

async function persistedQueries() {
  const { bodies, fetch } = watched();
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const client = apollo(new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: url, fetch })));
  for (const id of ['1', '2']) {
    const { data } = await client.query({ query: PERSON, variables: { id } });
    assert.deepEqual(data.person, person(id));
  }
  const withText = bodies.map(({ query }) => query !== undefined);
  assert.deepEqual(withText, [false, true, false], 'the text goes out once');
}

async function batches() {
  const { bodies, fetch } = watched();
  const client = apollo(new BatchHttpLink({ uri: url, fetch, batchInterval: 20 }));
  const results = await Promise.all(['1', '2', '3'].map((id) => client.query({ query: PERSON, variables: { id } })));
  assert.deepEqual(results.map(({ data }) => data.person), ['1', '2', '3'].map(person));
  assert.deepEqual(bodies.map((body) => body.length), [3], 'one request for all');
}

async function multipart() {
  const client = apollo(new HttpLink({ uri: url }));
  const arrivals = new Arrivals();
  const watch = (query) => client.subscribe({ query }).subscribe({
    next: (result) => arrivals.add(result),
    error: (error) => arrivals.add({ error }),
    complete: () => arrivals.add('complete'),
  });
  watch(gql`subscription { count(to: 2) }`);
  assert.equal((await arrivals.next()).data.count, 1);
  assert.equal((await arrivals.next()).data.count, 2);
  assert.equal(await arrivals.next(), 'complete');

  const ticks = watch(gql`subscription { ticks { n person { id name letters } } }`);
  await streams(1);
  await tick(5);
  const { data } = await arrivals.next();
  assert.deepEqual([data.ticks.n, data.ticks.person], [5, person('5')]);
  ticks.unsubscribe();
  await streams(0);

  watch(gql`subscription { nothing }`);
  assert.match((await arrivals.next()).error.message, /nothing/);
}

await persistedQueries();
await batches();
await multipart();
done();
