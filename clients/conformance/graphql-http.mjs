// The server audits of npm graphql-http: every one has to be ok, whether it is a must or a should.
import assert from 'node:assert/strict';
import { auditServer } from 'graphql-http';
import { done, url } from './test-world.mjs';

const results = await auditServer({ url });
const failed = results.filter(({ status }) => status !== 'ok');
assert.deepEqual(failed.map(({ id, name, status, reason }) => ({ id, name, status, reason })), []);
assert.equal(results.length, 61);
done();
