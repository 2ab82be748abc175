// node text.js FILE.pdf prints the text of every page as pdf.js extracts it.
import fs from 'fs';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
const doc = await getDocument({ data: new Uint8Array(fs.readFileSync(process.argv[2])), verbosity: 0, disableFontFace: true }).promise;
for (let n = 1; n <= doc.numPages; n++) {
  const content = await (await doc.getPage(n)).getTextContent();
  console.log(content.items.map((i) => i.str).join('\n'));
}
