// Says with which code the server closes on each thing that a client must not do.
import { request } from 'node:http';
import WebSocket from 'ws';
import { given, say } from './talk.mjs';

const INIT = { type: 'connection_init', payload: { authorization: `Bearer ${given.token}` } };
const ASK = { id: '1', type: 'subscribe', payload: { query: 'subscription { spectrumEvents { dataRevision } }' } };
const BAD = { type: 'connection_init', payload: { authorization: 'Bearer nothing' } };

/** Open a socket, send frames one by one, those behind the first after its acknowledgement; the code of its close. */
function closing(frames, protocol = 'graphql-transport-ws') {
  return new Promise((resolve) => {
    const socket = new WebSocket(given.socket, protocol);
    const rest = frames.map((frame) => (typeof frame === 'object' && !(frame instanceof Buffer) ? JSON.stringify(frame) : frame));
    socket.on('open', () => rest.length && socket.send(rest.shift()));
    socket.on('message', (data) => {
      if (JSON.parse(data).type === 'connection_ack') rest.splice(0).forEach((frame) => socket.send(frame));
    });
    socket.on('unexpected-response', (_, answer) => resolve(`status ${answer.statusCode}`));
    socket.on('error', () => {});
    socket.on('close', resolve);
  });
}

/** The code in the first frame after a handshake that names a subprotocol: clients give such a connection up unread. */
function refused(protocol) {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
      'sec-websocket-protocol': protocol,
    };
    const asked = request(given.socket.replace('ws://', 'http://'), { headers });
    asked.on('response', ({ statusCode }) => resolve(`status ${statusCode}`));
    asked.on('upgrade', (_, socket, head) => {
      const read = (frame) => resolve(frame[0] === 0x88 ? frame.readUInt16BE(2) : 'no close');
      if (head.length) read(head);
      else socket.once('data', read);
    });
    asked.on('error', reject);
    asked.end();
  });
}

// One after another: of one person's sockets only so many are open at once.
const cases = {
  nothing_said: () => closing([]),
  bad_token: () => closing([BAD]),
  subscribed_first: () => closing([ASK]),
  second_init: () => closing([INIT, INIT]),
  duplicate_id: () => closing([INIT, ASK, ASK]),
  legacy_protocol: () => refused('graphql-ws'),
  no_protocol: () => closing([INIT], []),
  not_json: () => closing(['{']),
  no_object: () => closing(['[]']),
  no_such_type: () => closing([INIT, { type: 'stop' }]),
  no_payload: () => closing([INIT, { id: '1', type: 'subscribe' }]),
  no_query: () => closing([INIT, { id: '1', type: 'subscribe', payload: { query: 7 } }]),
  no_id: () => closing([INIT, { type: 'subscribe', payload: ASK.payload }]),
  binary: () => closing([INIT, Buffer.from([1, 2, 3])]),
};

const found = {};
for (const [name, close] of Object.entries(cases)) found[name] = await close();
say(found);
process.exit(0);
