// The gateway's page for people: GraphiQL with the examples that the gateway's configuration names.
import 'graphiql/style.css';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { fetcher } from './fetcher.js';

const WORKERS = { graphql: 'graphql.worker.js', json: 'json.worker.js' };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(WORKERS[label] ?? 'editor.worker.js', import.meta.url)),
};

const settings = JSON.parse(document.getElementById('settings').textContent);
const endpoint = new URL(settings.path, location.href);

// GraphiQL opens the first tab without its variables and headers, unless they are told separately.
const isFirstVisit = sessionStorage.getItem('graphiql:tabState') === null;
const first = isFirstVisit ? settings.tabs[0] : undefined;

createRoot(document.getElementById('playground')).render(
  createElement(
    GraphiQL,
    {
      fetcher: fetcher(endpoint),
      defaultTabs: settings.tabs.length > 0 ? settings.tabs : undefined,
      initialVariables: first?.variables,
      initialHeaders: first?.headers,
      defaultEditorToolsVisibility: 'variables',
      isHeadersEditorEnabled: true,
      // Tokens stand in headers and in the history: both survive a reload, and are gone with the browser's tab.
      storage: sessionStorage,
      shouldPersistHeaders: true,
    },
    createElement(GraphiQL.Logo, null, settings.title),
  ),
);
