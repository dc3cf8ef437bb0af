// The playground as a person uses it, in Chromium: register, put the token into the headers, me, a hug, the live tab.
// Wants PLAYGROUND_URL and CHROMIUM; SCREENSHOTS is a folder for pictures of every step.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const { PLAYGROUND_URL, CHROMIUM, SCREENSHOTS } = process.env;
assert.ok(PLAYGROUND_URL && CHROMIUM, 'PLAYGROUND_URL and CHROMIUM are not set');
const DEADLINE = 20_000;
const endpoint = new URL('/graphql', PLAYGROUND_URL);

const browser = await puppeteer.launch({
  executablePath: CHROMIUM,
  // Chromium refuses its own sandbox to root.
  args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--disable-gpu'],
});
const page = await browser.newPage();
await page.setViewport({ width: 1400, height: 900 });

// Whatever the page wants from another network is refused and remembered, and what it complains about.
const elsewhere = [];
const complaints = [];
await page.setRequestInterception(true);
page.on('request', (request) => {
  const { protocol, host } = new URL(request.url());
  const isOurs = host === endpoint.host || protocol === 'data:' || protocol === 'blob:';
  if (!isOurs) elsewhere.push(request.url());
  return isOurs ? request.continue() : request.abort();
});
page.on('pageerror', (error) => complaints.push(String(error)));
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
page.on('response', (response) => response.status() >= 400 && complaints.push(`${response.url()}: ${response.status()}`));

let pictures = 0;
async function picture(name) {
  if (!SCREENSHOTS) return;
  pictures += 1;
  await page.screenshot({ path: join(SCREENSHOTS, `${pictures}-${name}.png`) });
}

const tabTitles = () => page.$$eval('.graphiql-tab-button', (tabs) => tabs.map((tab) => tab.textContent.trim()));

async function openTab(title) {
  const index = (await tabTitles()).indexOf(title);
  assert.notEqual(index, -1, `there is no tab ${title}`);
  await (await page.$$('.graphiql-tab-button'))[index].click();
  await shows('.graphiql-query-editor', title);
}

/** Waits until a part of the page shows a text. */
async function shows(selector, text) {
  // Monaco draws spaces as no-break ones.
  const isThere = (where, what) => document.querySelector(where)?.textContent.replaceAll('\u00a0', ' ').includes(what);
  try {
    await page.waitForFunction(isThere, { timeout: DEADLINE }, selector, text);
  } catch {
    const seen = await page.$eval(selector, (part) => part.textContent).catch(() => 'nothing');
    assert.fail(`${selector} does not show ${text}, but ${seen}`);
  }
}

/** Puts a text into the variables' or the headers' editor. */
async function write(tool, value) {
  await (await page.waitForSelector(`.graphiql-editor-tools button::-p-text(${tool})`)).click();
  const editor = await page.waitForSelector(`.graphiql-editor-tool .graphiql-editor:not(.hidden) .monaco-editor`);
  await editor.click();
  await page.keyboard.down('Control');
  await page.keyboard.press('KeyA');
  await page.keyboard.up('Control');
  // Pasted, as people do: what is typed gets its brackets closed by the editor.
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, JSON.stringify(value, null, 2));
}

/** Runs the tab that is open; what the gateway answers. */
async function run(operationName) {
  const isAnswer = (response) =>
    response.url() === endpoint.href && response.request().postData()?.includes(`"operationName":"${operationName}"`);
  const answer = page.waitForResponse(isAnswer, { timeout: DEADLINE });
  await page.click('.graphiql-execute-button');
  const { data, errors } = await (await answer).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** The same API without a browser: the person at the other end. */
async function other(query, variables, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function steps() {
  const bo = (await other(
    'mutation R($i: RegisterInput!) { register(input: $i) { tokens { accessToken } user { id } errors { code } } }',
    { i: { email: 'bo@example.org', username: 'bo', displayName: 'Bo', password: 'seven quiet lighthouses' } },
  )).register;

  const opened = await page.goto(PLAYGROUND_URL, { waitUntil: 'load' });
  assert.match(opened.headers()['content-security-policy'], /default-src 'none'; script-src 'self';/);
  await page.waitForSelector('.graphiql-query-editor .view-line', { timeout: DEADLINE });
  assert.equal(await page.title(), 'HugMood');
  await shows('.graphiql-logo', 'HugMood');
  await shows('.graphiql-query-editor', 'mutation Register');
  assert.deepEqual(await tabTitles(), ['Register', 'Me', 'Find', 'SendHug', 'Live', 'LogMood']);
  await picture('opened');

  const { register } = await run('Register');
  assert.deepEqual(register.errors, []);
  await shows('.graphiql-response', 'robin');
  await picture('registered');
  const authorization = { Authorization: `Bearer ${register.tokens.accessToken}` };

  await openTab('Me');
  await write('Headers', authorization);
  assert.equal((await run('Me')).me.id, register.user.id);
  await shows('.graphiql-response', 'robin@example.org');
  await picture('me');

  await openTab('Find');
  await write('Headers', authorization);
  const { users, hugTypes } = await run('Find');
  assert.equal(users.edges[0].node.id, bo.user.id);

  await openTab('SendHug');
  await write('Headers', authorization);
  await write('Variables', { input: { recipientId: bo.user.id, typeId: hugTypes[0].id, message: 'from the playground' } });
  const { sendHug } = await run('SendHug');
  assert.deepEqual(sendHug.errors, []);
  await shows('.graphiql-response', 'from the playground');
  await picture('hugged');

  await openTab('LogMood');
  await write('Headers', authorization);
  assert.deepEqual((await run('LogMood')).logMood.errors, []);

  await openTab('Live');
  await write('Headers', authorization);
  const devtools = await page.createCDPSession();
  await devtools.send('Network.enable');
  const acknowledged = new Promise((resolve) => {
    devtools.on('Network.webSocketFrameReceived', ({ response }) => response.payloadData.includes('connection_ack') && resolve());
  });
  // Taken before, so that nothing is missed.
  const { hugEventsCursor } = await other('{ hugEventsCursor }', undefined, register.tokens.accessToken);
  await write('Variables', { after: hugEventsCursor });
  await page.click('.graphiql-execute-button');
  await acknowledged;
  const sent = await other(
    'mutation S($i: SendHugInput!) { sendHug(input: $i) { hug { id } errors { code } } }',
    { i: { recipientId: register.user.id, typeId: hugTypes[0].id, message: 'to the live tab' } },
    bo.tokens.accessToken,
  );
  assert.deepEqual(sent.sendHug.errors, []);
  await shows('.graphiql-response', 'to the live tab');
  await picture('live');
  // The same button stops it.
  await page.click('.graphiql-execute-button');

  await page.click('button[aria-label="Show Documentation Explorer"]');
  await shows('.graphiql-plugin', 'Docs');
  await shows('.graphiql-plugin', 'Mutation');
  await picture('documentation');

  assert.deepEqual(await page.evaluate(() => Object.entries(localStorage)), [], 'no token outlives the tab');
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await page.reload();
  await shows('.graphiql-query-editor', 'subscription Live');
  await picture('reloaded-in-the-dark');
  assert.deepEqual(elsewhere, [], 'the page works without another network');
  assert.deepEqual(complaints, []);
}

try {
  await steps();
} catch (error) {
  await picture('failed');
  throw new Error(`complaints: ${complaints.join('; ') || 'none'}`, { cause: error });
} finally {
  await browser.close();
}
console.log('the playground works');
