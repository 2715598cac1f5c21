// The graphql-ws client on a socket: asks, hears what changes, loses its connection and comes back by itself.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { given, say, turn } from './talk.mjs';

let socket;
let connections = 0;
const client = createClient({
  url: given.socket,
  webSocketImpl: WebSocket,
  lazy: false,
  retryAttempts: 10,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  connectionParams: { authorization: `Bearer ${given.token}` },
  on: {
    connected: (found) => {
      socket = found;
      connections += 1;
    },
  },
});

async function ask(query) {
  for await (const answer of client.iterate({ query })) return answer;
  return null;
}

const events = client.iterate({
  query: 'subscription Live { spectrumEvents { dataRevision reason node { __typename id } } }',
});
const next = events.next();

say({ asked: await ask('{ __typename viewer { id spectrum { dataRevision } } }') });
await turn('listening');
say({ heard: (await next).value });

const lost = new Promise((resolve) => socket.once('close', resolve));
const again = events.next();
socket.terminate();
await lost;
say({ asked: await ask('{ viewer { spectrum { dataRevision } } }') });
await turn('back');
say({ heard: (await again).value, connections });

await client.dispose();
process.exit(0);
