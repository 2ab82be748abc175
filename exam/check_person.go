package exam

import (
	"slices"
	"strings"
	"unicode"
)

// Lengths of fields, in characters, beyond which a text is refused. They are
// wide: they keep out pasted pages, not people.
const (
	maxText   = 200
	maxDuties = 2000
	// A name field must hold 50 bytes, 25 Han characters (民委发〔2016〕33号).
	nameBytes = 50
	maxName   = 100
)

// person judges who registers and how to reach them.
func (c *checker) person() {
	d := c.doc
	c.name()
	c.identity()
	c.birth()
	c.listed(plain("ethnicity"), d.Ethnicity, Block)
	c.listed(plain("nationality"), d.Nationality, Block)
	c.listed(plain("political_status"), d.PoliticalStatus, Warn)
	if d.Gender != "" && d.Gender != Male && d.Gender != Female {
		c.block("gender", "gender.unknown")
	}
	if d.IDType == ResidentID && d.Nationality != "" && d.Nationality != "CHN" {
		c.warn("nationality", "nationality.not_of_id")
	}
	c.phone()
	if d.Email != "" && !isEmail(d.Email) {
		c.block("email", "email.format")
	}
	if d.Postcode != "" && (len(d.Postcode) != 6 || !allDigits(d.Postcode)) {
		c.warn("postcode", "postcode.format")
	}
	for _, f := range [...]struct{ field, text string }{{"city", d.City}, {"checkpoint", d.Checkpoint}, {"name_remark", d.NameRemark}, {"address", d.Address}, {"title", d.Title}} {
		c.length(plain(f.field), f.text, maxText)
	}
}

func (c *checker) length(p place, text string, most int) {
	if len(text) > most && len([]rune(text)) > most {
		c.block(p.path(), "text.too_long", "most", itoa(most))
	}
}

// listed judges a code against a list; packs and standards may lack a list.
func (c *checker) listed(p place, code string, severity Severity) {
	if code == "" {
		return
	}
	list := c.pack.Choice(p.field)
	if len(list) > 0 && !slices.ContainsFunc(list, func(x Choice) bool { return x.Code == code }) {
		c.say(severity, p.path(), p.kind()+".unknown")
	}
}

// usesLatinNames tells for which documents a name in Latin letters is usual.
func usesLatinNames(t IDType) bool {
	return t == Passport || t == ForeignPermanent || t == OtherID
}

// name: GB 18030's whole repertoire, U+00B7 between parts, no blanks between
// Han characters (facts 6.8).
func (c *checker) name() {
	name := c.doc.Name
	if name == "" {
		return
	}
	width, latin, rare, wrong, makeshift := 0, false, false, false, false
	for _, r := range name {
		width++
		switch {
		case isHan(r):
			width++
			rare = rare || r > 0xFFFF
		case r == '·':
		case r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000:
			c.block("name", "name.private_use")
			return
		case strings.ContainsRune("[]()（）【】*?？", r):
			makeshift = true
		case unicode.Is(unicode.Variation_Selector, r): // marks themselves, and no letter
		case unicode.IsLetter(r) || unicode.IsMark(r) || strings.ContainsRune(" -'’.,", r):
			latin = true
		default:
			wrong = true
		}
	}
	switch {
	case wrong:
		c.block("name", "name.characters")
	case makeshift:
		c.warn("name", "name.makeshift")
	case latin && c.doc.IDType != "" && !usesLatinNames(c.doc.IDType):
		c.warn("name", "name.latin")
	}
	if strings.HasPrefix(name, "·") || strings.HasSuffix(name, "·") || strings.Contains(name, "··") {
		c.block("name", "name.dots")
	}
	switch {
	case width > 2*maxName:
		c.block("name", "text.too_long", "most", itoa(maxName))
	case width > nameBytes:
		c.warn("name", "name.long", "most", itoa(nameBytes/2))
	}
	if rare && c.doc.NameRemark == "" {
		c.note("name_remark", "name_remark.rare")
	}
}

// identity: the number against its kind, and the fields it carries.
func (c *checker) identity() {
	d := c.doc
	if d.IDType != "" && !slices.Contains(IDTypes, d.IDType) {
		c.block("id_type", "id_type.unknown")
		return
	}
	if d.IDNumber == "" || d.IDType == "" {
		return
	}
	f := InspectID(d.IDNumber, d.IDType)
	if !f.Valid {
		c.block("id_number", "id_number."+string(f.Reason))
		return
	}
	if f.BirthDate != "" && d.BirthDate != "" && f.BirthDate != d.BirthDate {
		c.block("birth_date", "birth_date.not_of_id")
	}
	if f.Gender != "" && d.Gender != "" && f.Gender != d.Gender {
		c.block("gender", "gender.not_of_id")
	}
}

// birth: a day that exists and is not after the exam year.
func (c *checker) birth() {
	d := c.doc.BirthDate
	if d == "" {
		return
	}
	switch t, ok := d.Time(); {
	case !ok:
		c.block("birth_date", "birth_date.format")
	case t.Year() < minYear:
		c.block("birth_date", "birth_date.early")
	case t.Year() > c.pack.Year:
		c.block("birth_date", "birth_date.future")
	}
}

// phone: mobile numbers by their first digits only, since new segments appear
// (facts 6.5). Others are taken with a warning: they get no text messages.
func (c *checker) phone() {
	n := c.doc.Phone
	switch rest, foreign := strings.CutPrefix(n, "+"); {
	case n == "":
	case foreign && len(rest) >= 6 && len(rest) <= 15 && allDigits(rest):
		c.warn("phone", "phone.foreign")
	case len(n) == 11 && n[0] == '1' && n[1] >= '3' && allDigits(n):
	case len(n) >= 10 && len(n) <= 18 && n[0] == '0' && allDigits(n):
		c.warn("phone", "phone.landline")
	default:
		c.block("phone", "phone.format")
	}
}

// isEmail takes what mail servers take: one @, a domain with a dot, no blanks.
func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	dot := strings.LastIndexByte(domain, '.')
	return ok && len(s) <= 254 && local != "" && len(local) <= 64 && dot > 0 && dot < len(domain)-1 &&
		!strings.ContainsAny(domain, "@ ,;") && !strings.ContainsAny(local, " ,;<>") && !strings.Contains(domain, "..") && domain[0] != '.'
}
