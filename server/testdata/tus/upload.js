// Uploads a file with tus-js-client, stops in its middle, and goes on in a
// second upload from where the server says. Arguments: endpoint, file, sha256, bearer.
const fs = require('fs')
const tus = require('tus-js-client')
const [endpoint, file, sha256, bearer] = process.argv.slice(2)
const bytes = fs.readFileSync(file)

function upload(url, stopAfter) {
  return new Promise((resolve, reject) => {
    const u = new tus.Upload(bytes, {
      endpoint, uploadUrl: url, chunkSize: 100000, retryDelays: [0, 100, 500],
      metadata: { filename: 'scan.pdf', sha256 }, headers: { Authorization: bearer },
      onError: reject,
      onChunkComplete: (_, accepted) => {
        if (stopAfter && accepted >= stopAfter) u.abort().then(() => resolve({ url: u.url, accepted }))
      },
      onSuccess: () => resolve({ url: u.url, accepted: bytes.length }),
    })
    u.start()
  })
}

upload(null, 300000)
  .then(half => { console.log('stopped at', half.accepted); return upload(half.url, 0) })
  .then(all => console.log('done', all.accepted))
  .catch(err => { console.error(String(err)); process.exit(1) })
