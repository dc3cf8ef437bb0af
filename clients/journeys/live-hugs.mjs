// The first journey with the clients that front ends use: Apollo Client over HTTP, graphql-ws for the stream.
// Wants HUGMOOD_URL; asks whoever started it for a restart of the server in the middle.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.env.HUGMOOD_URL;
assert.ok(url, 'HUGMOOD_URL is not set');
const DEADLINE = 10_000;

const REGISTER = gql`mutation R($i: RegisterInput!) { register(input: $i) { tokens { accessToken refreshToken expiresAt } user { id username displayName } errors { code message path } } }`;
const LOGIN = gql`mutation L($i: LoginInput!) { login(input: $i) { tokens { accessToken refreshToken expiresAt } user { id } errors { code message } } }`;
const ME = gql`query Me { me { id username displayName account { email } hugStats { sent received } moods(first: 5) { edges { node { id score note occurredAt } } pageInfo { hasNextPage endCursor } } streaks { kind current longest state } } }`;
const PERSON = gql`query U { user(username: "bo") { id displayName viewerRelationship { following followedBy blocking } } }`;
const HUG_TYPES = gql`query T { hugTypes { id name emoji } }`;
const SEND_HUG = gql`mutation S($i: SendHugInput!) { sendHug(input: $i) { hug { id status message sentAt type { name emoji } sender { id username displayName } recipient { id username } } errors { code message path } } }`;
const LOG_MOOD = gql`mutation M($i: LogMoodInput!) { logMood(input: $i) { mood { id score localDate } errors { code } } }`;
const HUG_EVENTS = gql`subscription H($after: Cursor) { hugEvents(after: $after) { cursor kind at hug { id message type { emoji } sender { username displayName } } } }`;

/** An Apollo client as a front end has it: HTTP for operations, one socket for streams. */
function connect(token) {
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization,
    retryAttempts: 0,
  });
  const isStream = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  const link = ApolloLink.split(isStream, new GraphQLWsLink(socket), new HttpLink({ uri: url, headers: authorization }));
  const client = new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions: { query: { fetchPolicy: 'no-cache' }, mutate: { fetchPolicy: 'no-cache' } } });
  return {
    query: async (query, variables) => (await client.query({ query, variables })).data,
    mutate: async (mutation, variables) => (await client.mutate({ mutation, variables })).data,
    watch: (after) => new Watch(client.subscribe({ query: HUG_EVENTS, variables: { after } })),
    dispose: () => socket.dispose(),
  };
}

/** Collects a stream's events, to be taken one by one. */
class Watch {
  #events = [];
  #waiting = [];

  constructor(observable) {
    this.subscription = observable.subscribe({
      next: ({ data, error }) => this.#settle(error === undefined ? { value: data.hugEvents } : { error }),
      error: (error) => this.#settle({ error }),
    });
  }

  #settle(event) {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#events.push(event);
    else waiting(event);
  }

  async next() {
    const ready = this.#events.shift();
    const { value, error } = ready ?? (await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the stream stays silent')), DEADLINE);
      this.#waiting.push((event) => { clearTimeout(late); resolve(event); });
    }));
    if (error !== undefined) throw error;
    return value;
  }

  /** Whether an event comes within a moment. */
  async looks() {
    for (let waited = 0; this.#events.length === 0 && waited < 500; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.#events.length > 0;
  }

  stop() {
    this.subscription.unsubscribe();
  }
}

async function register(username, displayName) {
  const anonymous = connect();
  const input = { email: `${username}@example.org`, username, displayName, password: 'seven quiet lighthouses' };
  const { register: made } = await anonymous.mutate(REGISTER, { i: input });
  assert.deepEqual(made.errors, []);
  assert.deepEqual([made.user.username, made.user.displayName], [username, displayName]);
  const { login } = await anonymous.mutate(LOGIN, { i: { email: input.email, password: input.password } });
  assert.equal(login.user.id, made.user.id);
  assert.ok(new Date(login.tokens.expiresAt) > new Date());
  anonymous.dispose();
  return { id: made.user.id, ...connect(login.tokens.accessToken) };
}

async function hug(sender, recipient, message) {
  const { hugTypes } = await sender.query(HUG_TYPES);
  const input = { recipientId: recipient.id, typeId: hugTypes[0].id, message };
  const { sendHug } = await sender.mutate(SEND_HUG, { i: input });
  assert.deepEqual(sendHug.errors, []);
  return sendHug.hug;
}

/** Hugs until the stream shows the last one: a subscription is not acknowledged, so this is how it is known to listen. */
async function hugUntilSeen(sender, recipient, watch) {
  const sent = [];
  do sent.push(await hug(sender, recipient, 'are you there?')); while (!(await watch.looks()));
  let event = await watch.next();
  const first = sent.findIndex(({ id }) => id === event.hug.id);
  assert.notEqual(first, -1);
  for (const { id } of sent.slice(first + 1)) {
    event = await watch.next();
    assert.equal(event.hug.id, id);
  }
  return { event, count: sent.length };
}

/** Asks whoever started this script to restart the server, and waits until it has. */
async function restart() {
  const answer = new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
  console.log('restart, please');
  assert.equal(await answer, 'restarted');
}

const ada = await register('ada', 'Ada');
const bo = await register('bo', 'Bo');

const { user } = await ada.query(PERSON);
assert.equal(user.displayName, 'Bo');
assert.equal(user.viewerRelationship.following, false);

let watch = ada.watch(null);
let { event, count } = await hugUntilSeen(bo, ada, watch);
assert.equal(event.kind, 'RECEIVED');
assert.equal(event.hug.sender.displayName, 'Bo');
console.log('a hug arrived live');
watch.stop();

const missed = [await hug(bo, ada, 'while you were away'), await hug(bo, ada, 'and again')];
await restart();
watch = ada.watch(event.cursor);
for (const { id } of missed) {
  event = await watch.next();
  assert.equal(event.hug.id, id);
}
const live = await hug(bo, ada, 'live again');
assert.equal((await watch.next()).hug.id, live.id);
console.log('what was missed was replayed, once');
watch.stop();

const { logMood } = await ada.mutate(LOG_MOOD, { i: { score: 4, note: 'A walk', timezone: 'Europe/Berlin' } });
assert.deepEqual(logMood.errors, []);
const { me } = await ada.query(ME);
assert.equal(me.account.email, 'ada@example.org');
assert.equal(me.hugStats.received, count + 3);
assert.equal(me.moods.edges[0].node.note, 'A walk');
assert.equal(me.streaks[0].current, 1);

ada.dispose();
bo.dispose();
console.log('the journey is done');
process.exit(0);
