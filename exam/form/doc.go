// Package form makes the papers of a registration: 报名表 (registration form),
// 从事社会工作年限证明 (work-years certificate), 告知承诺书 (commitment), 缴费凭条
// (payment slip) and 准考凭条 (admission slip).
//
// A paper is laid out once, in millimetres, as a list of texts, lines, areas,
// pictures and codes; two painters draw that list, one as PDF, one as pixels, so
// the preview is the print. Nothing is read but the input, no clock and no disk:
// the same input gives the same bytes on every machine.
//
// Text is never cut, overprinted or dropped: lines break by measure, rows grow,
// long lists and long texts flow to further pages with their heads repeated. A
// character no font has is shown as a box with its code point and reported in
// [Paper.Missing].
//
// [VerifyPDF] reads the program's own papers back; see DESIGN.md.
package form
