// Package photo makes the registration photo (报名照片) from whatever file a
// candidate has, and says what is wrong with it.
//
// It is pure: bytes, an [Adjustment] and a [Spec] go in, a JPEG and [Findings]
// come out. [Decode] opens a file of any common format without trusting it,
// [Source.Propose] suggests a crop, [Check] measures, [Fix] makes the file, and
// [Folder] does it for thousands. DESIGN.md says what each finding measures.
package photo
