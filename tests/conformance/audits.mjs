// Runs the audits that the package graphql-http has for servers, against the address that is given; says all results.
// Judges nothing: what must hold stands in test_http_audits.py.
import { serverAudits } from 'graphql-http';

const { url, headers } = JSON.parse(process.argv[2]);

const signedIn = (address, asked) => fetch(address, { ...asked, headers: { ...asked?.headers, ...headers } });

const results = [];
for (const audit of serverAudits({ url, fetchFn: signedIn })) {
  const { id, name, status, reason = '' } = await audit.fn();
  results.push({ id, name, status, reason });
}
process.stdout.write(`${JSON.stringify(results)}\n`);
