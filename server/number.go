package server

import "fmt"

// registrationNumber makes a 报名序号: the area's code (6 digits; a shorter one of
// a pack's own is filled up with zeros), the exam year's last two, a serial that
// no registration of this server shares (10 digits), and a check digit by ISO
// 7064 MOD 11-10 over all before it. A practice number bears 演练 in front, so
// that nobody takes it for a real one.
func registrationNumber(area string, year int, serial uint64, practice bool) string {
	digits := fmt.Sprintf("%06s%02d%010d", area, year%100, serial%10_000_000_000)
	number := digits + string(rune('0'+mod1110(digits)))
	if practice {
		return "演练" + number
	}
	return number
}

// mod1110 gives the check digit of ISO 7064 MOD 11-10, the hybrid system over
// decimal digits. Characters other than digits count as zero.
func mod1110(digits string) int {
	p := 10
	for _, c := range digits {
		d := 0
		if c >= '0' && c <= '9' {
			d = int(c - '0')
		}
		s := (p + d) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11 - p) % 10
}
