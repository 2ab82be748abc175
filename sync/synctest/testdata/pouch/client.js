// node client.js DOCUMENTS.json URL BATCH
//
// Puts the documents into a database of its own, prints "loaded", replicates them
// to the server until PouchDB says that nothing is left, and prints "complete".
//
// It is set up as somebody would who knows PouchDB and bad lines: connections are
// kept, as browsers keep them, a request that was not answered after 30 seconds is
// given up, and a replication that failed goes on a second later from its
// checkpoint (PouchDB's own retry waits up to ten minutes).
const fs = require('fs'), http = require('http');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory')).plugin(require('pouchdb-adapter-http')).plugin(require('pouchdb-replication'));
const [, , documents, url, batch] = process.argv;
const agent = new http.Agent({ keepAlive: true });
const fetch = (at, options) => PouchDB.fetch(at, { ...options, agent, signal: AbortSignal.timeout(30_000) });

async function main() {
  const local = new PouchDB('drafts', { adapter: 'memory' });
  const failed = (await local.bulkDocs(JSON.parse(fs.readFileSync(documents, 'utf8')))).filter((r) => !r.ok);
  if (failed.length > 0) throw new Error(`not put: ${JSON.stringify(failed[0])}`);
  console.log('loaded');
  for (;;) {
    try {
      const result = await local.replicate.to(new PouchDB(url, { fetch }), { batch_size: +batch });
      if (result.ok && result.doc_write_failures === 0) break;
    } catch (err) {
      console.error(String(err.message || err));
    }
    await new Promise((wake) => setTimeout(wake, 1000));
  }
  console.log('complete');
  process.exit(0);
}

main().catch((err) => { console.error(err); process.exit(1); });
