// How GraphiQL reaches the gateway: operations by POST, subscriptions on a WebSocket at the same path.
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

const ACCEPT = 'application/graphql-response+json, application/json';

export function fetcher(endpoint) {
  const socketUrl = new URL(endpoint);
  socketUrl.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';
  return (params, options) => {
    const headers = options?.headers ?? {};
    return isSubscription(params, options?.documentAST)
      ? subscribe(socketUrl.href, params, headers)
      : request(endpoint, params, headers);
  };
}

function isSubscription({ query, operationName }, document) {
  return getOperationAST(document ?? parse(query), operationName)?.operation === 'subscription';
}

async function request(endpoint, params, headers) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
    body: JSON.stringify(params),
  });
  return response.json();
}

/** A socket for one subscription. Browsers can't give it headers: what stands in the editor goes into its init message. */
async function* subscribe(url, params, headers) {
  const client = createClient({ url, connectionParams: headers, retryAttempts: 0 });
  try {
    yield* client.iterate(params);
  } catch (reason) {
    if (Array.isArray(reason)) yield { errors: reason };
    else throw described(reason);
  } finally {
    await client.dispose();
  }
}

/** What a socket was closed with says more than that it was. */
function described(reason) {
  const { code, reason: why } = reason;
  return code === undefined ? reason : new Error(`The socket was closed with ${code}: ${why}`);
}
