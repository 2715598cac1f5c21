// PostGraphile 5 over the views of the schema `peer`, in one process: `node serve.mjs DATABASE_URL PORT`.
// It reads week aggregates and lets PostgreSQL compute means; no interval, no exclusion, no comparison, no fold. Nobody
// is signed in and no row-level security is set: each of these would cost it something.
import './withResolvers.mjs';
import { createServer } from 'node:http';
import { grafserv } from 'postgraphile/grafserv/node';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const [, , connectionString, port] = process.argv;

const served = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ['peer'], poolConfig: { max: 16 } })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
});
const server = createServer();
await served.createServ(grafserv).addTo(server);
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1');
