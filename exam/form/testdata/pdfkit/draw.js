// node draw.js FORMS.json REGULAR.ttf BOLD.ttf separate|batch [OUT.pdf]
//
// Draws the same pages as package form, item by item, and prints how much
// processor time a form took. Timed are laying out and subsetting text, the photo,
// the QR code and writing the file into memory; not the start of node and reading
// of the input.
const PDFDocument = require('pdfkit'), QR = require('qrcode'), fs = require('fs');
const [, , input, regular, bold, mode, out] = process.argv;
const forms = JSON.parse(fs.readFileSync(input, 'utf8'));
const fonts = { r: fs.readFileSync(regular), b: fs.readFileSync(bold) };
const mm = 72 / 25.4;
const ink = (v) => { const c = Math.round(v * 255); return [c, c, c]; };
function draw(d, f) {
  for (const page of f.pages) {
    d.addPage({ size: 'A4', margin: 0 });
    d.lineWidth(0.2 * mm);
    for (const i of page) {
      switch (i.shape) {
        case 'area': d.rect(i.x * mm, i.y * mm, i.w * mm, i.h * mm).fill(ink(i.ink)); break;
        case 'box': d.rect(i.x * mm, i.y * mm, i.w * mm, i.h * mm).stroke(ink(i.ink)); break;
        case 'line': d.moveTo(i.x * mm, i.y * mm).lineTo((i.x + i.w) * mm, (i.y + i.h) * mm).stroke(ink(i.ink)); break;
        case 'text':
          d.font(i.bold ? 'b' : 'r').fontSize(i.size).fillColor(ink(i.ink)).text(i.text, i.x * mm, i.y * mm, { lineBreak: false, baseline: 'alphabetic' });
          break;
        case 'picture': d.image(Buffer.from(i.jpeg, 'base64'), i.x * mm, i.y * mm, { width: i.w * mm, height: i.h * mm }); break;
        case 'code': {
          const m = QR.create(i.text, { errorCorrectionLevel: 'M' }).modules, n = m.size, u = i.w * mm / n;
          for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (m.get(y, x)) {
            const s = x;
            while (x < n && m.get(y, x)) x++;
            d.rect(i.x * mm + s * u, i.y * mm + y * u, (x - s) * u, u);
          }
          d.fill('black');
        }
      }
    }
  }
}
const file = (some) => new Promise((done) => {
  const d = new PDFDocument({ autoFirstPage: false }), parts = [];
  d.on('data', (c) => parts.push(c)); d.on('end', () => done(Buffer.concat(parts)));
  d.registerFont('r', fonts.r); d.registerFont('b', fonts.b);
  for (const f of some) draw(d, f);
  d.end();
});
(async () => {
  const before = process.cpuUsage();
  let bytes = 0, last;
  if (mode === 'batch') { last = await file(forms); bytes = last.length; }
  else for (const f of forms) { last = await file([f]); bytes += last.length; }
  const used = process.cpuUsage(before);
  if (out) fs.writeFileSync(out, last);
  console.log(JSON.stringify({ seconds: (used.user + used.system) / 1e6 / forms.length, bytes: bytes / forms.length }));
})();
