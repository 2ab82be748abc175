// node server.js
//
// The HTTP of pouchdb-server over a database in memory, on a loopback port that it
// prints. It counts, by connection, the bytes of the requests that arrived whole
// and tells them at /_whole, which is no part of PouchDB.
const http = require('http'), express = require('express');
const PouchDB = require('pouchdb-core').plugin(require('pouchdb-adapter-memory'));
const app = express();
let whole = 0;
app.use((request, response, next) => {
  const { socket } = request;
  response.on('close', () => {
    if (request.complete) whole += socket.bytesRead - (socket.counted || 0);
    socket.counted = socket.bytesRead;
  });
  if (request.url === '/_whole') return response.end(String(whole));
  next();
});
app.use(require('express-pouchdb')(PouchDB.defaults({ adapter: 'memory' }), { mode: 'minimumForPouchDB' }));
const server = http.createServer(app).listen(0, '127.0.0.1', () => console.log(server.address().port));
