// Package exam is the domain of 稳报: what a candidate fills in, which rules
// apply, which states a registration passes through, and what the registration
// server proves with its signature.
//
// It knows no technology. It imports the standard library and google/uuid and
// nothing else, reads no clock, touches no disk and no network, and holds no
// global state: everything an authority may change (levels, areas, windows,
// fees, eligibility) comes in a [Pack]. Client and server run this same code,
// so a verdict given at the kitchen table is the verdict of the server.
//
// The nouns, in the words of the examination office:
//
//   - [Document]: what the candidate fills in (草稿 while it is being filled in).
//   - [Draft]: a document with its local history, as one machine holds it.
//   - [Registration]: what the server holds under a registration number (报名).
//   - [Receipt]: the server's signed statement about exact bytes (回执).
//   - [Entry]: one submission or later step waiting in the outbox (发件箱).
//   - [Problem], [Report]: what is wrong or missing, and how the years add up.
//   - [State], [Action], [Actor]: who may do what when.
package exam
