// The application that people sign in to: its pages, and its own back end.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { createClerkClient } from '@clerk/backend';
import { build } from 'esbuild';

import { freePort } from './port.js';

/** Serves the application on a port of its own: another origin than the API's, on the same host name. */
export async function startSite(server) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const routes = { ...(await pages(server)), ...backEnd(server, url) };
  const listener = createServer((request, response) => {
    const route = routes[new URL(request.url, url).pathname] ?? notFound;
    route(request, response).catch(error => response.writeHead(500).end(error.stack));
  });
  listener.listen(port, 'localhost');
  await once(listener, 'listening');
  const stop = async () => {
    listener.closeAllConnections();
    listener.close();
    await once(listener, 'close');
  };
  return { url, stop };
}

/** The client package of the application's back end, set up for `server`. */
export function backEndClient({ url, keys }) {
  return createClerkClient({
    publishableKey: keys.publishable_key,
    secretKey: keys.secret_key,
    apiUrl: url,
    proxyUrl: url,
    telemetry: { disabled: true },
  });
}

async function pages({ url, keys }) {
  const [plain, react] = await Promise.all([bundle('plain.js'), bundle('react.jsx')]);
  const instance = JSON.stringify({ publishableKey: keys.publishable_key, proxyUrl: url });
  return {
    '/': html(`<script>instance = ${instance}</script><script src="/plain.js"></script>`),
    '/plain.js': script(plain),
    '/react': html(`<div id="root"></div><script>instance = ${instance}</script><script src="/react.js"></script>`),
    '/react.js': script(react),
  };
}

/** What an application does with the session on its own server. */
function backEnd(server, origin) {
  const clerk = backEndClient(server);
  const authenticate = ({ method, url: path, headers }) =>
    clerk.authenticateRequest(new Request(new URL(path, origin), { method, headers }), { authorizedParties: [origin] });

  return {
    '/account': async (request, response) => {
      const state = await authenticate(request);
      for (const [name, value] of state.headers) response.appendHeader(name, value);
      if (state.status === 'handshake') return response.writeHead(307).end();
      const { userId } = state.toAuth();
      const text = userId ? `Signed in as ${userId}` : `Signed out: ${state.reason}`;
      return html(`<main>${text}</main>`)(request, response);
    },
    '/api/session': async (request, response) => {
      const state = await authenticate(request);
      const { userId, sessionId } = state.toAuth();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: state.status, reason: state.reason, userId, sessionId }));
    },
  };
}

async function bundle(page) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../pages/${page}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

const html = body => async (_, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  // An icon of its own, or the browser asks for /favicon.ico.
  const head = '<title>Application</title><link rel="icon" href="data:,">';
  response.end(`<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`);
};

const script = text => async (_, response) => {
  response.setHeader('content-type', 'text/javascript; charset=utf-8');
  response.end(text);
};

const notFound = async (_, response) => {
  response.writeHead(404).end();
};
